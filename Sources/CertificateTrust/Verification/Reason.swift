package import X509

/// Why a certificate is not trusted, with the facts that a sentence about it and its remedy need.
package enum Reason: Hashable, Sendable {
    /// There is no trusted root at all in the folder or file.
    case noAnchors(path: String)
    /// The issuer of the certificate was not handed in and is not in the store; where the certificate says that its
    /// issuer can be fetched.
    case issuerMissing(ChainLink, addresses: [String])
    /// Certificates with the issuer's name are here, and another key than the one that signed.
    case issuerKeyDiffers(ChainLink, candidates: [ChainLink])
    /// The chain ends in a root that the administrator has not put into the store.
    case rootNotTrusted(ChainLink)
    /// The certificate vouches for itself and is not in the store.
    case selfSigned(ChainLink)
    /// The signature on the certificate is not its issuer's.
    case signatureInvalid(ChainLink, issuer: ChainLink?)
    case notYetValid(ChainLink, at: Instant)
    case expired(ChainLink, at: Instant)
    /// The certificate has issued another and is no authority (basicConstraints).
    case notAnAuthority(ChainLink)
    /// The certificate has issued another and its keyUsage does not allow that.
    case mayNotIssue(ChainLink)
    /// More authorities follow than this one's basicConstraints allow.
    case pathTooLong(ChainLink)
    /// More certificates in a row than are followed.
    case chainTooLong(limit: Int)
    /// A name in the certificate is not among those that its issuers may give out.
    case nameNotPermitted(ChainLink, NameProblem)
    /// An issuer demands a policy that the chain does not have.
    case policyMissing(ChainLink?)
    /// A critical extension that nobody here understands.
    case unknownCriticalExtension(ChainLink, [ObjectID])
    /// Extensions that contradict their format or each other.
    case malformed(ChainLink)
    /// The use is not among those that keyUsage names; `nil` where the certificate names none.
    case keyUsage(ChainLink, needed: KeyUsage, present: [KeyUsage]?)
    /// The use is not among those that extendedKeyUsage names.
    case extendedKeyUsage(ChainLink, needed: ObjectID, present: [ObjectID])
    case weakKey(ChainLink, minimumBits: Int)
    /// A modulus of the shape of CVE-2017-15361: the private key can be computed.
    case rocaKey(ChainLink)
    /// A public exponent that lets anybody sign.
    case worthlessExponent(ChainLink)
    /// OpenSSL does not know this kind of key.
    case unreadableKey(ChainLink)
    /// Signed with MD5, SHA-1 or a digest as weak.
    case weakSignature(ChainLink)
    /// More issuers were handed in than are looked at.
    case tooManyCertificates(limit: Int)
    /// The certificate, or one above it, was revoked; an absent reason was not given.
    case revoked(ChainLink, at: Instant, reason: RevocationReason?)
    /// It could not be found out whether it is revoked, and that was demanded; nothing stood in the way where nobody asked.
    case revocationUnknown(ChainLink, [Revocation.Obstacle])
    /// Whoever signed does not have the key of the certificate.
    case keyNotHeld(ChainLink)
    /// It could not be found out whether the signer has the key.
    case possessionUnknown(ChainLink, Possession.Obstacle)
    /// OpenSSL could not do its part, so that nothing is known of the chain.
    case notChecked(ChainLink, OpenSSLError)
    /// Anything else that OpenSSL holds against it, by its code (`X509_V_ERR_…`) and in its words.
    case other(ChainLink?, code: Int32, text: String)

    package typealias KeyUsage = CertificateExtensions.KeyUsage

    /// What is wrong with a name (RFC 5280, 4.2.1.10).
    package enum NameProblem: Hashable, Sendable {
        /// Not inside what an issuer may name.
        case notPermitted
        /// Inside what an issuer may not name.
        case excluded
        /// OpenSSL cannot compare the name with the constraint, or has not the patience.
        case notComparable
    }

    /// A name for programs, which stays when the sentence changes.
    package enum Code: String, CaseIterable, Hashable, Sendable {
        case noAnchors = "no-anchors"
        case issuerMissing = "issuer-missing"
        case issuerKeyDiffers = "issuer-key-differs"
        case rootNotTrusted = "root-not-trusted"
        case selfSigned = "self-signed"
        case signatureInvalid = "signature-invalid"
        case notYetValid = "not-yet-valid"
        case expired
        case notAnAuthority = "not-an-authority"
        case mayNotIssue = "may-not-issue"
        case pathTooLong = "path-too-long"
        case chainTooLong = "chain-too-long"
        case nameNotPermitted = "name-not-permitted"
        case policyMissing = "policy-missing"
        case unknownCriticalExtension = "unknown-critical-extension"
        case malformed
        case keyUsage = "key-usage"
        case extendedKeyUsage = "extended-key-usage"
        case weakKey = "weak-key"
        case rocaKey = "roca-key"
        case worthlessExponent = "worthless-exponent"
        case unreadableKey = "unreadable-key"
        case weakSignature = "weak-signature"
        case tooManyCertificates = "too-many-certificates"
        case revoked
        case revocationUnknown = "revocation-unknown"
        case keyNotHeld = "key-not-held"
        case possessionUnknown = "possession-unknown"
        case notChecked = "not-checked"
        case other
    }

    package var code: Code {
        switch self {
        case .noAnchors: .noAnchors
        case .issuerMissing: .issuerMissing
        case .issuerKeyDiffers: .issuerKeyDiffers
        case .rootNotTrusted: .rootNotTrusted
        case .selfSigned: .selfSigned
        case .signatureInvalid: .signatureInvalid
        case .notYetValid: .notYetValid
        case .expired: .expired
        case .notAnAuthority: .notAnAuthority
        case .mayNotIssue: .mayNotIssue
        case .pathTooLong: .pathTooLong
        case .chainTooLong: .chainTooLong
        case .nameNotPermitted: .nameNotPermitted
        case .policyMissing: .policyMissing
        case .unknownCriticalExtension: .unknownCriticalExtension
        case .malformed: .malformed
        case .keyUsage: .keyUsage
        case .extendedKeyUsage: .extendedKeyUsage
        case .weakKey: .weakKey
        case .rocaKey: .rocaKey
        case .worthlessExponent: .worthlessExponent
        case .unreadableKey: .unreadableKey
        case .weakSignature: .weakSignature
        case .tooManyCertificates: .tooManyCertificates
        case .revoked: .revoked
        case .revocationUnknown: .revocationUnknown
        case .keyNotHeld: .keyNotHeld
        case .possessionUnknown: .possessionUnknown
        case .notChecked: .notChecked
        case .other: .other
        }
    }
}
