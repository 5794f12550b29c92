package import CardCore

/// The families that are looked for on a card.
package enum CardFamilies {
    /// In the order in which a card's application is chosen where it has several; a new family adds one line.
    package static let all: [any CardFamily.Type] = [
        PKCS15Family.self,
        PIVFamily.self,
        OpenPGPFamily.self,
        GIDSFamily.self,
        IDPrimeFamily.self,
    ]

    /// The names of all families, in their order.
    package static var names: [String] { all.map { $0.name } }

    /// The AID that a family's standard gives its application; empty for a family that is not known.
    package static func identifier(of family: String) -> [UInt8] {
        all.first { $0.name == family }?.applicationIdentifiers.first ?? []
    }

    /// The families that `atr` makes likely, by name.
    package static func likely(_ atr: ATR) -> [String] {
        all.filter { $0.isLikely(atr: atr) }.map { $0.name }
    }
}
