package import X509

/// Asks everything about a certificate before it is believed: chain, revocation, possession of its key.
///
/// The one place where these are weighed against each other; whatever could not be shown counts against the certificate.
package struct Examiner: Sendable {
    package let verification: Verification
    package let revocation: Revocation
    /// Whether a revocation that could not be checked counts as a reason to reject.
    package let requiresRevocation: Bool

    package init(verification: Verification, revocation: Revocation, requiresRevocation: Bool = false) {
        self.verification = verification
        self.revocation = revocation
        self.requiresRevocation = requiresRevocation
    }

    /// Judges `certificate`; `possession` is what a signature with its key showed, where one was asked for.
    ///
    /// Blocking as `Revocation.check` is; whoever judges several certificates hands in one `session` for all.
    package func examine(
        _ certificate: Certificate,
        intermediates: [Certificate] = [],
        purpose: Purpose,
        at instant: Instant,
        possession: Possession? = nil,
        in session: RevocationSession? = nil
    ) -> Examination {
        let subject = ChainLink(certificate: certificate, origin: .subject)
        var chain = [subject]
        var reasons: [Reason] = []
        var findings: [Revocation.Finding] = []
        switch verification.verify(
            certificate,
            intermediates: intermediates,
            purpose: purpose,
            at: instant
        ) {
        case .trusted(let trusted):
            chain = trusted
            if revocation.policy != .off { findings = revocation.check(trusted, at: instant, in: session) }
        case .rejected(let found): reasons = found
        }
        let state = Self.state(of: findings)
        reasons += findings.compactMap { finding in
            switch finding.status {
            case .revoked(let instant, let reason): .revoked(finding.link, at: instant, reason: reason)
            case .unknown(let obstacles) where requiresRevocation:
                .revocationUnknown(finding.link, obstacles)
            case .good, .unknown, .unchecked: nil
            }
        }
        // Demanded, and not asked for: that is no proof of being good.
        if requiresRevocation && state == .unchecked && reasons.isEmpty && chain.count > 1 {
            reasons.append(.revocationUnknown(subject, []))
        }
        switch possession {
        case .proven, nil: break
        case .refuted: reasons.append(.keyNotHeld(subject))
        case .unknown(let obstacle): reasons.append(.possessionUnknown(subject, obstacle))
        }
        return Examination(
            purpose: purpose,
            verdict: reasons.isEmpty ? .trusted(chain) : .rejected(reasons),
            chain: chain,
            revocation: state,
            findings: findings,
            possession: possession
        )
    }

    private static func state(of findings: [Revocation.Finding]) -> Examination.RevocationState {
        let isRevoked = findings.contains { if case .revoked = $0.status { true } else { false } }
        if isRevoked { return .revoked }
        if findings.isEmpty { return .unchecked }
        return findings.allSatisfy { $0.status == .good } ? .good : .unknown
    }
}
