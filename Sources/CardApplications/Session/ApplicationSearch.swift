package import CardCore

/// Which application of a card is looked for.
package struct ApplicationSearch: Hashable, Sendable {
    package enum Purpose: Hashable, Sendable {
        /// A code is presented: always the application that is meant, whatever another program has selected.
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

/// What a search came to.
package struct Identification: ~Copyable {
    /// `nil` where none of the applications is there.
    package var session: ApplicationSession?
    /// Whether the application was chosen because another program is logged in to it.
    package var keepsLogin = false
    /// What EF.DIR lists, where it was read.
    package var directory: [ApplicationTemplate] = []
}

extension ApplicationSearch {
    /// Walks the families until one answers.
    ///
    /// First, unless a code is to be presented, what is selected is asked; then the families are selected in their fixed order:
    /// those that card data gives such a card, then the others, then those that EF.DIR names, and last those that have a place
    /// without a name. A SELECT that fails leaves what is selected as it is (ISO/IEC 7816-4, 11.2.2).
    package func run(on channel: consuming AnyCardChannel) throws(CardError) -> Identification {
        var channel = channel
        // A question that is answered saves the SELECT.
        var likelySelected = hints.likelyFamilies.count == 1 ? hints.likelyFamilies.first : nil
        if purpose != .codes, hints.chosenFamily == nil {
            switch try askWhatIsSelected(on: channel) {
            case .found(let session, let keepsLogin):
                return Identification(session: session, keepsLogin: keepsLogin)
            case .open(let given, let selected):
                channel = given
                likelySelected = selected
            }
        }
        for family in named {
            for way in family.name == likelySelected ? [.asking, .selecting] : [.selecting] as [ApplicationQuery.Way] {
                switch try ApplicationSession.find(family, query(way), on: channel) {
                case .application(let session): return Identification(session: session)
                case .absent(let given): channel = given
                }
            }
        }
        var last = self
        last.hints.directory = try transported { () throws(TransportError) in
            try ApplicationDirectory.read(on: &channel)
        }
        for family in named {
            switch try ApplicationSession.find(family, last.query(.selecting), on: channel) {
            case .application(let session): return Identification(session: session)
            case .absent(let given): channel = given
            }
        }
        return Identification(session: nil, directory: last.hints.directory ?? [])
    }

    /// Which card it is, in the same order and with as few commands as that takes; `nil` for one of no known family.
    package func recognise(on channel: inout AnyCardChannel) throws(TransportError) -> RecognisedCard? {
        for family in asked {
            if let found = try recognise(family, query(.asking, .number), on: &channel) { return found }
        }
        for family in named {
            if let found = try recognise(family, query(.selecting, .number), on: &channel) { return found }
        }
        var last = self
        last.hints.directory = try ApplicationDirectory.read(on: &channel)
        for family in named {
            if let found = try recognise(family, last.query(.selecting, .number), on: &channel) { return found }
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

    /// The families that the card may have; all where card data does not tell.
    private var possible: [any CardFamily.Type] {
        CardFamilies.all.filter { hints.families.isEmpty || hints.families.contains($0.name) }
    }

    /// The families to ask for what is selected, in their order.
    private var asked: [any CardFamily.Type] {
        // Only files tell that PKCS#15 is selected, which other applications might have too: they are asked before.
        possible.filter { $0.name != PKCS15Family.name } + possible.filter { $0.name == PKCS15Family.name }
    }

    private func query(
        _ way: ApplicationQuery.Way,
        _ depth: ApplicationQuery.Depth = .application
    ) -> ApplicationQuery {
        ApplicationQuery(hints: hints, way: way, depth: depth)
    }

    private enum Selected: ~Copyable {
        case found(ApplicationSession, keepsLogin: Bool)
        /// `family` is the one that has said that its application is selected, and is not the one that is meant.
        case open(AnyCardChannel, family: String?)
    }

    /// Asks the families that the card may have for what is selected, until one answers.
    private func askWhatIsSelected(on channel: consuming AnyCardChannel) throws(CardError) -> Selected {
        var channel = channel
        // A card of one family is selected without a question.
        for family in asked where purpose == .identification || possible.count > 1 {
            switch try ApplicationSession.find(family, query(.asking), on: channel) {
            case .absent(let given): channel = given
            case .application(var session):
                if purpose == .identification || possible.first?.name == family.name {
                    return .found(session, keepsLogin: false)
                }
                if try session.isLoggedIn() { return .found(session, keepsLogin: true) }
                // The one that is meant may come earlier in the order.
                return .open(session.release(), family: family.name)
            }
        }
        return .open(channel, family: nil)
    }
}
