package import CardCore

/// A card family: how to find its application on a card.
package protocol CardFamily: Sendable {
    /// The name in JSON and in card data files.
    static var name: String { get }
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

    /// The first family that answers; `nil` for a card nobody knows.
    ///
    /// `likely` names families to try first, such as card data gives them by ATR; only the order depends on it.
    package static func identify(
        atr: ATR?,
        likely: [String] = [],
        on channel: inout AnyCardChannel
    ) throws(TransportError) -> (any CardApplication)? {
        let first = likely.compactMap { name in all.first { $0.name == name } }
        let others = all.filter { !likely.contains($0.name) }
        for family in first + others {
            if let application = try family.probe(atr: atr, on: &channel) { return application }
        }
        return nil
    }
}
