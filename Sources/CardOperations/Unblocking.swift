package import CardApplications
internal import CardCore

/// What is known after an unblocking.
package struct Unblocked: Hashable, Sendable {
    /// The PIN, with its counter read after the command.
    package let pin: PINReport
    /// The code or key that unblocked it, with its counter read after the command.
    package let puk: PINReport
    /// Another PIN that is blocked and has a code to unblock it.
    package let alsoBlocked: PINPolicy?
}

extension PINOperations {
    /// Gives a PIN a new value and a fresh counter by means of the PUK, or of another code or key that `with` names.
    package static func unblock<C: CardConnection & ~Copyable, D: Dialog>(
        _ choice: PINChoice,
        with: String? = nil,
        on connection: consuming C,
        budget: TryBudget,
        dialog: inout D
    ) throws(OperationError) -> Unblocked {
        try CardOperation.run(on: connection, budget: budget, dialog: &dialog) {
            (operation) throws(OperationError) in
            var (survey, plan) = try plan(choice, with: with, &operation)
            let (pin, puk, unblocking) = (plan.pin.policy, plan.puk.policy, plan.unblocking)
            operation.dialog.show(plan)
            if unblocking.evidence == .unknown, !budget.untested {
                guard operation.dialog.isInteractive else { throw .refused(.untestedForm, pin) }
                guard try operation.dialog.confirm(.useUntestedForm) else { throw .cancelled }
            } else {
                try operation.confirmForm(of: pin)
            }
            var code = OneCode(try proof(plan, &survey, &operation))
            var new = OneCode(try operation.askForNewCode(of: pin, survey))
            // Another blocked PIN is offered to a person alone: where none can be asked its counter is not read.
            let others =
                operation.dialog.isInteractive
                ? survey.pins.filter { $0.id != pin.id && !survey.isRead($0) } : []
            try operation.present(counting: [puk], &survey) { (survey, session) throws(OperationError) in
                try survey.attempt(in: &session) { (session) throws(PINError) in
                    try session.unblock(pin, by: unblocking, of: puk, code.take(), to: new.take())
                }
                // The card has done it: what cannot be read afterwards is unknown, and no failure.
                for policy in [pin, puk] { survey.forgetStatus(of: policy) }
                guard (try? survey.readStatus(of: pin, in: &session)) != nil else { return }
                for policy in [puk] + others { _ = try? survey.readStatus(of: policy, in: &session) }
            }
            // A card's 9000 alone does not prove that the PUK was right (PivApplet issue 67): its counter must agree.
            guard survey.report(pin).status.isBlocked != true else { throw .stillBlocked(pin) }
            return Unblocked(
                pin: survey.report(pin),
                puk: survey.report(puk),
                alsoBlocked: survey.pins.first {
                    $0.id != pin.id && survey.report($0).status.isBlocked == true
                        && !survey.unblockings(of: $0).isEmpty
                }
            )
        }
    }

    /// What shows the card that the PIN may be unblocked: the PUK, or the response to a challenge.
    private static func proof<C: CardConnection & ~Copyable, D: Dialog>(
        _ plan: UnblockPlan,
        _ survey: inout CardSurvey,
        _ operation: inout CardOperation<C, D>
    ) throws(OperationError) -> SecretBytes {
        let puk = plan.puk.policy
        guard case .response(_, let length) = plan.unblocking.means else {
            return try operation.askForCode(.unblocking, of: puk, survey)
        }
        let challenge = try operation.requestChallenge(of: puk, &survey)
        let request = CodeRequest(
            purpose: .response(challenge: challenge, length: length),
            pin: puk,
            status: plan.puk.status
        )
        let typed = try operation.dialog.code(request)
        guard let response = typed.decodingHexadecimal(count: length) else {
            throw .refused(.responseFormat(digits: length * 2), puk)
        }
        return response
    }

