internal import CardApplications
internal import CardCore

/// What a refused code means.
extension CardSurvey {
    /// Presents a code, and says of one that is refused what is known of its counter.
    mutating func attempt<R>(
        in session: inout ApplicationSession,
        _ send: (inout ApplicationSession) throws(PINError) -> R
    ) throws(OperationError) -> R {
        do throws(PINError) { return try send(&session) } catch { throw explain(error, in: &session) }
    }

    /// The error for a blocked code, with the ways that are left: none of them is advised before its counter was read.
    mutating func blocked(_ policy: PINPolicy, in session: inout ApplicationSession) -> OperationError {
        for code in policies where code.kind != .pin && code.id != policy.id && !isRead(code) {
            _ = try? readStatus(of: code, in: &session)
        }
        return .blocked(policy, ways: reports.waysLeft(of: policy))
    }

    /// Turns a refused code into what is known of its counter, asking the card where the answer did not tell.
    private mutating func explain(_ error: PINError, in session: inout ApplicationSession) -> OperationError {
        if let wrong = spentTry(error, in: &session) { return wrong }
        let id =
            switch error {
            case .wrong(let id, _), .blocked(let id), .notInitialized(let id), .notAllowed(let id, _),
                .newCodeRefused(let id, _), .newCodeTooSimple(let id), .newCodeNotSet(let id, _),
                .unblockingRefused(let id, _), .unexpected(let id, _), .outcomeUnknown(let id, _):
                id
            case .card: ""
            }
        if case .card(let reason) = error { return .card(reason) }
        guard let policy = policies.first(where: { $0.id == id }) else { return .card(.notRecognised) }
        if case .blocked = error { return blocked(policy, in: &session) }
        guard case .wrong(_, nil) = error, let status = try? readStatus(of: policy, in: &session) else {
            return .code(error, policy)
        }
        return wrong(policy, status, in: &session)
    }

    /// A refusal that does not say that the code was wrong, and whose counter does: some cards answer a wrong code so.
    ///
    /// `nil` where the answer itself tells, or the counter is not known or has not gone down.
    private mutating func spentTry(
        _ error: PINError,
        in session: inout ApplicationSession
    ) -> OperationError? {
        switch error {
        // Data that a code brings is a fault of the card, which is asked nothing more.
        case .unexpected(_, let status): guard status.sw1 != 0x61 else { return nil }
        case .notAllowed, .newCodeRefused, .newCodeTooSimple, .newCodeNotSet, .unblockingRefused: break
        case .wrong, .blocked, .notInitialized, .outcomeUnknown, .card: return nil
        }
        guard let command = session.lastPresented, command.presentsCode,
            let before = statuses[command.judged.id]?.remainingTries,
            let status = try? readStatus(of: command.judged, in: &session), let after = status.remainingTries,
            after < before
        else { return nil }
        return wrong(command.judged, status, in: &session)
    }

    /// A code that was just counted as wrong has been set, so that no tries left mean that it is blocked.
    private mutating func wrong(
        _ policy: PINPolicy,
        _ status: PINStatus,
        in session: inout ApplicationSession
    ) -> OperationError {
        status.isUsable
            ? .code(.wrong(id: policy.id, remainingTries: status.remainingTries), policy)
            : blocked(policy, in: &session)
    }
}
