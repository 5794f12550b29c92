package import X509

/// Which certificate a person means.
package enum CertificateChoice: Hashable, Sendable {
    /// The one that its holder logs in with.
    case login
    /// An id as `cert list` shows it.
    case id(String)
}

extension CardCertificate {
    /// `nil` when it is no certificate.
    package var certificate: Certificate? { try? reading.get() }

    /// OpenSSL could not read it, which says nothing about the certificate.
    package var isUnchecked: Bool { if case .failure(.library) = reading { true } else { false } }

    /// What it is for, by its key's place on the card and by its extensions together; `nil` when it is no certificate.
    ///
    /// The place only takes uses away: a key for something else neither logs in nor signs, and one for signatures does not
    /// log in. nonRepudiation makes it one for signatures also in the place of a login key.
    package var use: Certificate.Use? {
        guard let use = certificate?.use else { return nil }
        switch keyUse {
        case .other: return .other
        case .signature: return use == .signature ? .signature : .other
        case .login, nil: return use
        }
    }

    /// Whether it is one that its holder can log in with; `false` when it is no certificate.
    package var isForLogin: Bool { use == .login }

    /// For login, or not to be read, so that it cannot be told.
    var mayBeForLogin: Bool { der.isEmpty || isForLogin || isUnchecked }
}
