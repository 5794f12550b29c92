internal import CardApplications
internal import CardCore

/// A card's application and its codes, read in the first transaction of an operation.
struct CardSurvey: Sendable {
    var application: any CardApplication
    private(set) var policies: [PINPolicy]
    /// Counters that have been read, by id.
    private(set) var statuses: [String: PINStatus] = [:]

    /// Finds the application and the codes; what they are for is read when it is needed.
    init(_ hints: CardHints, on channel: inout AnyCardChannel) throws(OperationError) {
        guard var application = try Self.identify(hints, toPresent: true, on: &channel).application else {
            throw .card(.notRecognised)
        }
        policies = try asOperation { () throws(CardError) in
            try application.readPINs(roles: false, on: &channel)
        }
        self.application = application
    }

    static func identify(
        _ hints: CardHints,
        toPresent: Bool = false,
        on channel: inout AnyCardChannel
    ) throws(OperationError) -> CardFamilies.Identification {
        do throws(TransportError) {
            return try CardFamilies.identify(hints, toPresent: toPresent, on: &channel)
        } catch {
            throw .card(.transport(error))
        }
    }

    /// The codes of kind `pin`.
    var pins: [PINPolicy] { policies.filter { $0.kind == .pin } }

    /// The code with this id as last read, with its counter.
    func report(_ policy: PINPolicy) -> PINReport {
        PINReport(policy: policy, status: statuses[policy.id] ?? .unknown)
    }

    mutating func readRoles(on channel: inout AnyCardChannel) throws(OperationError) {
        policies = try asOperation { () throws(CardError) in
            try application.readPINs(roles: true, on: &channel)
        }
    }

    /// Reads the counter of `policy`, where that costs no try.
    @discardableResult
    mutating func readStatus(
        of policy: PINPolicy,
        on channel: inout AnyCardChannel
    ) throws(OperationError) -> PINStatus {
        let status = try asOperation { () throws(CardError) in
            try application.status(of: policy, on: &channel)
        }
        statuses[policy.id] = status
        return status
    }

    /// The code that `choice` means for verify and change: the only PIN, or the login PIN of several.
    mutating func policy(
        for choice: PINChoice,
        on channel: inout AnyCardChannel
    ) throws(OperationError) -> PINPolicy {
        switch choice {
        case .unnamed:
            let pins = pins
            if pins.count == 1, let only = pins.first { return only }
            try readLikelyStatus(.auth, on: &channel)
            try readRoles(on: &channel)
            guard let login = self.pins.first(where: { $0.role == .auth }) else { throw .whichPIN(self.pins) }
            return login
        case .role(let role):
            if role != .puk {
                try readLikelyStatus(role, on: &channel)
                try readRoles(on: &channel)
            }
            let matches = policies.filter { $0.role == role }
            guard matches.count <= 1 else { throw .whichPIN(matches) }
            guard let match = matches.first else { throw .noSuchPIN(role.rawValue, known: policies) }
            return match
        case .name(let name):
            // A label can be empty; an empty name means none of them.
            guard !name.isEmpty else { throw .noSuchPIN(name, known: policies) }
            if let match = policies.first(where: { $0.id == name }) { return match }
            let matches = policies.filter { $0.label == name }
            guard matches.count <= 1 else { throw .whichPIN(matches) }
            guard let match = matches.first else { throw .noSuchPIN(name, known: policies) }
            return match
        }
    }

    /// Reads the counter of the PIN that its label puts in `role`, before the keys that decide about roles are read.
    ///
    /// Reading the keys makes another directory current; where the label is right this saves the way back.
    private mutating func readLikelyStatus(
        _ role: PINRole,
        on channel: inout AnyCardChannel
    ) throws(OperationError) {
        guard let likely = pins.first(where: { $0.role == role }) else { return }
        try readStatus(of: likely, on: &channel)
    }

