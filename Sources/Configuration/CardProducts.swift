/// What is known about a product whose card answers to reset like this.
package struct CardProduct: Hashable, Sendable {
    /// The name in the group's brackets; a later file with the same one changes this product.
    package let id: String
    package let name: String
    /// What sort of card it is (`siths`, `reservkort`), the word that `[Advice …]` uses; `nil` where the ATR does not say.
    package let kind: String?
    /// The families that such a card has (`pkcs15`, `idprime`); a hint and never a proof.
    package let families: [String]
    /// Where this is known from.
    package let source: String
    package let atr: ATRPattern
}

/// The products by ATR: those that are installed with the program, then the administrator's.
package struct CardProducts: Hashable, Sendable {
    package let all: [CardProduct]
    /// Where to look for applications besides their families' own AIDs.
    package let applications: [ApplicationName]

    /// No product is known.
    package init() { (all, applications) = ([], []) }

    /// Reads `SHARE/cards.d/*.conf`, then `ETC/cards.d/*.conf`; later files change single keys of earlier groups.
    ///
    /// `share` is the installed data folder, and `etc` the administrator's, `nil` where there is none. Throws `ConfigurationError`. Blocking.
    package init(
        etc: String? = Configuration.defaultFolder,
        share: String? = Configuration.installedFolder
    ) throws(ConfigurationError) {
        var sections = Sections()
        if let share {
            try sections.mergeFolder("\(share)/cards.d", owners: Trust.installation, schema: .cards)
        }
        if let etc {
            try sections.mergeFolder("\(etc)/cards.d", owners: Trust.administrator, schema: .cards)
        }
        try sections.checkRequiredKeys(of: .cards)
        applications = sections.names.compactMap { group in
            guard let aid = sections[group, "AID"].flatMap(ApplicationName.identifier),
                let family = sections[group, "Family"], let source = sections[group, "Source"]
            else { return nil }
            let id = String(group.dropFirst("Application ".count))
            return ApplicationName(id: id, aid: aid, family: family, source: source)
        }
        all = sections.names.compactMap { group in
            guard let pattern = sections[group, "ATR"].flatMap(ATRPattern.init),
                let name = sections[group, "Name"], let source = sections[group, "Source"]
            else { return nil }
            return CardProduct(
                id: String(group.dropFirst("Card ".count)),
                name: name,
                kind: sections[group, "Kind"],
                families: sections[group, "Families"].flatMap(ValueKind.words) ?? [],
                source: source,
                atr: pattern
            )
        }
    }

    /// The product whose pattern fits with the most fixed bytes; of equals the one that was read last.
    package func product(atr: [UInt8]) -> CardProduct? {
        var best: CardProduct?
        for product in all where product.atr.matches(atr) {
            if let found = best, found.atr.specificity > product.atr.specificity { continue }
            best = product
        }
        return best
    }
}
