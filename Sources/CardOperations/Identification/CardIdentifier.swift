internal import CardApplications
internal import CardCore
package import Configuration
package import PCSC
internal import X509

/// Finds out which card is in a reader, in as few commands as possible and without any code.
///
/// The card stays as it is: shared, no reset, and an application is selected only where none that is known is selected
/// already. Blocking; for a thread of each reader's own, since a hostile card can make it take as long as it may.
package struct CardIdentifier: Sendable {
    private let salt: [UInt8]
    private let products: CardProducts
    private let kinds: Set<String>
    private let owners: OwnerCheck?

    /// `salt` is secret and random, 32 bytes, and the same as long as identities are to be compared.
    ///
    /// `kinds` are the words of `Cards=`, none where all cards guard. `owners` is `nil` where nobody asks whose a card is.
    package init(salt: [UInt8], products: CardProducts, kinds: Set<String>, owners: OwnerCheck?) {
        self.salt = salt
        self.products = products
        self.kinds = kinds
        self.owners = owners
    }

    /// Looks at `card` in one transaction, and judges its certificates after the card was let go.
    ///
    /// Throws within `limit` when the card is busy, mute or gone. Where the owner is asked for, `early` is told first what
    /// the card itself said; what follows may take as long as the examiner's fetcher allows, and one more transaction where
    /// the issuer has to come from the card.
    package func identify(
        _ card: InsertedCard,
        within limit: Duration = .seconds(5),
        early: (IdentifiedCard) -> Void = { _ in }
    ) throws(OperationError) -> IdentifiedCard {
        let facts = try onCard(card, within: limit) { (connection, deadline) throws(OperationError) in
            try read(from: &connection, atr: card.atr, until: deadline)
        }
        guard let owners else { return identified(facts) }
        early(identified(facts))
        let owner = owners.owner(of: facts) {
            let carried = try? onCard(card, within: limit) { (connection, _) throws(OperationError) in
                try CardCertificates.read(.authorities, from: &connection)
            }
            return carried?.certificates ?? []
        }
        return identified(facts, owner)
    }

    /// Reads what `identify` needs of a card that is connected already.
    package func read<Connection: CardConnection & ~Copyable>(
        from connection: inout Connection,
        atr: [UInt8],
        until deadline: ContinuousClock.Instant = .now + .seconds(5)
    ) throws(OperationError) -> CardFacts {
        try CardFacts.read(
            CardFacts.Wish(kinds: kinds, loginCertificates: owners != nil),
            product: products.product(atr: atr),
            from: &connection,
            until: deadline
        )
    }

    /// What the facts come to.
    package func identified(
        _ facts: CardFacts,
        _ owner: IdentifiedCard.Owner = .unknown
    ) -> IdentifiedCard {
        IdentifiedCard(identity: identity(facts), family: facts.family, kinds: facts.kinds, owner: owner)
    }

    private func identity(_ facts: CardFacts) -> String? {
        let parts: [[UInt8]]
        if let number = facts.number {
            parts = [Array("number".utf8), Array(number.scope.utf8), Array(number.number.utf8)]
        } else if let family = facts.family, let certificate = facts.certificate, !certificate.isEmpty {
            parts = [Array("certificate".utf8), Array(family.utf8), certificate]
        } else {
            return nil
        }
        // Neither of the first two holds a NUL.
        let message = Array(parts.joined(separator: [0]))
        return KeyedHash.sha256(of: message, key: salt).map { Hex.string(of: $0).lowercased() }
    }

    // MARK: The card in the reader

    /// Runs `body` on a thread that is given up when a command is not answered in time.
    ///
    /// It ends by itself when the card leaves, and sends nothing more.
    private func onCard<R: Sendable>(
        _ card: InsertedCard,
        within limit: Duration,
        _ body:
            @escaping @Sendable (
                inout ReaderConnection, ContinuousClock.Instant
            ) throws(OperationError) -> R
    ) throws(OperationError) -> R {
        guard !card.isMute else { throw .service(.cardUnresponsive) }
        // Who waits for others gives up before the thread is given up, so that it can say that they were the reason, and
        // which programs they are, for which it has to look into /proc.
        let deadline = ContinuousClock.now + max(limit / 2, limit - .milliseconds(250))
        let hints = CardHints(atr: card.atr, products: products)
        let result: Result<R, OperationError>?
        do throws(PCSCError) {
            result = try BoundedCall.run(within: limit) { () -> Result<R, OperationError> in
                do throws(OperationError) {
                    return .success(try Self.connected(card, hints, until: deadline, body))
                } catch {
                    return .failure(error)
                }
            } undo: { _ in
            }
        } catch {
            throw .service(error)
        }
        guard let result else { throw .service(.cardUnresponsive) }
        return try result.get()
    }

    private static func connected<R>(
        _ card: InsertedCard,
        _ hints: CardHints,
        until deadline: ContinuousClock.Instant,
        _ body: (inout ReaderConnection, ContinuousClock.Instant) throws(OperationError) -> R
    ) throws(OperationError) -> R {
        // Another program that resets the card ends this connection as if the card had left.
        for isLast in [false, true] {
            do throws(OperationError) {
                let rest = ContinuousClock.now.duration(to: deadline)
                var connection = ReaderConnection(
                    try inService { () throws(PCSCError) in try card.connect(within: rest) },
                    hints: hints,
                    limit: ContinuousClock.now.duration(to: deadline)
                )
                return try body(&connection, deadline)
            } catch {
                guard error == .service(.cardRemoved), !isLast else { throw error }
            }
        }
        throw .service(.cardRemoved)
    }
}

private func inService<R: ~Copyable>(
    _ body: () throws(PCSCError) -> R
) throws(OperationError) -> R {
    do throws(PCSCError) { return try body() } catch { throw .service(error) }
}
