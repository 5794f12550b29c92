package import CardCore

/// What is known of a card before anything of it is selected.
///
/// Only where to look depends on it; never what a card can do.
package struct CardHints: Hashable, Sendable {
    /// An AID that card data files give a family to try.
    package struct Application: Hashable, Sendable {
        package let family: String
        package let aid: [UInt8]

        package init(family: String, aid: [UInt8]) {
            self.family = family
            self.aid = aid
        }
    }

    package var atr: ATR?
    /// The families that such a card has, as card data says by ATR; others are looked for only where none of them is there.
    ///
    /// Empty where it is not known.
    package var families: [String]
    /// The one family that a person named; no other is looked for.
    package var chosenFamily: String?
    /// AIDs from card data.
    package var applications: [Application]
    /// What EF.DIR lists; `nil` until it has been read.
    package internal(set) var directory: [ApplicationTemplate]?

    package init(atr: ATR?, families: [String] = [], applications: [Application] = []) {
        self.atr = atr
        self.families = families
        self.applications = applications
    }

    /// AIDs to select for `family`: its own and those of card data; once EF.DIR has been read, what that lists besides.
    func identifiers<Family: CardFamily>(of family: Family.Type) -> [[UInt8]] {
        let given = applications.filter { $0.family == family.name }.map(\.aid)
        let known = family.applicationIdentifiers + given
        guard let directory else { return Self.unique(known) }
        let listed = directory.map(\.aid).filter { aid in known.contains { aid.starts(with: $0) } }
        return Self.unique(listed.filter { !known.contains($0) })
    }

    /// The families that card data or else the ATR gives such a card, by name; empty where neither tells.
    package var likelyFamilies: [String] { families.isEmpty ? atr.map(CardFamilies.likely) ?? [] : families }

    private static func unique(_ identifiers: [[UInt8]]) -> [[UInt8]] {
        var all: [[UInt8]] = []
        for aid in identifiers where !all.contains(aid) { all.append(aid) }
        return all
    }
}
