package import CardCore

/// A card family: how to find its application on a card.
package protocol CardFamily: Sendable {
    /// The name in JSON and in card data files.
    static var name: String { get }
    /// AIDs of its application, or beginnings of them, by which EF.DIR names it.
    static var applicationIdentifiers: [[UInt8]] { get }

    /// Whether only files tell that its application is selected.
    static var isToldByFiles: Bool { get }
    /// Whether a reservkort is one, so that short validity tells it.
    static var hasTemporaryCards: Bool { get }

    /// Whether the ATR alone makes it likely that the card is one.
    static func isLikely(atr: ATR) -> Bool
    /// Looks for the application as `query` says; `nil` where the card has none, or has not selected it.
    ///
    /// What this returns is what codes are later presented to: only a SELECT that the card has accepted, or an answer that no
    /// other application could have given.
    static func find(
        _ query: ApplicationQuery,
        on channel: inout AnyCardChannel
    ) throws(TransportError) -> FoundApplication?
}

/// How an application is looked for, and how much of it is read then.
package struct ApplicationQuery: Hashable, Sendable {
    package enum Way: Hashable, Sendable {
        /// Ask what is selected, and select nothing: the question changes at most which file is current, and a code that
        /// another program has verified stays verified.
        case asking
        /// Select it by one of its names or places.
        case selecting
    }

    package enum Depth: Hashable, Sendable {
        /// Only what tells the card from others, in as few commands as that takes.
        case number
        /// What everything else can start from.
        case application
    }

    package var hints: CardHints
    package var way: Way
    package var depth: Depth
}

/// What a family has found.
package enum FoundApplication: Sendable {
    case application(any CardApplication)
    /// With `Depth.number`.
    case recognised(RecognisedCard)
    /// It was selected, and the card says that it has been terminated.
    case terminated
}

extension CardFamily {
    package static var isToldByFiles: Bool { false }
    package static var hasTemporaryCards: Bool { false }

    package static func isLikely(atr: ATR) -> Bool { false }

    /// Whether `aid` begins like one of this family's.
    static func claims(_ aid: [UInt8]) -> Bool {
        applicationIdentifiers.contains { aid.starts(with: $0) }
    }
}

extension ApplicationQuery {
    /// `application`, which has answered; with `Depth.number` its number in the place of it.
    func found(
        _ application: any CardApplication,
        on channel: inout AnyCardChannel
    ) throws(TransportError) -> FoundApplication {
        guard depth == .number else { return .application(application) }
        var application = application
        let number: CardNumber?
        do throws(CardError) {
            number = try application.readNumber(on: &channel)
        } catch .transport(let error) {
            throw error
        } catch {
            // A card whose files are damaged is still one of the family.
            number = nil
        }
        return .recognised(RecognisedCard(family: application.family, number: number))
    }
}
