/// Which certificate a person means.
package enum CertificateChoice: Hashable, Sendable {
    /// The one that its holder logs in with.
    case login
    /// An id as `cert list` shows it.
    case id(String)
}

extension CertificateSummary {
    /// Whether the key may log in and its signatures bind nobody: digitalSignature, and no nonRepudiation.
    ///
    /// A certificate without KeyUsage limits nothing (RFC 5280, 4.2.1.3); then it is the card that says what a key is for.
    package var isForLogin: Bool {
        !hasUnreadableKeyUsage
            && (keyUsage.isEmpty
                || keyUsage.contains(.digitalSignature) && !keyUsage.contains(.nonRepudiation))
    }
}

extension CardCertificate {
    /// Whether it is one that its holder can log in with; `false` when it is no certificate.
    package var isForLogin: Bool { CertificateSummary(der: der)?.isForLogin ?? false }

    /// For login, or not to be read, so that it cannot be told.
    var mayBeForLogin: Bool { der.isEmpty || isForLogin }
}
