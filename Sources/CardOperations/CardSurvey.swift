internal import CardApplications
internal import CardCore

/// A card's application and its codes, read in the first transaction of an operation.
struct CardSurvey: Sendable {
    /// As it was when the last transaction ended.
    private(set) var application: any CardApplication
    private(set) var policies: [PINPolicy]
    /// Counters that have been read, by id.
    private(set) var statuses: [String: PINStatus] = [:]

    /// Reads the codes; what they are for is read when it is needed.
    ///
    /// A card that wants its codes derived is refused here, before the person is asked for one.
    init(_ session: inout ApplicationSession) throws(OperationError) {
        do throws(CardError) {
            try session.checkCodesArePlain()
            policies = try session.readPINs(roles: false)
        } catch {
            throw .card(error)
        }
        application = session.application
    }

    /// Finds the application that a code is meant for, and surveys it in one transaction.
    ///
    /// `body` reads what else the operation needs.
    static func take<C: CardConnection & ~Copyable, R>(
        of connection: inout C,
        _ body: (inout CardSurvey, inout ApplicationSession) throws(OperationError) -> R
    ) throws(OperationError) -> (CardSurvey, R) {
        let search = ApplicationSearch(connection.hints, for: .codes)
        return try connection.withTransaction { (channel) throws(OperationError) -> (CardSurvey, R) in
            var session = try search.session(on: &channel)
            var survey = try CardSurvey(&session)
            let result = try body(&survey, &session)
            survey.application = session.application
            return (survey, result)
        }
    }

    // MARK: Later transactions

    /// Opens the application again in a later transaction.
    func reopen(
        toPresent policy: PINPolicy,
        on channel: inout AnyCardChannel
    ) throws(OperationError) -> ApplicationSession {
        do throws(CardError) {
            return try ApplicationSession.reopen(application, toPresent: policy, on: &channel)
        } catch {
            throw .card(error)
        }
    }

    /// Opens the application again for the code of `policy`, or for the response to its challenge.
    func open(
        for policy: PINPolicy,
        on channel: inout AnyCardChannel
    ) throws(OperationError) -> ApplicationSession {
        guard policy.kind == .key else { return try reopen(toPresent: policy, on: &channel) }
        do throws(CardError) {
            if let session = try ApplicationSession.resumeChallenge(of: application, on: &channel) {
                return session
            }
        } catch {
            throw .card(error)
        }
        throw .challengeLost(policy)
    }

    /// Takes over what `session` has read.
    mutating func take(_ session: borrowing ApplicationSession) { application = session.application }

    // MARK: Codes

    /// The codes of kind `pin`.
    var pins: [PINPolicy] { policies.filter { $0.kind == .pin } }

    /// All codes as last read, with their counters.
    var reports: [PINReport] { policies.map(report) }

    /// The PINs that something on the card can unblock; all where there is none, so that one of them is refused.
    var unblockablePINs: [PINPolicy] {
        let found = pins.filter { $0.unblockIsAllowed && !unblockings(of: $0).isEmpty }
        return found.isEmpty ? pins : found
    }

    /// The code with this id as last read, with its counter.
    func report(_ policy: PINPolicy) -> PINReport {
        PINReport(policy: policy, status: statuses[policy.id] ?? .unknown)
    }

    mutating func readRoles(in session: inout ApplicationSession) throws(OperationError) {
        do throws(CardError) { policies = try session.readPINs(roles: true) } catch { throw .card(error) }
    }

    /// Reads the counter of `policy`, where that costs no try.
    @discardableResult
    mutating func readStatus(
        of policy: PINPolicy,
        in session: inout ApplicationSession
    ) throws(OperationError) -> PINStatus {
        let status: PINStatus
        do throws(CardError) { status = try session.status(of: policy) } catch { throw .card(error) }
        statuses[policy.id] = status
        return status
    }

