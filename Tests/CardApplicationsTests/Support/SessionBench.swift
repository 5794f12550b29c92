import CardCore
import VirtualCards

@testable import CardApplications

/// Transactions with a software card: each function opens one, and the card is not reset before it.
extension VirtualCard {
    /// Lends `body` the session of the application that `search` finds; `nil` where it finds none.
    func withSession<R>(
        _ search: ApplicationSearch,
        _ body: (inout ApplicationSession) throws -> R
    ) throws -> R? {
        var channel = AnyCardChannel(DirectChannel(card: self))
        var found = try search.run(on: &channel)
        guard var session = found.session.take() else { return nil }
        return try body(&session)
    }

    /// Lends `body` the session of `application`, opened again to present the code of `policy`.
    @discardableResult
    func withReopened<R>(
        _ application: any CardApplication,
        toPresent policy: PINPolicy,
        _ body: (inout ApplicationSession) throws -> R
    ) throws -> R {
        var channel = AnyCardChannel(DirectChannel(card: self))
        var session = try ApplicationSession.reopen(application, toPresent: policy, on: &channel)
        return try body(&session)
    }

    /// Lends `body` the session in which the challenge of `application` is answered; `nil` where the challenge is void.
    func withChallenge<R>(
        of application: any CardApplication,
        _ body: (inout ApplicationSession) throws -> R
    ) throws -> R? {
        var channel = AnyCardChannel(DirectChannel(card: self))
        guard var session = try ApplicationSession.resumeChallenge(of: application, on: &channel) else {
            return nil
        }
        return try body(&session)
    }

    /// Whether `family` finds its application in the way `way`.
    func has(
        _ family: any CardFamily.Type,
        _ way: ApplicationQuery.Way,
        hints: CardHints? = nil
    ) throws -> Bool {
        var channel = AnyCardChannel(DirectChannel(card: self))
        let hints = hints ?? CardHints(atr: try? ATR(parsing: atr))
        return try family.find(ApplicationQuery(hints: hints, way: way, depth: .application), on: &channel)
            != nil
    }
}
