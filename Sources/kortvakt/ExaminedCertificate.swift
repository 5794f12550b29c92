internal import CardApplications
internal import CertificateTrust

/// A certificate of a card with what its examination found.
struct ExaminedCertificate {
    enum Outcome {
        case examined(Examination)
        /// It is no certificate at all.
        case unreadable(CertificateError)
    }

    let card: CardCertificate
    let outcome: Outcome
    let instant: Instant

    init(
        _ card: CardCertificate,
        possession: Possession?,
        helpers: [Certificate],
        by examiner: Examiner,
        in session: RevocationSession,
        at instant: Instant
    ) {
        (self.card, self.instant) = (card, instant)
        do throws(CertificateError) {
            let certificate = try Certificate(der: card.der)
            outcome = .examined(
                examiner.examine(
                    certificate,
                    intermediates: helpers.filter { $0 != certificate },
                    // Whoever has a key proven wants to log in with it.
                    purpose: possession == nil ? Purpose(of: certificate) : .login,
                    at: instant,
                    possession: possession,
                    in: session
                )
            )
        } catch {
            outcome = .unreadable(error)
        }
    }

    var isTrusted: Bool {
        if case .examined(let examination) = outcome { examination.isTrusted } else { false }
    }

    /// Whether another certificate could help.
    var lacksIssuer: Bool {
        guard case .examined(let examination) = outcome else { return false }
        return examination.reasons.contains { [.issuerMissing, .issuerKeyDiffers].contains($0.code) }
    }
}
