internal import CardApplications
internal import CardCore

extension PINOperations {
    /// The second transaction of an operation, in which a code is presented.
    ///
    /// `counted` is the code whose tries are at stake, `target` the one whose directory must be current. The counter is read
    /// again before `send`, which sends what it has once; `afterwards` runs when the card has accepted it. Whatever came of
    /// it, the application is told to forget what is verified.
    static func present<C: CardConnection & ~Copyable, D: Dialog>(
        counting counted: PINPolicy,
        at target: PINPolicy,
        _ survey: inout CardSurvey,
        budget: TryBudget,
        on connection: inout C,
        dialog: inout D,
        presentation: inout Presentation,
        afterwards: (inout CardSurvey, inout AnyCardChannel) -> Void = { _, _ in },
        _ send: (inout any CardApplication, inout AnyCardChannel) throws(PINError) -> Void
    ) throws(OperationError) {
        dialog.cardWork(isGoingOn: true)
        defer { dialog.cardWork(isGoingOn: false) }
        try connection.withTransaction { (channel) throws(OperationError) in
            if counted.kind == .key {
                guard !channel.wasReset, try survey.challengeStands(of: counted, on: &channel) else {
                    throw .challengeLost(counted)
                }
            } else {
                try survey.resume(with: counted, budget: budget, on: &channel)
            }
            try survey.prepare(target, on: &channel)
            presentation = .presented
            do throws(PINError) {
                try send(&survey.application, &channel)
            } catch {
                let explained = survey.explain(error, on: &channel)
                // A card that did not answer is asked nothing more: it is reset.
                if case .outcomeUnknown = error { throw explained }
                survey.endSecurityStatus(&presentation, on: &channel)
                throw explained
            }
            afterwards(&survey, &channel)
            survey.endSecurityStatus(&presentation, on: &channel)
        }
    }
}

/// How far an operation has gone towards leaving something verified on the card.
enum Presentation {
    /// No code was presented.
    case none
    /// One was, and the card may remember it.
    case presented
    /// One was, and the application has forgotten it.
    case forgotten
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
