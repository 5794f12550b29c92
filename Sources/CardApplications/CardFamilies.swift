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
        let application = try walk(all, &hints, toPresent: toPresent, on: &channel) {
            (family, hints, channel) throws(TransportError) in
            try family.look(hints, on: &channel)
        } select: { (family, hints, channel) throws(TransportError) in
            try family.select(hints, on: &channel)
        }
        return Identification(application: application, directory: hints.directory)
    }

    /// Which card it is, in the same order and with as few commands as that takes; `nil` for a card nobody knows.
    package static func recognise(
        _ hints: CardHints,
        on channel: inout AnyCardChannel
    ) throws(TransportError) -> RecognisedCard? {
        var hints = hints
        // Only files tell that PKCS#15 is selected, which other applications might have too: they are asked before.
        let families = all.filter { $0.name != PKCS15Family.name } + [PKCS15Family.self]
        return try walk(families, &hints, on: &channel) { (family, hints, channel) throws(TransportError) in
            try family.glance(hints, on: &channel)
        } select: { (family, hints, channel) throws(TransportError) in
            try family.recognise(hints, on: &channel)
        }
    }

    /// The families that `atr` makes likely, by name.
    package static func likely(_ atr: ATR) -> [String] {
        all.filter { $0.isLikely(atr: atr) }.map { $0.name }
    }

    private typealias Question<Found> = (
        any CardFamily.Type, CardHints, inout AnyCardChannel
    ) throws(TransportError) -> Found?

    private static func walk<Found>(
        _ families: [any CardFamily.Type],
        _ hints: inout CardHints,
        toPresent: Bool = false,
        on channel: inout AnyCardChannel,
        look: Question<Found>,
        select: Question<Found>
    ) throws(TransportError) -> Found? {
        let known = hints
        let likely = families.filter { family in
            known.families.contains(family.name) || known.atr.map(family.isLikely) ?? false
        }.sorted { rank($0, known) < rank($1, known) }
        if toPresent {
            // Whom a code reaches must not depend on what another program selected last.
            for family in likely {
                if let found = try look(family, hints, &channel) { return found }
                if let found = try select(family, hints, &channel) { return found }
            }
        } else {
            for family in likely {
                if let found = try look(family, hints, &channel) { return found }
            }
            for family in likely {
                if let found = try select(family, hints, &channel) { return found }
            }
        }
        let others = families.filter { family in !likely.contains { $0.name == family.name } }
        for family in others {
            if let found = try look(family, hints, &channel) { return found }
        }
        hints.directory = try ApplicationDirectory.read(on: &channel)
        let (directory, applications) = (hints.directory, hints.applications)
        // Likely ones again where EF.DIR has told another name or place.
        let listed = families.filter { family in
            directory.contains { template in
                family.claims(template.aid)
                    || applications.contains {
                        $0.family == family.name && template.aid.starts(with: $0.aid)
                    }
            }
        }
        let rest = others.filter { family in !listed.contains { $0.name == family.name } }
        for family in listed + rest {
            if let found = try select(family, hints, &channel) { return found }
        }
        return nil
    }

    /// Card data in its own order, then what the ATR makes likely.
    private static func rank(_ family: any CardFamily.Type, _ hints: CardHints) -> Int {
        hints.families.firstIndex(of: family.name) ?? hints.families.count
    }
}
