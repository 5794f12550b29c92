internal import CardApplications
internal import CardCore

extension PINOperations {
    /// The second transaction of an operation, in which a code is presented.
    ///
    /// `counted` is the code whose tries are at stake, `target` the one whose directory must be current. The counter is read
    /// again before `send`, which sends what it has once; `afterwards` runs when the card has accepted it.
    static func present<C: CardConnection & ~Copyable, D: Dialog>(
        counting counted: PINPolicy,
        at target: PINPolicy,
        _ survey: inout CardSurvey,
        budget: TryBudget,
        on connection: inout C,
        dialog: inout D,
        presented: inout Bool,
        afterwards: (inout CardSurvey, inout AnyCardChannel) -> Void = { _, _ in },
        _ send: (inout AnyCardChannel) throws(PINError) -> Void
    ) throws(OperationError) {
        dialog.cardWork(isGoingOn: true)
        defer { dialog.cardWork(isGoingOn: false) }
        try connection.withTransaction { (channel) throws(OperationError) in
            try survey.resume(with: counted, budget: budget, on: &channel)
            try survey.prepare(target, on: &channel)
            presented = true
            do throws(PINError) {
                try send(&channel)
            } catch {
                throw survey.explain(error, on: &channel)
            }
            afterwards(&survey, &channel)
        }
    }
}

/// A code on its way into a closure that may use it once.
struct OneCode: ~Copyable {
    private var secret: SecretBytes?

    init(_ secret: consuming SecretBytes) { self.secret = consume secret }

    /// Hands it out the first time; asked again, it says that nothing can be sent.
    mutating func take() throws(PINError) -> SecretBytes {
        guard let secret = secret.take() else { throw .card(.transport(.commandTooLong(length: 0))) }
        return secret
    }
}
