package import X509

/// Verifies that a certificate is what it says, at an instant and for a purpose.
///
/// Path, times, name and policy constraints are OpenSSL's work; purpose and strength of keys and signatures are judged here.
/// Revocation is a question of its own (`Revocation`). Pure computing: no clock, no file, no network.
package struct Verification: Sendable {
    /// Certificates in a chain, both ends included; SITHS has three.
    package static let standardChainLimit = 8
    /// Issuers handed in; more is refused, so that a card cannot make the search long.
    package static let maximumHandedIn = 16

    package let store: TrustStore
    package let chainLimit: Int

    package init(store: TrustStore, chainLimit: Int = standardChainLimit) {
        self.store = store
        self.chainLimit = max(2, chainLimit)
    }

    /// Judges `certificate`; `intermediates` may help to find the way to an anchor and are not believed.
    package func verify(
        _ certificate: Certificate,
        intermediates: [Certificate] = [],
        purpose: Purpose,
        at instant: Instant
    ) -> Verdict {
        guard intermediates.count <= Self.maximumHandedIn else {
            return .rejected([.tooManyCertificates(limit: Self.maximumHandedIn)])
        }
        guard !store.anchors.isEmpty else { return .rejected([.noAnchors(path: store.path)]) }
        let path = CertificatePath(
            certificate: certificate,
            intermediates: intermediates,
            store: store,
            chainLimit: chainLimit,
            instant: instant
        )
        let outcome = path.run()
        var reasons = outcome.reasons
        reasons += Self.malformations(in: outcome.chain)
        reasons += Self.misuses(of: outcome.chain, purpose: purpose)
        reasons += Self.weaknesses(in: outcome.chain)
        var seen: Set<Reason> = []
        reasons = reasons.filter { seen.insert($0).inserted }
        return reasons.isEmpty ? .trusted(outcome.chain) : .rejected(reasons)
    }
}
