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

    package let certificates: [CardCertificate]
    /// The family of the application that holds them.
    package let family: String
    /// The card's PINs where `pins` was asked for; else none.
    package let pins: [PINPolicy]
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
        let certificates: [CardCertificate]
        var needsPINs = false
        switch selection {
        case .all(let scope):
            certificates = try session.readCertificates(scope)
            needsPINs = scope.contains(.pins)
        case .one(let choice, let scope):
            let found = try session.readCertificate(choice, scope)
            certificates = found.map { [$0] } ?? []
            needsPINs = scope.contains(.pins)
        case .authorities:
            certificates = try session.readAuthorities()
        }
        // Without a certificate there is no key whose PIN could be asked for.
        guard needsPINs, certificates.contains(where: { $0.pin != nil }) else {
            return CardCertificates(certificates: certificates, family: session.application.family, pins: [])
        }
        let pins = try session.readPINs(roles: false)
        return CardCertificates(certificates: certificates, family: session.application.family, pins: pins)
    }
}
