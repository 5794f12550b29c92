package import CardApplications
internal import CardCore

/// Certificates as they lie on a card, and the PINs that open their keys.
package struct CardCertificates: Sendable {
    /// What to read; whatever is not named is not read.
    package enum Selection: Hashable, Sendable {
        /// Every certificate of a key in use; with the options also others, or which PIN opens each key.
        case all(CertificateScope)
        /// One of them, and with `pins` which PIN opens its key.
        case one(CertificateChoice, CertificateScope)
        /// Those of authorities alone.
        case authorities
    }

    package private(set) var certificates: [CardCertificate]
    /// The family of the application that holds them.
    package let family: String
    /// The card's PINs where `pins` was asked for; else none.
    package private(set) var pins: [PINPolicy]
    /// Whether the card names more certificates than these, all having been asked for.
    package private(set) var hasMore = false
    /// Whether this application was read because another program is logged in to it.
    package fileprivate(set) var keepsLogin = false

    /// Reads them in one transaction; blocking, no code is asked for.
    ///
    /// A card without such certificates gives none; one that nobody knows is an error.
    package static func read<Connection: CardConnection & ~Copyable>(
        _ selection: Selection,
        from connection: inout Connection
    ) throws(OperationError) -> CardCertificates {
        let search = ApplicationSearch(connection.hints, for: .reading)
        return try connection.withTransaction { (channel) throws(OperationError) in
            var found = try asOperation { () throws(CardError) in try search.run(on: &channel) }
            guard var session = found.session.take() else { throw search.notFound }
            var certificates = try asOperation { () throws(CardError) -> CardCertificates in
                try read(selection, in: &session)
            }
            certificates.keepsLogin = found.keepsLogin
            return certificates
        }
    }

    private static func read(
        _ selection: Selection,
        in session: inout ApplicationSession
    ) throws(CardError) -> CardCertificates {
        var read = CardCertificates(certificates: [], family: session.application.family, pins: [])
        var needsPINs = false
        switch selection {
        case .all(let scope):
            read.certificates = try session.readCertificates(scope)
            read.hasMore = session.application.hasMoreCertificates
            needsPINs = scope.contains(.pins)
        case .one(let choice, let scope):
            read.certificates = try session.readCertificate(choice, scope).map { [$0] } ?? []
            needsPINs = scope.contains(.pins)
        case .authorities:
            read.certificates = try session.readAuthorities()
        }
        // Without a certificate there is no key whose PIN could be asked for.
        if needsPINs, read.certificates.contains(where: { $0.pin != nil }) {
            read.pins = try session.readPINs(roles: false)
        }
        return read
    }
}
