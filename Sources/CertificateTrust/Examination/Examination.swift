/// What is known of a certificate after everything was asked that was to be asked.
package struct Examination: Sendable {
    /// Whether anybody says that a certificate of the chain is revoked.
    package enum RevocationState: String, Hashable, Sendable {
        /// Of every certificate that can be revoked somebody who must know says that it is not.
        case good
        case revoked
        /// Of one at least it could not be found out, and none is known to be revoked.
        case unknown
        /// Nobody was asked: it was not wanted, or the chain is not trusted, so that no answer would mean anything.
        case unchecked
    }

    package let purpose: Purpose
    /// Trusted only when the chain is, nothing in it is revoked, and whatever was demanded besides was shown.
    package let verdict: Verdict
    /// The chain as far as it was trusted; just the certificate where it was not.
    package let chain: [ChainLink]
    package let revocation: RevocationState
    /// Certificate by certificate along the chain, without its anchor; empty where nobody was asked.
    package let findings: [Revocation.Finding]
    /// What the key's signature showed; `nil` where none was asked for.
    package let possession: Possession?

    /// Nothing but this decides whether a certificate is believed.
    package var isTrusted: Bool {
        if case .trusted = verdict { true } else { false }
    }

    package var reasons: [Reason] {
        if case .rejected(let reasons) = verdict { reasons } else { [] }
    }
}
