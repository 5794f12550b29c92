package import X509

/// Which certificate a person means.
package enum CertificateChoice: Hashable, Sendable {
    /// The one that its holder logs in with.
    case login
    /// An id as `cert list` shows it.
    case id(String)
}

extension CardCertificate {
    /// The certificate as it was read; `nil` when it is none.
    package var certificate: Certificate? { try? Certificate(der: der) }

    /// Whether it is one that its holder can log in with; `false` when it is no certificate.
    package var isForLogin: Bool { certificate?.isForLogin ?? false }

    /// For login, or not to be read, so that it cannot be told.
    var mayBeForLogin: Bool { der.isEmpty || isForLogin }
}
