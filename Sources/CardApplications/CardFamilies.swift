package import CardCore

/// The list that identification walks.
package enum CardFamilies {
    /// A new family adds one line.
    package static let all: [any CardFamily.Type] = [
        PKCS15Family.self,
        PIVFamily.self,
        OpenPGPFamily.self,
        GIDSFamily.self,
        IDPrimeFamily.self,
    ]

    /// What a card was found to be.
    package struct Identification: Sendable {
        /// `nil` for a card nobody knows.
        package var application: (any CardApplication)?
        /// What EF.DIR lists, where it had to be read.
        package var directory: [ApplicationTemplate] = []
    }

    /// The first family that answers.
    ///
    /// Those that card data or the ATR make likely come first, and of these what is selected already: selecting another
    /// application would log somebody else out. Only where none of them is there is EF.DIR read, and last of all the rest tried.
    package static func identify(
        _ hints: CardHints,
        toPresent: Bool = false,
        on channel: inout AnyCardChannel
    ) throws(TransportError) -> Identification {
        var hints = hints
        let likely = all.filter { family in
            hints.families.contains(family.name) || hints.atr.map(family.isLikely) ?? false
        }.sorted { rank($0, hints) < rank($1, hints) }
        if let found = try find(likely, hints, toPresent: toPresent, on: &channel) {
            return Identification(application: found)
        }
        let others = all.filter { family in !likely.contains { $0.name == family.name } }
        for family in others {
            if let found = try family.look(hints, on: &channel) { return Identification(application: found) }
        }
        hints.directory = try ApplicationDirectory.read(on: &channel)
        // Likely ones again where EF.DIR has told another name or place.
        let listed = all.filter { family in
            hints.directory.contains { template in
                family.claims(template.aid)
                    || hints.applications.contains {
                        $0.family == family.name && template.aid.starts(with: $0.aid)
                    }
            }
        }
        let rest = others.filter { family in !listed.contains { $0.name == family.name } }
        for family in listed + rest {
            if let found = try family.select(hints, on: &channel) {
                return Identification(application: found, directory: hints.directory)
            }
        }
        return Identification(application: nil, directory: hints.directory)
    }

    private static func find(
        _ families: [any CardFamily.Type],
        _ hints: CardHints,
        toPresent: Bool,
        on channel: inout AnyCardChannel
    ) throws(TransportError) -> (any CardApplication)? {
        // Whom a code reaches must not depend on what another program selected last.
        if toPresent {
            for family in families {
                if let found = try family.look(hints, on: &channel) { return found }
                if let found = try family.select(hints, on: &channel) { return found }
            }
            return nil
        }
        for family in families {
            if let found = try family.look(hints, on: &channel) { return found }
        }
        for family in families {
            if let found = try family.select(hints, on: &channel) { return found }
        }
        return nil
    }

    /// Card data in its own order, then what the ATR makes likely.
    private static func rank(_ family: any CardFamily.Type, _ hints: CardHints) -> Int {
        hints.families.firstIndex(of: family.name) ?? hints.families.count
    }
}
