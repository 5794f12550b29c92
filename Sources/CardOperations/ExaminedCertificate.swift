package import CardApplications
package import CertificateTrust
package import X509

/// A certificate of a card with what its examination found.
package struct ExaminedCertificate: Sendable {
    package enum Outcome: Sendable {
        case examined(Examination)
        /// It is no certificate at all.
        case unreadable(CertificateError)
    }

    /// What is to be judged: a certificate as it lies on the card, and what a signature with its key showed.
    package struct Subject: Sendable {
        package let card: CardCertificate
        package let possession: Possession?

        package init(_ card: CardCertificate, possession: Possession? = nil) {
            (self.card, self.possession) = (card, possession)
        }
    }

    package let card: CardCertificate
    package let outcome: Outcome
    package let instant: Instant

    package var isTrusted: Bool {
        if case .examined(let examination) = outcome { examination.isTrusted } else { false }
    }

    /// Judges certificates of one card, all within the time of one session.
    ///
    /// Authorities among them help to judge the others. One that has issued another of them, or itself, is judged with
    /// those below it and not apart, unless nothing else is there; whatever else calls itself an authority is judged like
    /// any other. Where an issuer is missing, `carried` is asked once for those that the card carries besides; a card that
    /// cannot be asked any more carries none. Blocking as `Examiner.examine` is.
    package static func examine(
        _ subjects: [Subject],
        by examiner: Examiner,
        at instant: Instant,
        carried: () -> [CardCertificate]
    ) -> [ExaminedCertificate] {
        let session = examiner.revocation.begin()
        let certificates = subjects.map(\.card.certificate)
        var helpers = certificates.compactMap { $0 }.filter(\.extensions.isAuthority)
        func judged(_ subject: Subject) -> ExaminedCertificate {
            ExaminedCertificate(subject, helpers: helpers, by: examiner, in: session, at: instant)
        }
        let issuers = Set(certificates.compactMap { $0?.issuer })
        let others = zip(subjects, certificates).filter { _, certificate in
            guard let certificate, certificate.extensions.isAuthority else { return true }
            return !issuers.contains(certificate.subject)
        }.map { $0.0 }
        let wanted = others.isEmpty ? subjects : others
        var examined = wanted.map(judged)
        guard examined.contains(where: \.lacksIssuer) else { return examined }
        helpers += carried().compactMap(\.certificate)
        helpers = Array(helpers.prefix(Verification.maximumHandedIn))
        for (index, subject) in wanted.enumerated() where examined[index].lacksIssuer {
            examined[index] = judged(subject)
        }
        return examined
    }

    private init(
        _ subject: Subject,
        helpers: [Certificate],
        by examiner: Examiner,
        in session: RevocationSession,
        at instant: Instant
    ) {
        (card, self.instant) = (subject.card, instant)
        do throws(CertificateError) {
            let certificate = try subject.card.reading.get()
            outcome = .examined(
                examiner.examine(
                    certificate,
                    intermediates: helpers.filter { $0 != certificate },
                    // Whoever has a key proven wants to log in with it.
                    purpose: subject.possession == nil ? Purpose(subject.card.use ?? .other) : .login,
                    at: instant,
                    possession: subject.possession,
                    in: session
                )
            )
        } catch {
            outcome = .unreadable(error)
        }
    }

    /// Whether another certificate could help.
    private var lacksIssuer: Bool {
        guard case .examined(let examination) = outcome else { return false }
        return examination.reasons.contains { [.issuerMissing, .issuerKeyDiffers].contains($0.code) }
    }
}
