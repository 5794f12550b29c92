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
    /// Whether the card names more certificates than these.
    package var hasMoreCertificates = false
    /// What EF.DIR of a card that nobody knows lists.
    package var applications: [ListedApplication] = []
    /// Whether this application is shown because another program is logged in to it.
    package var keepsLogin = false
    /// Other families that such a card has, as far as card data or its ATR tells.
    package var otherFamilies: [String] = []

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
        let search = ApplicationSearch(connection.hints, for: .reading)
        return try connection.withTransaction { (channel) throws(OperationError) in
            do throws(CardError) {
                return try read(wish, search, on: &channel)
            } catch {
                throw .card(error)
            }
        }
    }

    private static func read(
        _ wish: Wish,
        _ search: ApplicationSearch,
        on channel: inout AnyCardChannel
    ) throws(CardError) -> CardReport {
        var found = try search.run(on: &channel)
        guard var session = found.session.take() else {
            var report = CardReport(identity: CardIdentity(), pins: [], certificates: [])
            report.applications = found.directory.map { ListedApplication(aid: $0.aid, label: $0.label) }
            return report
        }
        var report = try read(wish, in: &session)
        report.keepsLogin = found.keepsLogin
        report.otherFamilies = search.hints.likelyFamilies.filter { $0 != report.family }
        return report
    }

    private static func read(
        _ wish: Wish,
        in session: inout ApplicationSession
    ) throws(CardError) -> CardReport {
        let policies = try session.readPINs(roles: true)
        let identity = wish.contains(.identity) ? try session.readIdentity() : CardIdentity()
        let scope: CertificateScope = wish.contains(.retiredCertificates) ? [.pins, .retired] : .pins
        let certificates = wish.contains(.certificates) ? try session.readCertificates(scope) : []
        var pins: [PINReport] = []
        for policy in policies {
            pins.append(PINReport(policy: policy, status: try session.status(of: policy)))
        }
        // A counter can bring its maximum along; nothing is read again for it.
        let known = try session.readPINs(roles: true)
        for index in pins.indices {
            guard let policy = known.first(where: { $0.id == pins[index].policy.id }) else { continue }
            pins[index].policy = policy
        }
        return CardReport(
            family: session.application.family,
            identity: identity,
            pins: pins,
            certificates: certificates,
            hasMoreCertificates: wish.contains(.certificates) && session.application.hasMoreCertificates
        )
    }
}
