internal import CardApplications
internal import CardCore

/// Verify and change a PIN, under the rules about tries (unblocking has a file of its own).
///
/// Each operation reads in one transaction, asks the person without holding any, and presents the code in a second
/// one: the counter is read before the question and again before the code goes out, each code is consumed by the one
/// command that carries it, and after a command with a code, whatever came of it, the security status is dropped.
package enum PINOperations {
    /// Presents a PIN, and returns it; what its counter is afterwards has not been read.
    package static func verify<C: CardConnection & ~Copyable, D: Dialog>(
        _ choice: PINChoice,
        on connection: consuming C,
        budget: TryBudget,
        dialog: inout D
    ) throws(OperationError) -> PINReport {
        try finishing(connection, dialog: &dialog) {
            (connection, dialog, presentation) throws(OperationError) in
            var (survey, pin) = try choose(choice, on: &connection, budget: budget, dialog: &dialog)
            guard pin.verifyIsAllowed, pin.kind != .key else { throw .refused(.verifyNotAllowed, pin) }
            let code = try dialog.code(
                CodeRequest(purpose: .current, pin: pin, status: survey.report(pin).status)
            )
            try check(code, for: pin)
            var held = OneCode(code)
            try present(
                counting: pin,
                at: pin,
                &survey,
                budget: budget,
                on: &connection,
                dialog: &dialog,
                presentation: &presentation
            ) { (application, channel) throws(PINError) in
                try application.verify(pin, held.take(), on: &channel)
            }
            survey.forgetStatus(of: pin)
            return survey.report(pin)
        }
    }

    /// Replaces a PIN by a new one.
    package static func change<C: CardConnection & ~Copyable, D: Dialog>(
        _ choice: PINChoice,
        on connection: consuming C,
        budget: TryBudget,
        dialog: inout D
    ) throws(OperationError) -> PINReport {
        try finishing(connection, dialog: &dialog) {
            (connection, dialog, presentation) throws(OperationError) in
            var (survey, pin) = try choose(choice, on: &connection, budget: budget, dialog: &dialog)
            guard pin.changeIsAllowed, pin.kind != .key else { throw .refused(.changeNotAllowed, pin) }
            let status = survey.report(pin).status
            let old = try dialog.code(CodeRequest(purpose: .current, pin: pin, status: status))
            try check(old, for: pin)
            let new = try newCode(for: pin, status: status, budget: budget, dialog: &dialog)
            guard !old.isEqual(to: new) else { throw .refused(.sameAsOld, pin) }
            var heldOld = OneCode(old)
            var heldNew = OneCode(new)
            try present(
                counting: pin,
                at: pin,
                &survey,
                budget: budget,
                on: &connection,
                dialog: &dialog,
                presentation: &presentation
            ) { (application, channel) throws(PINError) in
                try application.change(pin, from: heldOld.take(), to: heldNew.take(), on: &channel)
            }
            survey.forgetStatus(of: pin)
            return survey.report(pin)
        }
    }

    /// The first transaction of verify and change.
    private static func choose<C: CardConnection & ~Copyable, D: Dialog>(
        _ choice: PINChoice,
        on connection: inout C,
        budget: TryBudget,
        dialog: inout D
    ) throws(OperationError) -> (CardSurvey, PINPolicy) {
        dialog.cardWork(isGoingOn: true)
        defer { dialog.cardWork(isGoingOn: false) }
        let hints = connection.hints
        return try connection.withTransaction { (channel) throws(OperationError) in
            var survey = try CardSurvey(hints, on: &channel)
            let pin = try survey.policy(for: choice, on: &channel)
            try budget.check(survey.status(of: pin, on: &channel), of: pin)
            return (survey, pin)
        }
    }

    /// Asks for a new code and applies the rules for new codes.
    static func newCode<D: Dialog>(
        for pin: PINPolicy,
        status: PINStatus,
        budget: TryBudget,
        dialog: inout D
    ) throws(OperationError) -> SecretBytes {
        let new = try dialog.code(CodeRequest(purpose: .new, pin: pin, status: status))
        do throws(PINFormatError) { try pin.check(new) } catch { throw .refused(.newCodeFormat(error), pin) }
        switch NewPINRules.judge(new) {
        case .fine: break
        case .trivial: guard budget.allowTrivialPINs else { throw .refused(.trivialPIN, pin) }
        case .date:
            if dialog.isInteractive {
                guard try dialog.confirm(.useDate) else { throw .cancelled }
            } else {
                dialog.warnOfDate()
            }
        }
        return new
    }

    /// Refuses a code that cannot be right, before the card would count it.
    static func check(_ code: borrowing SecretBytes, for pin: PINPolicy) throws(OperationError) {
        do throws(PINFormatError) { try pin.check(code) } catch { throw .refused(.format(error), pin) }
    }

    /// Runs an operation and drops the security status if it presented a code, also when it failed.
    static func finishing<C: CardConnection & ~Copyable, D: Dialog, R>(
        _ connection: consuming C,
        dialog: inout D,
        _ body: (inout C, inout D, inout Presentation) throws(OperationError) -> R
    ) throws(OperationError) -> R {
        var presentation = Presentation.none
        let result: Result<R, OperationError>
        do throws(OperationError) {
            result = .success(try body(&connection, &dialog, &presentation))
        } catch {
            result = .failure(error)
        }
        switch presentation {
        case .none: break
        case .presented: dialog.securityStatusEnded(connection.dropSecurityStatus())
        case .forgotten: dialog.securityStatusEnded(.dropped)
        }
        return try result.get()
    }
}
