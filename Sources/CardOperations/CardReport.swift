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
        /// With `certificates`: also those of keys that were replaced.
        package static let retiredCertificates = Wish(rawValue: 1 << 2)
    }

    /// `nil` for a card that nobody knows.
    package var family: String?
    package var identity: CardIdentity
    package var pins: [PINReport]
    package var certificates: [CardCertificate]
    /// What EF.DIR of a card that nobody knows lists.
    package var applications: [ListedApplication] = []

    /// How sure it is that the card's PINs are unblocked as is written down; `nil` where none can be unblocked.
    package var evidence: Evidence? {
        pins.lazy.compactMap { $0.policy.unblocking.first?.evidence }.first
    }

    /// An application by its name alone.
    package struct ListedApplication: Hashable, Sendable {
        package let aid: [UInt8]
        /// Hostile text.
        package let label: String?
    }

    /// Reads the card in one transaction.
    ///
    /// A card that is not recognised is a report too.
    package static func read<Connection: CardConnection & ~Copyable>(
        _ wish: Wish,
        from connection: inout Connection
    ) throws(OperationError) -> CardReport {
        let hints = connection.hints
        return try connection.withTransaction { (channel) throws(OperationError) in
            try read(wish, hints, on: &channel)
        }
    }

    private static func read(
        _ wish: Wish,
        _ hints: CardHints,
        on channel: inout AnyCardChannel
    ) throws(OperationError) -> CardReport {
        let found = try CardSurvey.identify(hints, on: &channel)
        guard var application = found.application else {
            let applications = found.directory.map { ListedApplication(aid: $0.aid, label: $0.label) }
            return CardReport(
                identity: CardIdentity(),
                pins: [],
                certificates: [],
                applications: applications
            )
        }
        do throws(CardError) {
            let policies = try application.readPINs(roles: true, on: &channel)
            let identity =
                wish.contains(.identity) ? try application.readIdentity(on: &channel) : CardIdentity()
            let scope: CertificateScope = wish.contains(.retiredCertificates) ? [.pins, .retired] : .pins
            let certificates =
                wish.contains(.certificates) ? try application.readCertificates(scope, on: &channel) : []
            var pins: [PINReport] = []
            for policy in policies {
                pins.append(
                    PINReport(policy: policy, status: try application.status(of: policy, on: &channel))
                )
            }
            return CardReport(
                family: application.family,
                identity: identity,
                pins: pins,
                certificates: certificates
            )
        } catch {
            throw .card(error)
        }
    }
}