    /// The code that `choice` means for verify and change: the only PIN, or the login PIN of several.
    mutating func policy(
        for choice: PINChoice,
        in session: inout ApplicationSession
    ) throws(OperationError) -> PINPolicy {
        switch choice {
        case .unnamed:
            let pins = pins
            if pins.count == 1, let only = pins.first { return only }
            try readLikelyStatus(.auth, in: &session)
            try readRoles(in: &session)
            guard let login = self.pins.first(where: { $0.role == .auth }) else { throw .whichPIN(self.pins) }
            return login
        case .role(let role):
            if role != .puk {
                try readLikelyStatus(role, in: &session)
                try readRoles(in: &session)
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

    /// `pin`, which `choice` named, with the role that a list of all codes gives it.
    ///
    /// Its counter is read before: reading the keys that decide about roles makes another directory current.
    mutating func withRole(
        _ pin: PINPolicy,
        _ choice: PINChoice,
        in session: inout ApplicationSession
    ) throws(OperationError) -> PINPolicy {
        guard case .name = choice, pin.kind == .pin else { return pin }
        try readRoles(in: &session)
        return policies.first { $0.id == pin.id } ?? pin
    }

    /// Reads the counter of the PIN that its label puts in `role`, before the keys that decide about roles are read.
    ///
    /// Reading the keys makes another directory current; where the label is right this saves the way back.
    private mutating func readLikelyStatus(
        _ role: PINRole,
        in session: inout ApplicationSession
    ) throws(OperationError) {
        guard let likely = pins.first(where: { $0.role == role }) else { return }
        try readStatus(of: likely, in: &session)
    }

    /// The counter of `policy`, read now unless it has been read in this transaction.
    mutating func status(
        of policy: PINPolicy,
        in session: inout ApplicationSession
    ) throws(OperationError) -> PINStatus {
        if let status = statuses[policy.id] { return status }
        return try readStatus(of: policy, in: &session)
    }

    /// Whether the counter of `policy` has been read.
    func isRead(_ policy: PINPolicy) -> Bool { statuses[policy.id] != nil }

    /// Refuses what would be pointless or would spend the last try unasked, by the counter as read in this transaction.
    mutating func check(
        _ policy: PINPolicy,
        _ budget: TryBudget,
        in session: inout ApplicationSession
    ) throws(OperationError) {
        do throws(OperationError) {
            try budget.check(status(of: policy, in: &session), of: policy)
        } catch .blocked(let policy, _) {
            throw blocked(policy, in: &session)
        }
    }

    /// Checks by the counter as it is now; a counter that was told before and is not any more sends nothing.
    mutating func recheck(
        _ policy: PINPolicy,
        _ budget: TryBudget,
        in session: inout ApplicationSession
    ) throws(OperationError) {
        let before = report(policy).status
        forgetStatus(of: policy)
        try check(policy, budget, in: &session)
        let now = report(policy).status
        // A code that is verified already is not blocked, and some cards tell no more of it.
        guard before.remainingTries == nil || now.remainingTries != nil || now.isBlocked == false else {
            throw .card(.malformed(file: "retry counter"))
        }
    }

    /// What was read before a code was presented is no longer true.
    mutating func forgetStatus(of policy: PINPolicy) { statuses[policy.id] = nil }

    /// Every way to unblock `policy` whose code or key the card names.
    func unblockings(of policy: PINPolicy) -> [(unblocking: Unblocking, code: PINPolicy)] {
        policy.unblocking.compactMap { unblocking in
            policies.first { $0.id == unblocking.by && $0.id != policy.id }.map { (unblocking, $0) }
        }
    }
}

extension ApplicationSearch {
    /// The error where the search finds nothing.
    var notFound: OperationError {
        .card(hints.chosenFamily.map { .applicationNotFound(family: $0) } ?? .notRecognised)
    }

    /// The session that the search finds; throws `notRecognised` where there is none.
    func session(on channel: inout AnyCardChannel) throws(OperationError) -> ApplicationSession {
        do throws(CardError) {
            var found = try run(on: &channel)
            if let session = found.session.take() { return session }
        } catch {
            throw .card(error)
        }
        throw notFound
    }
}

/// Runs `body` and gives its error the type that operations throw.
func asOperation<R: ~Copyable>(_ body: () throws(CardError) -> R) throws(OperationError) -> R {
    do throws(CardError) { return try body() } catch { throw .card(error) }
}
