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
        try finishing(connection, dialog: &dialog) {
            (connection, dialog, presentation) throws(OperationError) in
            var (survey, plan) = try plan(
                choice,
                with: with,
                on: &connection,
                budget: budget,
                dialog: &dialog
            )
            let (pin, puk, unblocking) = (plan.pin.policy, plan.puk.policy, plan.unblocking)
            dialog.show(plan)
            if unblocking.evidence == .unknown, !budget.untested {
                guard dialog.isInteractive else { throw .refused(.untestedForm, pin) }
                guard try dialog.confirm(.useUntestedForm) else { throw .cancelled }
            }
            let code = try proof(plan, &survey, on: &connection, dialog: &dialog)
            let new = try newCode(for: pin, status: plan.pin.status, budget: budget, dialog: &dialog)
            // Only somebody who can be asked is offered another blocked PIN: nobody else's card is asked about it.
            let others =
                dialog.isInteractive ? survey.pins.filter { $0.id != pin.id && !survey.isRead($0) } : []
            var heldCode = OneCode(code)
            var heldNew = OneCode(new)
            try present(
                counting: puk,
                at: pin,
                &survey,
                budget: budget,
                on: &connection,
                dialog: &dialog,
                presentation: &presentation
            ) { (survey, channel) in
                // The card has done it: what cannot be read afterwards is unknown, and no failure.
                for policy in [pin, puk] { survey.forgetStatus(of: policy) }
                guard (try? survey.readStatus(of: pin, on: &channel)) != nil else { return }
                for policy in [puk] + others { _ = try? survey.readStatus(of: policy, on: &channel) }
            } _: { (application, channel) throws(PINError) in
                try application.unblock(
                    pin,
                    by: unblocking,
                    of: puk,
                    heldCode.take(),
                    to: heldNew.take(),
                    on: &channel
                )
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
        on connection: inout C,
        dialog: inout D
    ) throws(OperationError) -> SecretBytes {
        let puk = plan.puk.policy
        guard case .response(_, let length) = plan.unblocking.means else {
            let code = try dialog.code(
                CodeRequest(purpose: .unblocking, pin: puk, status: plan.puk.status)
            )
            try check(code, for: puk)
            return code
        }
        dialog.cardWork(isGoingOn: true)
        let challenge: [UInt8]
        do throws(OperationError) {
            challenge = try connection.withTransaction { (channel) throws(OperationError) in
                try survey.requestChallenge(of: puk, on: &channel)
            }
        } catch {
            dialog.cardWork(isGoingOn: false)
            throw error
        }
        dialog.cardWork(isGoingOn: false)
        let typed = try dialog.code(
            CodeRequest(
                purpose: .response(challenge: challenge, length: length),
                pin: puk,
                status: plan.puk.status
            )
        )
        guard let response = typed.decodingHexadecimal(count: length) else {
            throw .refused(.responseFormat(digits: length * 2), puk)
        }
        return response
    }

    /// The first transaction: which PIN, what unblocks it, and the counters of both.
    private static func plan<C: CardConnection & ~Copyable, D: Dialog>(
        _ choice: PINChoice,
        with: String?,
        on connection: inout C,
        budget: TryBudget,
        dialog: inout D
    ) throws(OperationError) -> (CardSurvey, UnblockPlan) {
        dialog.cardWork(isGoingOn: true)
        defer { dialog.cardWork(isGoingOn: false) }
        let hints = connection.hints
        let (survey, chosen) = try connection.withTransaction {
            (channel) throws(OperationError) -> (CardSurvey, PINPolicy?) in
            var survey = try CardSurvey(hints, on: &channel)
            let pin = try blockedPIN(choice, &survey, on: &channel)
            let targets = survey.pins.filter { pin == nil || $0.id == pin?.id }
            for code in Set(targets.flatMap { survey.unblockings(of: $0).map(\.code) }) {
                try survey.readStatus(of: code, on: &channel)
            }
            return (survey, pin)
        }
        var pin = chosen
        if pin == nil {
            guard dialog.isInteractive else { throw .whichPIN(survey.pins) }
            dialog.cardWork(isGoingOn: false)
            pin = try dialog.choose(among: survey.pins.map(survey.report), for: .unblocking)
        }
        guard let pin else { throw .whichPIN(survey.pins) }
        guard pin.isInitialized else { throw .refused(.notInitialized, pin) }
        guard pin.unblockIsAllowed else { throw .refused(.unblockNotAllowed, pin) }
        let (unblocking, puk) = try unblocking(of: pin, with: with, survey, dialog: &dialog)
        try budget.check(survey.report(puk).status, of: puk)
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
        let usable = ways.filter { $0.code.isInitialized && survey.report($0.code).status.isBlocked != true }
        guard usable.count > 1 else { return usable.first ?? first }
        guard dialog.isInteractive else { throw .whichUnblockingCode(usable.map(\.code)) }
        dialog.cardWork(isGoingOn: false)
        let chosen = try dialog.choose(among: usable.map { survey.report($0.code) }, for: .unblockingWith)
        return usable.first { $0.code.id == chosen.id } ?? first
    }

    /// The PIN that `choice` means for unblocking; `nil` when a person has to say.
    private static func blockedPIN(
        _ choice: PINChoice,
        _ survey: inout CardSurvey,
        on channel: inout AnyCardChannel
    ) throws(OperationError) -> PINPolicy? {
        if choice != .unnamed {
            let pin = try survey.policy(for: choice, on: &channel)
            guard pin.kind == .pin else { throw .refused(.noUnblockingCode, pin) }
            _ = try survey.status(of: pin, on: &channel)
            return pin
        }
        let pins = survey.pins
        for pin in pins { try survey.readStatus(of: pin, on: &channel) }
        if pins.count == 1 { return pins.first }
        let blocked = pins.filter { survey.report($0).status.isBlocked == true }
        // With an unknown counter among them, the only one known to be blocked need not be the only blocked one.
        let allKnown = pins.allSatisfy { survey.report($0).status.isBlocked != nil }
        if blocked.count == 1, allKnown { return blocked.first }
        try survey.readRoles(on: &channel)
        return nil
    }
}
