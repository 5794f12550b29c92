package import CardCore

/// Which application of a card is looked for.
package struct ApplicationSearch: Hashable, Sendable {
    package enum Purpose: Hashable, Sendable {
        /// A code is presented: always the application that is meant, also where another program has selected another one.
        case codes
        /// The card is read: the application that is meant, but for one that another program is logged in to.
        case reading
        /// The card is to be known again: what is selected will do, so that nothing has to be selected.
        case identification
    }

    package var hints: CardHints
    package var purpose: Purpose

    package init(_ hints: CardHints, for purpose: Purpose) {
        self.hints = hints
        self.purpose = purpose
    }
}

/// What a search has found.
package struct SearchResult: ~Copyable {
    /// `nil` where none of the applications is there.
    package var session: ApplicationSession?
    /// Whether the application was chosen because another program is logged in to it.
    package var keepsLogin = false
    /// What EF.DIR lists, where it was read.
    package var directory: [ApplicationTemplate] = []
}

extension ApplicationSearch {
    /// Looks for the families, one after the other, until one answers.
    ///
    /// First, unless a code is to be presented, what is selected is asked; then the families are selected in their fixed order:
    /// those that card data gives such a card, then the others. In each group those come first that a name leads to, then those
    /// that EF.DIR names, and last those that have a place without a name. A SELECT that fails leaves what is selected as it
    /// is (ISO/IEC 7816-4, 11.2.2).
    package func run(on channel: inout AnyCardChannel) throws(CardError) -> SearchResult {
        // A question that is answered saves the SELECT, which would log another program out.
        var likelySelected = hints.likelyFamilies.count == 1 ? hints.likelyFamilies.first : nil
        if purpose != .codes, let chosen = hints.chosenFamily {
            likelySelected = chosen
        } else if purpose != .codes {
            var selected = try askWhatIsSelected(on: &channel)
            if let session = selected.session.take() {
                return SearchResult(session: session, keepsLogin: selected.keepsLogin)
            }
            if purpose == .identification || possible.count > 1 { likelySelected = selected.family }
        }
        var last = self
        for group in groups {
            for family in group {
                if family.name == likelySelected,
                    let session = try ApplicationSession.find(family, query(.asking), on: &channel)
                {
                    return SearchResult(session: session)
                }
                if let session = try ApplicationSession.find(family, query(.selecting), on: &channel) {
                    return SearchResult(session: session)
                }
            }
            if last.hints.directory == nil {
                last.hints.directory = try transported { () throws(TransportError) in
                    try ApplicationDirectory.read(on: &channel)
                }
            }
            for family in group {
                if let session = try ApplicationSession.find(family, last.query(.selecting), on: &channel) {
                    return SearchResult(session: session)
                }
            }
        }
        return SearchResult(session: nil, directory: last.hints.directory ?? [])
    }

    /// Which card it is, with as few commands as that takes; `nil` for one of no known family.
    ///
    /// What is selected is asked first; then the families that card data gives such a card are selected, then the others, and
    /// last, once EF.DIR has been read, each again.
    package func recognise(on channel: inout AnyCardChannel) throws(TransportError) -> RecognisedCard? {
        for family in asked {
            if let found = try recognise(family, query(.asking, .number), on: &channel) { return found }
        }
        for family in named {
            if let found = try recognise(family, query(.selecting, .number), on: &channel) { return found }
        }
        var last = self
        last.hints.directory = try ApplicationDirectory.read(on: &channel)
        let query = last.query(.selecting, .number)
        for family in named {
            if let found = try recognise(family, query, on: &channel) { return found }
        }
        return nil
    }

    private func recognise(
        _ family: any CardFamily.Type,
        _ query: ApplicationQuery,
        on channel: inout AnyCardChannel
    ) throws(TransportError) -> RecognisedCard? {
        guard case .recognised(let card) = try family.find(query, on: &channel) else { return nil }
        return card
    }

    /// The families to select, in their order.
    private var named: [any CardFamily.Type] {
        if let chosen = hints.chosenFamily { return CardFamilies.all.filter { $0.name == chosen } }
        return possible + CardFamilies.all.filter { family in !possible.contains { $0.name == family.name } }
    }

    /// The families to select, those first that card data gives such a card: neither a name nor a place of another is tried
    /// on a card that has them.
    private var groups: [[any CardFamily.Type]] {
        guard hints.chosenFamily == nil, !hints.families.isEmpty else { return [named] }
        return [possible, named.filter { family in !possible.contains { $0.name == family.name } }]
    }

    /// The families that the card may have; all where card data does not tell.
    private var possible: [any CardFamily.Type] {
        CardFamilies.all.filter { hints.families.isEmpty || hints.families.contains($0.name) }
    }

    /// The families to ask for what is selected, in their order.
    private var asked: [any CardFamily.Type] {
        // Another application might have such files too.
        possible.filter { !$0.isToldByFiles } + possible.filter { $0.isToldByFiles }
    }

    private func query(
        _ way: ApplicationQuery.Way,
        _ depth: ApplicationQuery.Depth = .application
    ) -> ApplicationQuery {
        ApplicationQuery(hints: hints, way: way, depth: depth)
    }

    /// What is selected on the card.
    private struct Selected: ~Copyable {
        /// `nil` where no family has answered, or the one that has is not the one that is meant.
        var session: ApplicationSession?
        var keepsLogin = false
        /// The family that has answered.
        var family: String?
    }

    /// Asks the families that the card may have for what is selected, until one answers.
    private func askWhatIsSelected(on channel: inout AnyCardChannel) throws(CardError) -> Selected {
        // A card of one family is asked when its turn comes.
        for family in asked where purpose == .identification || possible.count > 1 {
            guard var session = try ApplicationSession.find(family, query(.asking), on: &channel) else {
                continue
            }
            if purpose == .identification || possible.first?.name == family.name {
                return Selected(session: session)
            }
            if try session.isLoggedIn() { return Selected(session: session, keepsLogin: true) }
            // The one that is meant may come earlier in the order.
            channel = session.release()
            return Selected(session: nil, family: family.name)
        }
        return Selected(session: nil)
    }
}
