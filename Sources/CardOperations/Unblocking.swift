package import CardApplications
internal import CardCore

/// What is known after an unblocking.
package struct Unblocked: Hashable, Sendable {
    /// The PIN, with its counter read after the command.
    package let pin: PINReport
    /// The code that unblocked it, with its counter read after the command.
    package let puk: PINReport
    /// Another PIN that is blocked and has a code to unblock it.
    package let alsoBlocked: PINPolicy?
}

extension PINOperations {
    /// Gives a PIN a new value and a fresh counter by means of the PUK.
    package static func unblock<C: CardConnection & ~Copyable, D: Dialog>(
        _ choice: PINChoice,
        on connection: consuming C,
        budget: TryBudget,
        dialog: inout D
    ) throws(OperationError) -> Unblocked {
        try finishing(connection, dialog: &dialog) { (connection, dialog, presented) throws(OperationError) in
            var (survey, pin, puk) = try plan(
                choice,
                on: &connection,
                budget: budget,
                dialog: &dialog
            )
            // Two steps in one directory: a PUK that lies elsewhere would be presented to somebody else's reference.
            let isOneStep = survey.application.unblockingForm == .codeAndNewPIN
            guard isOneStep || puk.directory == nil || puk.directory == pin.directory else {
                throw .refused(.noUnblockingCode, pin)
            }
            let evidence = survey.application.unblockingEvidence
            let pukStatus = survey.report(puk).status
            dialog.show(UnblockPlan(pin: survey.report(pin), puk: survey.report(puk), evidence: evidence))
            if evidence == .unknown, !budget.untested {
                guard dialog.isInteractive else { throw .refused(.untestedForm, pin) }
                guard try dialog.confirm(.useUntestedForm) else { throw .cancelled }
            }
            let code = try dialog.code(CodeRequest(purpose: .unblocking, pin: puk, status: pukStatus))
            try check(code, for: puk)
            let new = try newCode(
                for: pin,
                status: survey.report(pin).status,
                budget: budget,
                dialog: &dialog
            )
            let form = survey.application.unblockingForm
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
                presented: &presented
            ) { (survey, channel) in
                // The card has done it: what cannot be read afterwards is unknown, and no failure.
                for policy in [pin, puk] { survey.forgetStatus(of: policy) }
                guard (try? survey.readStatus(of: pin, on: &channel)) != nil else { return }
                for policy in [puk] + others { _ = try? survey.readStatus(of: policy, on: &channel) }
            } _: { (channel) throws(PINError) in
                try send(heldCode.take(), heldNew.take(), unblocking: pin, with: puk, form, on: &channel)
            }
            // A card's 9000 alone does not prove that the PUK was right (PivApplet issue 67): its counter must agree.
            guard survey.report(pin).status.isBlocked != true else { throw .stillBlocked(pin) }
            return Unblocked(
                pin: survey.report(pin),
                puk: survey.report(puk),
                alsoBlocked: survey.pins.first {
                    $0.id != pin.id && survey.report($0).status.isBlocked == true
                        && survey.unblockingCode(for: $0) != nil
                }
            )
        }
    }

    /// Sends both codes in the card's own form.
    ///
    /// It is never followed by the other form: a failure that is not a counted wrong code explains nothing.
    private static func send(
        _ code: consuming SecretBytes,
        _ new: consuming SecretBytes,
        unblocking pin: PINPolicy,
        with puk: PINPolicy,
        _ form: UnblockingForm,
        on channel: inout AnyCardChannel
    ) throws(PINError) {
        switch form {
        case .codeAndNewPIN:
            try ReferenceDataCommands.resetRetryCounter(pin, unblockingCode: puk, code, to: new, on: &channel)
        case .verifyThenNewPIN:
            try ReferenceDataCommands.verify(puk, code, on: &channel)
            do throws(PINError) {
                try ReferenceDataCommands.resetRetryCounter(pin, to: new, on: &channel)
            } catch .card(.transport(let error)) {
                // The new PIN was not sent, but the unblocking code was.
                throw .outcomeUnknown(id: puk.id, error)
            }
        }
    }

    /// The first transaction: which PIN, which code unblocks it, and the counters of both.
    private static func plan<C: CardConnection & ~Copyable, D: Dialog>(
        _ choice: PINChoice,
        on connection: inout C,
        budget: TryBudget,
        dialog: inout D
    ) throws(OperationError) -> (CardSurvey, pin: PINPolicy, puk: PINPolicy) {
        dialog.cardWork(isGoingOn: true)
        defer { dialog.cardWork(isGoingOn: false) }
        let (atr, likely) = (connection.atr, connection.likelyFamilies)
        let (surveyed, chosen) = try connection.withTransaction {
            (channel) throws(OperationError) -> (CardSurvey, PINPolicy?) in
            var survey = try CardSurvey(atr: atr, likely: likely, on: &channel)
            let pin = try blockedPIN(choice, &survey, on: &channel)
            for puk in Set(
                survey.pins.filter { pin == nil || $0.id == pin?.id }.compactMap(survey.unblockingCode)
            ) {
                try survey.readStatus(of: puk, on: &channel)
            }
            return (survey, pin)
        }
        var pin = chosen
        if pin == nil {
            guard dialog.isInteractive else { throw .whichPIN(surveyed.pins) }
            dialog.cardWork(isGoingOn: false)
            pin = try dialog.choose(among: surveyed.pins.map(surveyed.report))
        }
        guard let pin else { throw .whichPIN(surveyed.pins) }
        guard pin.isInitialized else { throw .refused(.notInitialized, pin) }
        guard pin.unblockIsAllowed else { throw .refused(.unblockNotAllowed, pin) }
        guard let puk = surveyed.unblockingCode(for: pin) else { throw .refused(.noUnblockingCode, pin) }
        try budget.check(surveyed.report(puk).status, of: puk)
        return (surveyed, pin, puk)
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
