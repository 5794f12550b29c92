package import CardApplications
internal import CardCore
package import Configuration
internal import X509

/// What was read of a card to identify it.
package struct CardFacts: Sendable {
    /// What is asked of a card besides its number; whatever is not wanted is not read.
    package struct Wish: Sendable {
        /// Words of which one is to be among the card's kinds; none for whoever does not want to know.
        package var kinds: Set<String>
        package var loginCertificates: Bool

        package init(kinds: Set<String> = [], loginCertificates: Bool = false) {
            (self.kinds, self.loginCertificates) = (kinds, loginCertificates)
        }
    }

    /// `nil` for a card nobody knows.
    package private(set) var family: String?
    package private(set) var number: CardNumber?
    /// A certificate that the card is known by where it has no number.
    package private(set) var certificate: [UInt8]?
    package private(set) var kinds: Set<String> = []
    /// Read only where somebody wants to know whose card it is, or by whom it was issued.
    package private(set) var loginCertificates: [CardCertificate] = []
    /// Whether something stood in the way of reading them all; without a card application there are none.
    package private(set) var lacksCertificates = false

    private init() {}

    /// What was read of certificates elsewhere; `lacksSome` where not all could be read.
    package init(_ loginCertificates: [CardCertificate], lacksSome: Bool = false) {
        (self.loginCertificates, lacksCertificates) = (loginCertificates, lacksSome)
    }

    /// Reads the card in one transaction in which nothing is sent after `deadline`; blocking, no code is asked for.
    ///
    /// `product` is what card data says of it.
    package static func read<Connection: CardConnection & ~Copyable>(
        _ wish: Wish,
        product: CardProduct?,
        from connection: inout Connection,
        until deadline: ContinuousClock.Instant
    ) throws(OperationError) -> CardFacts {
        let hints = connection.hints
        return try connection.withTransaction { (channel) throws(OperationError) in
            channel = AnyCardChannel(TimedChannel(channel.take(), until: deadline))
            var facts = CardFacts()
            do throws(CardError) {
                // Where more is wanted than the application's number, the application itself is needed.
                if try facts.recognise(wish, hints, product, on: &channel) { return facts }
                var found = try ApplicationSearch(hints, for: .identification).run(on: &channel)
                if var session = found.session.take() {
                    try facts.read(wish, hints, in: &session)
                } else {
                    facts.take(family: nil, hints)
                }
            } catch {
                throw .card(error)
            }
            return facts
        }
    }

    /// Whether the application's number is enough, or there is no application.
    private mutating func recognise(
        _ wish: Wish,
        _ hints: CardHints,
        _ product: CardProduct?,
        on channel: inout AnyCardChannel
    ) throws(CardError) -> Bool {
        if let product { kinds.formUnion([product.name, product.kind].compactMap { $0 }) }
        if wish.loginCertificates { return false }
        let found: RecognisedCard?
        do throws(TransportError) {
            found = try ApplicationSearch(hints, for: .identification).recognise(on: &channel)
        } catch {
            throw .transport(error)
        }
        take(family: found?.family, hints)
        number = found?.number
        return found == nil || number != nil && isEnough(wish)
    }

    private mutating func read(
        _ wish: Wish,
        _ hints: CardHints,
        in session: inout ApplicationSession
    ) throws(CardError) {
        take(family: session.application.family, hints)
        if !isEnough(wish) {
            let read = try readable { () throws(CardError) in try session.readIdentity() }
            if let product = read?.product { insert(kind: product) }
        }
        if number == nil {
            number = try readable { () throws(CardError) in try session.readNumber() } ?? nil
        }
        if wish.loginCertificates || !isEnough(wish) {
            try readCertificates(wish, in: &session)
        } else if number == nil {
            let read = try readable { () throws(CardError) in try session.readCertificate(.login, []) }
            certificate = (read ?? nil)?.der
        }
    }

    private mutating func readCertificates(
        _ wish: Wish,
        in session: inout ApplicationSession
    ) throws(CardError) {
        let read = try readable { () throws(CardError) in try session.readLoginCertificates() }
        loginCertificates = (read ?? []).filter { !$0.der.isEmpty }
        lacksCertificates = read.map { $0.count > loginCertificates.count } ?? true
        if number == nil { certificate = loginCertificates.first?.der }
        for certificate in loginCertificates {
            guard let name = certificate.certificate?.issuer.commonName else { continue }
            insert(kind: name.raw)
        }
        // Where its issuers cannot be told it may be any of the cards that are meant.
        if lacksCertificates, !isEnough(wish) { kinds.formUnion(wish.kinds) }
    }

    /// Whether the card's kinds are known as far as `wish` goes.
    private func isEnough(_ wish: Wish) -> Bool { wish.kinds.isEmpty || !wish.kinds.isDisjoint(with: kinds) }

    private mutating func take(family found: String?, _ hints: CardHints) {
        family = found
        kinds.subtract([IdentifiedCard.unrecognised])
        kinds.insert(found ?? IdentifiedCard.unrecognised)
        // A token of several applications is what its ATR says, whichever of them somebody has selected just now.
        if found != nil, let atr = hints.atr { kinds.formUnion(CardFamilies.likely(atr)) }
    }

    /// Hostile text, as long as a word of the settings may be.
    private mutating func insert(kind text: String) {
        if (1...200).contains(text.unicodeScalars.count) { kinds.insert(text) }
    }
}

/// What `body` read; `nil` where the card answers and has nothing that makes sense.
private func readable<R>(_ body: () throws(CardError) -> R) throws(CardError) -> R? {
    do throws(CardError) {
        return try body()
    } catch .transport(let error) {
        throw .transport(error)
    } catch {
        return nil
    }
}
