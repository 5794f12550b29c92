/// What the extensions of a certificate say (RFC 5280, 4.2), bounded.
package struct CertificateExtensions: Hashable, Sendable {
    /// Bits of keyUsage, from bit 0 on (RFC 5280, 4.2.1.3).
    package enum KeyUsage: String, CaseIterable, Hashable, Sendable {
        case digitalSignature, nonRepudiation, keyEncipherment, dataEncipherment, keyAgreement, keyCertSign,
            cRLSign, encipherOnly, decipherOnly
    }

    /// `nil` when the certificate has no such extension: every use is allowed then; none where it makes no sense.
    package let keyUsage: [KeyUsage]?
    /// `nil` when the certificate has no such extension.
    package let extendedKeyUsage: [ObjectID]?
    package let policies: [ObjectID]
    /// An authority by basicConstraints (RFC 5280, 4.2.1.9).
    package let isAuthority: Bool
    package let emailAddresses: [CertificateText]
    /// Microsoft's user principal names (otherName 1.3.6.1.4.1.311.20.2.3).
    package let principalNames: [CertificateText]
    package let crlDistributionPoints: [DistributionPoint]
    /// Addresses of OCSP responders (RFC 5280, 4.2.2.1).
    package let ocspAddresses: [String]
    /// Addresses of the issuer's certificate (RFC 5280, 4.2.2.1).
    package let issuerAddresses: [String]
    /// Addresses of any kind that are never used: other schemes, too long, or with characters that no address has.
    package let refusedAddresses: [CertificateText]
    /// The number printed on the card (1.2.752.34.2.1).
    package let cardNumber: CertificateText?
    /// Critical extensions that OpenSSL does not know, which forbid using the certificate (RFC 5280, 4.2).
    package let unknownCritical: [ObjectID]
    /// The issuer demands of an OCSP responder's certificate that its revocation is not asked for (RFC 6960, 4.2.2.2.1).
    package let needsNoRevocationCheck: Bool
    /// The extensions contradict their own format or each other; such a certificate is never trusted.
    package let isMalformed: Bool
}
