internal import CardApplications
internal import CardCore

/// Verify and change a PIN, under the rules about tries (unblocking has a file of its own).
package enum PINOperations {
    /// Presents a PIN, and returns it; what its counter is afterwards has not been read.
    package static func verify<C: CardConnection & ~Copyable, D: Dialog>(
        _ choice: PINChoice,
        on connection: consuming C,
        budget: TryBudget,
        dialog: inout D
    ) throws(OperationError) -> PINReport {
        try CardOperation.run(on: connection, budget: budget, dialog: &dialog) {
            (operation) throws(OperationError) in
            var (survey, pin) = try choose(choice, &operation)
            guard pin.verifyIsAllowed, pin.kind != .key else { throw .refused(.verifyNotAllowed, pin) }
            try operation.confirmForm(of: pin)
            var code = OneCode(try operation.askForCode(.current, of: pin, survey))
            try operation.present(counting: [pin], &survey) { (survey, session) throws(OperationError) in
                try survey.attempt(in: &session) { (session) throws(PINError) in
                    try session.verify(pin, code.take())
                }
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
        try CardOperation.run(on: connection, budget: budget, dialog: &dialog) {
            (operation) throws(OperationError) in
            var (survey, pin) = try choose(choice, &operation)
            guard pin.changeIsAllowed, pin.kind != .key else { throw .refused(.changeNotAllowed, pin) }
            try operation.confirmForm(of: pin)
            let old = try operation.askForCode(.current, of: pin, survey)
            let new = try operation.askForNewCode(of: pin, survey)
            guard !old.isEqual(to: new) else { throw .refused(.sameAsOld, pin) }
            var heldOld = OneCode(old)
            var heldNew = OneCode(new)
            try operation.present(counting: [pin], &survey) { (survey, session) throws(OperationError) in
                try survey.attempt(in: &session) { (session) throws(PINError) in
                    try session.change(pin, from: heldOld.take(), to: heldNew.take())
                }
            }
            survey.forgetStatus(of: pin)
            return survey.report(pin)
        }
    }

    /// The PIN that verify and change are about, with its counter read.
    private static func choose<C: CardConnection & ~Copyable, D: Dialog>(
        _ choice: PINChoice,
        _ operation: inout CardOperation<C, D>
    ) throws(OperationError) -> (CardSurvey, PINPolicy) {
        let budget = operation.budget
        return try operation.survey { (survey, session) throws(OperationError) in
            let chosen = try survey.policy(for: choice, in: &session)
            _ = try survey.status(of: chosen, in: &session)
            let pin = try survey.withRole(chosen, choice, in: &session)
            try survey.check(pin, budget, in: &session)
            return pin
        }
    }
}

/// A code on its way into a closure that may use it once.
struct OneCode: ~Copyable {
    private var secret: SecretBytes?

    init(_ secret: consuming SecretBytes) { self.secret = consume secret }

    /// Hands it out the first time; asked again, it says that nothing can be sent.
    mutating func take() throws(PINError) -> SecretBytes {
        guard let secret = secret.take() else { throw .card(.transport(.commandNotAllowed)) }
        return secret
    }
}
