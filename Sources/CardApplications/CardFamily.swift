package import CardCore

/// A card family: how to find its application on a card.
package protocol CardFamily: Sendable {
    /// The name in JSON and in card data files.
    static var name: String { get }
    /// AIDs of its application, or beginnings of them, by which EF.DIR names it.
    static var applicationIdentifiers: [[UInt8]] { get }

    /// Whether the ATR alone makes it likely that the card is one; only the order of looking depends on it.
    static func isLikely(atr: ATR) -> Bool
    /// Looks at what is selected, and selects nothing; `nil` when that is not this family's, or cannot be told.
    ///
    /// The question changes at most which file is current: somebody else's verified code stays verified.
    static func look(
        _ hints: CardHints,
        on channel: inout AnyCardChannel
    ) throws(TransportError) -> (any CardApplication)?
    /// Selects the application; `nil` when the card has none of this family.
    static func select(
        _ hints: CardHints,
        on channel: inout AnyCardChannel
    ) throws(TransportError) -> (any CardApplication)?

    /// Recognises what is selected, and selects nothing; like `look`, with no more commands than its number takes.
    static func glance(
        _ hints: CardHints,
        on channel: inout AnyCardChannel
    ) throws(TransportError) -> RecognisedCard?
    /// Selects the application to recognise the card; like `select`, with no more commands than its number takes.
    static func recognise(
        _ hints: CardHints,
        on channel: inout AnyCardChannel
    ) throws(TransportError) -> RecognisedCard?
}

extension CardFamily {
    package static func isLikely(atr: ATR) -> Bool { false }

    package static func look(
        _ hints: CardHints,
        on channel: inout AnyCardChannel
    ) throws(TransportError) -> (any CardApplication)? { nil }

    /// Whether `aid` begins like one of this family's.
    static func claims(_ aid: [UInt8]) -> Bool {
        applicationIdentifiers.contains { aid.starts(with: $0) }
    }
}

/// What is known of a card before anything of it is selected.
///
/// Only the order of looking, and where to look, depends on it; never what a card can do.
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
    /// Families to look for first, such as card data gives them by ATR.
    package var families: [String]
    /// AIDs from card data.
    package var applications: [Application]
    /// What EF.DIR lists; empty until it has been read.
    package internal(set) var directory: [ApplicationTemplate] = []

    package init(atr: ATR?, families: [String] = [], applications: [Application] = []) {
        self.atr = atr
        self.families = families
        self.applications = applications
    }

    /// AIDs to select for `family`: its own, those of card data, and those of EF.DIR that begin like one of them.
    func identifiers<Family: CardFamily>(of family: Family.Type) -> [[UInt8]] {
        let given = applications.filter { $0.family == family.name }.map(\.aid)
        let listed = directory.map(\.aid).filter { aid in
            family.claims(aid) || given.contains { aid.starts(with: $0) }
        }
        var all: [[UInt8]] = []
        for aid in family.applicationIdentifiers + given + listed where !all.contains(aid) { all.append(aid) }
        return all
    }
}