    /// The first transaction: which PIN, what unblocks it, and the counters of both.
    private static func plan<C: CardConnection & ~Copyable, D: Dialog>(
        _ choice: PINChoice,
        with: String?,
        _ operation: inout CardOperation<C, D>
    ) throws(OperationError) -> (CardSurvey, UnblockPlan) {
        let budget = operation.budget
        let (survey, chosen) = try operation.survey {
            (survey, session) throws(OperationError) -> PINPolicy? in
            let pin = try blockedPIN(choice, &survey, in: &session)
            let targets = survey.unblockablePINs.filter { pin == nil || $0.id == pin?.id }
            for code in Set(targets.flatMap { survey.unblockings(of: $0).map(\.code) }) {
                try survey.readStatus(of: code, in: &session)
            }
            return try pin.map { (pin) throws(OperationError) in
                try survey.withRole(pin, choice, in: &session)
            }
        }
        var pin = chosen
        if pin == nil {
            let pins = survey.unblockablePINs
            guard operation.dialog.isInteractive else { throw .whichPIN(pins) }
            pin = try operation.dialog.choose(among: pins.map(survey.report), for: .unblocking)
        }
        guard let pin else { throw .whichPIN(survey.unblockablePINs) }
        guard pin.isInitialized else { throw .refused(.notInitialized, pin) }
        guard pin.unblockIsAllowed else { throw .refused(.unblockNotAllowed, pin) }
        let (unblocking, puk) = try unblocking(of: pin, with: with, survey, dialog: &operation.dialog)
        do throws(OperationError) {
            try budget.check(survey.report(puk).status, of: puk)
        } catch .blocked(let puk, _) {
            throw .blocked(puk, ways: survey.reports.waysLeft(of: puk))
        }
        let plan = UnblockPlan(pin: survey.report(pin), puk: survey.report(puk), unblocking: unblocking)
        return (survey, plan)
    }

    /// The way that `name` means, or the only one that can work; of several a person chooses.
    private static func unblocking<D: Dialog>(
        of pin: PINPolicy,
        with name: String?,
        _ survey: CardSurvey,
        dialog: inout D
    ) throws(OperationError) -> (Unblocking, PINPolicy) {
        let ways = survey.unblockings(of: pin)
        guard let first = ways.first else { throw .refused(.noUnblockingCode, pin) }
        if let name {
            let named = ways.first { $0.code.role?.rawValue == name || $0.code.id == name }
            guard let named else { throw .noSuchUnblockingCode(name, known: ways.map(\.code)) }
            return named
        }
        let usable = ways.filter { $0.code.isInitialized && survey.report($0.code).status.isUsable }
        guard !usable.isEmpty || ways.count == 1 else {
            guard survey.report(pin).status.isUsable else { throw .blocked(pin, ways: []) }
            // A PIN that has tries left is not what is blocked.
            let blocked = ways.last { $0.code.isInitialized }?.code
            throw blocked.map { .blocked($0, ways: []) } ?? .refused(.notInitialized, first.code)
        }
        guard usable.count > 1 else { return usable.first ?? first }
        guard dialog.isInteractive else { throw .whichUnblockingCode(usable.map(\.code)) }
        let chosen = try dialog.choose(among: usable.map { survey.report($0.code) }, for: .unblockingWith)
        return usable.first { $0.code.id == chosen.id } ?? first
    }

    /// The PIN that `choice` means for unblocking; `nil` when a person has to say.
    private static func blockedPIN(
        _ choice: PINChoice,
        _ survey: inout CardSurvey,
        in session: inout ApplicationSession
    ) throws(OperationError) -> PINPolicy? {
        if choice != .unnamed {
            let pin = try survey.policy(for: choice, in: &session)
            guard pin.kind == .pin else { throw .refused(.noUnblockingCode, pin) }
            _ = try survey.status(of: pin, in: &session)
            return pin
        }
        let pins = survey.unblockablePINs
        for pin in pins { try survey.readStatus(of: pin, in: &session) }
        if pins.count == 1 { return pins.first }
        let blocked = pins.filter { survey.report($0).status.isBlocked == true }
        // With an unknown counter among them, the only one known to be blocked need not be the only blocked one.
        let allKnown = pins.allSatisfy { pin in
            let status = survey.report(pin).status
            return status.isBlocked != nil || status == .blockedOrNeverSet
        }
        if blocked.count == 1, allKnown { return blocked.first }
        try survey.readRoles(in: &session)
        return nil
    }
}
