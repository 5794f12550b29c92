package import CardCore

/// A card family: how to find its application on a card.
package protocol CardFamily: Sendable {
    /// The name in JSON and in card data files.
    static var name: String { get }
    /// Whether the ATR makes this family likely; only the order of probing depends on it.
    static func isSuggested(by atr: ATR?) -> Bool
    /// Selects the application; `nil` when the card has none of this family.
    static func probe(
        atr: ATR?,
        on channel: inout AnyCardChannel
    ) throws(TransportError) -> (any CardApplication)?
}

/// The list that identification walks.
///
/// A new family adds one line.
package enum CardFamilies {
    package static let all: [any CardFamily.Type] = [
        PKCS15Family.self
    ]

    /// The first family that answers, those that the ATR suggests first; `nil` for a card nobody knows.
    package static func identify(
        atr: ATR?,
        on channel: inout AnyCardChannel
    ) throws(TransportError) -> (any CardApplication)? {
        let suggested = all.filter { $0.isSuggested(by: atr) }
        let others = all.filter { !$0.isSuggested(by: atr) }
        for family in suggested + others {
            if let application = try family.probe(atr: atr, on: &channel) { return application }
        }
        return nil
    }
}