    /// The counter of `policy`, read now unless it has been read in this transaction.
    mutating func status(
        of policy: PINPolicy,
        on channel: inout AnyCardChannel
    ) throws(OperationError) -> PINStatus {
        if let status = statuses[policy.id] { return status }
        return try readStatus(of: policy, on: &channel)
    }

    /// Whether the counter of `policy` has been asked for.
    func isRead(_ policy: PINPolicy) -> Bool { statuses[policy.id] != nil }

    /// What was read before a code was presented is no longer true.
    mutating func forgetStatus(of policy: PINPolicy) { statuses[policy.id] = nil }

    /// Every way to unblock `policy` whose code or key the card names.
    func unblockings(of policy: PINPolicy) -> [(unblocking: Unblocking, code: PINPolicy)] {
        policy.unblocking.compactMap { unblocking in
            policies.first { $0.id == unblocking.by && $0.id != policy.id }.map { (unblocking, $0) }
        }
    }

    /// Takes the application up again in a new transaction and reads the counter again: others had the card meanwhile.
    mutating func resume(
        with policy: PINPolicy,
        budget: TryBudget,
        on channel: inout AnyCardChannel
    ) throws(OperationError) {
        try resume(for: policy, on: &channel)
        try budget.check(readStatus(of: policy, on: &channel), of: policy)
    }

    /// Takes the application up again in a new transaction.
    mutating func resume(for policy: PINPolicy, on channel: inout AnyCardChannel) throws(OperationError) {
        try asOperation { () throws(CardError) in try application.resume(for: policy, on: &channel) }
    }

    /// Makes current what `policy` needs before its code is presented.
    mutating func prepare(_ policy: PINPolicy, on channel: inout AnyCardChannel) throws(OperationError) {
        try asOperation { () throws(CardError) in try application.prepare(policy, on: &channel) }
    }

    /// Asks for a challenge in a transaction of its own, as late as can be: whatever comes between voids it.
    mutating func requestChallenge(
        of puk: PINPolicy,
        on channel: inout AnyCardChannel
    ) throws(OperationError) -> [UInt8] {
        try asOperation { () throws(CardError) in
            try application.resume(for: puk, on: &channel)
            return try application.requestChallenge(of: puk, on: &channel)
        }
    }

    /// Whether a challenge that was asked for in an earlier transaction can still be answered.
    mutating func challengeStands(
        of puk: PINPolicy,
        on channel: inout AnyCardChannel
    ) throws(OperationError) -> Bool {
        try asOperation { () throws(CardError) in try application.challengeStands(of: puk, on: &channel) }
    }

    /// Tells the application to forget what is verified; where that fails the card will be reset.
    mutating func endSecurityStatus(_ presentation: inout Presentation, on channel: inout AnyCardChannel) {
        if (try? application.endSecurityStatus(on: &channel)) == true { presentation = .forgotten }
    }

    /// Turns a refused code into what is known of its counter, asking the card where the answer did not tell.
    mutating func explain(_ error: PINError, on channel: inout AnyCardChannel) -> OperationError {
        let id =
            switch error {
            case .wrong(let id, _), .blocked(let id), .notInitialized(let id), .notAllowed(let id, _),
                .newCodeRefused(let id, _), .unexpected(let id, _), .outcomeUnknown(let id, _):
                id
            case .card: ""
            }
        if case .card(let reason) = error { return .card(reason) }
        guard let policy = policies.first(where: { $0.id == id }) else { return .card(.notRecognised) }
        guard case .wrong(_, nil) = error, let status = try? readStatus(of: policy, on: &channel) else {
            return .code(error, policy)
        }
        if status.isBlocked == true { return .code(.blocked(id: id), policy) }
        return .code(.wrong(id: id, remainingTries: status.remainingTries), policy)
    }
}

/// Runs `body` and gives its error the type that operations throw.
func asOperation<R>(_ body: () throws(CardError) -> R) throws(OperationError) -> R {
    do throws(CardError) { return try body() } catch { throw .card(error) }
}
