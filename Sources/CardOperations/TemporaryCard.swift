package import CardApplications
internal import X509

/// Whether a card is a reservkort, as its certificates have it.
///
/// A reservkort is given out for 14 to 90 days, and often without a certificate to sign with (cards.md).
package enum TemporaryCard: Hashable, Sendable {
    /// Its login certificates are valid for at most 90 days each.
    case temporary(hasSignature: Bool)
    case no
    /// No certificate tells.
    case unknown

    /// `family` is the family of the application that holds the certificates: reservkort have PKCS#15 alone, and on other cards a
    /// short validity says nothing.
    package init(_ certificates: [CardCertificate], family: String) {
        guard CardFamilies.all.contains(where: { $0.name == family && $0.hasTemporaryCards }) else {
            self = .no
            return
        }
        let lifetimes = certificates.filter(\.isForLogin).compactMap(\.certificate?.lifetime)
        guard !lifetimes.isEmpty else {
            self = .unknown
            return
        }
        let hasSignature = certificates.contains { $0.use == .signature }
        self =
            lifetimes.allSatisfy { $0 == .temporary } ? .temporary(hasSignature: hasSignature) : .no
    }
}
