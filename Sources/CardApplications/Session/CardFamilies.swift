package import CardCore

/// The list that identification walks.
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

    /// The families that `atr` makes likely, by name.
    package static func likely(_ atr: ATR) -> [String] {
        all.filter { $0.isLikely(atr: atr) }.map { $0.name }
    }
}
