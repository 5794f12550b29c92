package import X509

extension Revocation {
    /// Why it could not be found out whether a certificate is revoked.
    package enum Obstacle: Hashable, Sendable {
        /// The certificate names nobody who can be asked; addresses of other kinds than http and https that it has.
        case noAddress(others: [CertificateText])
        /// Nothing was fetched before, and fetching is not allowed.
        case notCached
        case notFetched(address: String, CurlFetcher.Failure)
        case crl(address: String, CRLProblem)
        case ocsp(address: String, OCSPProblem)
    }

    /// Why a revocation list says nothing about a certificate.
    package enum CRLProblem: TimeProblem, Hashable, Sendable {
        /// No list in DER or PEM.
        case notACRL
        case otherIssuer
        case signatureInvalid
        /// Signed with another key of an issuer with this name, as the list itself says.
        case otherKey
        case weakSignature
        /// The issuer's keyUsage does not allow it to sign revocation lists.
        case issuerMayNotSign
        /// A list of changes only (RFC 5280, 5.2.4).
        case delta
        /// A list about certificates of others too (RFC 5280, 5.2.5), or one that the certificate expects from another.
        case indirect
        /// A list of some reasons only.
        case someReasons
        /// A list about other certificates of the issuer.
        case otherScope
        case unknownCriticalExtension([ObjectID])
        case notYetValid(from: Instant)
        case outOfDate(since: Instant)
        /// It does not say until when it counts (RFC 5280, 5.1.2.5, demands that), and is older than what is accepted then.
        case tooOld(made: Instant)
        case library(OpenSSLError)
    }

    /// Why a responder's answer says nothing about a certificate.
    package enum OCSPProblem: TimeProblem, Hashable, Sendable {
        /// No answer of the protocol (RFC 6960, 4.2.1).
        case notAnAnswer
        /// The responder refuses, by its status (RFC 6960, 4.2.1).
        case refused(status: Int)
        case signatureInvalid
        case weakSignature
        /// The issuer has not allowed the signer to answer (RFC 6960, 4.2.2.2).
        case notDelegated
        /// The signer's certificate is absent, out of date or not the issuer's.
        case signerNotTrusted(OpenSSLError)
        /// The certificate of the signer is revoked.
        case signerRevoked
        /// Whether the certificate of the signer is revoked is to be asked (RFC 6960, 4.2.2.2.1), and could not be found out.
        case signerNotChecked
        /// An answer about another certificate.
        case otherCertificate
        /// The responder does not know the certificate.
        case notKnown
        case notYetValid(from: Instant)
        case outOfDate(since: Instant)
        /// It does not say until when it counts, and is older than what is accepted then.
        case tooOld(made: Instant)
        case library(OpenSSLError)
    }
}
