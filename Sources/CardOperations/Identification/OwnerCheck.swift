package import CardApplications
package import CertificateTrust
package import Configuration
package import X509

/// Finds out whose card it is, by its trusted certificates and the administrator's file.
package struct OwnerCheck: Sendable {
    private let owners: OwnerMap
    private let makeExaminer: @Sendable () throws(TrustStore.Failure) -> Examiner

    /// `examiner` is asked for a new one for each card: what is trusted may change, and one that has read revocation lists
    /// keeps them in memory.
    package init(
        _ owners: OwnerMap,
        examiner: @escaping @Sendable () throws(TrustStore.Failure) -> Examiner
    ) {
        self.owners = owners
        makeExaminer = examiner
    }

    /// Whose card has been read; blocking as `ExaminedCertificate.examine` is, so that no card may wait for it.
    ///
    /// Only certificates that the file says something about are judged at all.
    package func owner(
        of facts: CardFacts,
        at instant: Instant = .now,
        carried: () -> [CardCertificate]
    ) -> IdentifiedCard.Owner {
        var claims: [[UInt8]: String] = [:]
        for card in facts.loginCertificates {
            if card.isUnchecked { return .unknown }
            guard let certificate = card.certificate else { continue }
            let users = owners.users(of: certificate.ownerMarks)
            // One that says something of two users is nobody's.
            if users.count == 1 { claims[card.der] = users.first }
        }
        guard !claims.isEmpty else { return facts.lacksCertificates ? .unknown : .nobody }
        guard let examiner = try? makeExaminer() else { return .unknown }
        let subjects = facts.loginCertificates.filter { claims[$0.der] != nil }.map {
            ExaminedCertificate.Subject($0)
        }
        let examined = ExaminedCertificate.examine(subjects, by: examiner, at: instant, carried: carried)
        var trusted: Set<String> = []
        var undecided: Set<String> = []
        for certificate in examined {
            guard let user = claims[certificate.card.der],
                case .examined(let examination) = certificate.outcome, examination.purpose == .login
            else { continue }
            if examination.isTrusted {
                trusted.insert(user)
            } else if examination.isUndecided {
                undecided.insert(user)
            }
        }
        if trusted.count > 1 { return .nobody }
        if let user = trusted.first { return undecided.isSubset(of: trusted) ? .user(user) : .unknown }
        return undecided.isEmpty && !facts.lacksCertificates ? .nobody : .unknown
    }
}

extension Examination {
    /// Whether nothing speaks against the certificate but that something could not be found out here and now.
    fileprivate var isUndecided: Bool {
        reasons.allSatisfy { [.noAnchors, .revocationUnknown, .notChecked].contains($0.code) }
    }
}
