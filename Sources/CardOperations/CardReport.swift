package import CardApplications
internal import CardCore

/// What `status` shows of a card.
package struct CardReport: Sendable {
    /// What to read; every wish costs commands.
    package struct Wish: OptionSet, Sendable {
        package let rawValue: Int
        package init(rawValue: Int) { self.rawValue = rawValue }

        package static let identity = Wish(rawValue: 1 << 0)
        package static let certificates = Wish(rawValue: 1 << 1)
    }

    /// `nil` for a card that nobody knows.
    package var family: String?
    package var evidence: Evidence?
    package var identity: CardIdentity
    package var pins: [PINReport]
    package var certificates: [CardCertificate]

    /// Reads the card in one transaction.
    ///
    /// A card that is not recognised is a report too.
    package static func read<Connection: CardConnection & ~Copyable>(
        _ wish: Wish,
        from connection: inout Connection
    ) throws(OperationError) -> CardReport {
        let (atr, likely) = (connection.atr, connection.likelyFamilies)
        return try connection.withTransaction { (channel) throws(OperationError) in
            try read(wish, atr: atr, likely: likely, on: &channel)
        }
    }

    private static func read(
        _ wish: Wish,
        atr: ATR?,
        likely: [String],
        on channel: inout AnyCardChannel
    ) throws(OperationError) -> CardReport {
        guard var application = try CardSurvey.identify(atr: atr, likely: likely, on: &channel) else {
            return CardReport(identity: CardIdentity(), pins: [], certificates: [])
        }
        do throws(CardError) {
            let policies = try application.readPINs(roles: true, on: &channel)
            let identity =
                wish.contains(.identity) ? try application.readIdentity(on: &channel) : CardIdentity()
            let certificates =
                wish.contains(.certificates) ? try application.readCertificates(on: &channel) : []
            var pins: [PINReport] = []
            for policy in policies {
                pins.append(
                    PINReport(policy: policy, status: try application.status(of: policy, on: &channel))
                )
            }
            return CardReport(
                family: application.family,
                evidence: application.unblockingEvidence,
                identity: identity,
                pins: pins,
                certificates: certificates
            )
        } catch {
            throw .card(error)
        }
    }
}
