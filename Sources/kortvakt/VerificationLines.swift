internal import CardApplications
internal import CardOperations
internal import CertificateTrust
internal import Texts
internal import X509

/// What a verification found, in words for somebody who has never heard of a chain.
struct VerificationLines {
    let site: Site
    let showPersonalData: Bool
    /// Where the trusted certificates are.
    let trust: String
    let policy: Revocation.Policy
    /// Whether the files of those who vouch are named.
    var isVerbose = false

    private var texts: Texts { Program.texts }
    private var links: LinkWording { LinkWording(showPersonalData: showPersonalData, texts: texts) }

    func lines(of examined: [ExaminedCertificate]) -> [String] {
        let summaries = CertificateLines(site: site, showPersonalData: showPersonalData)
        return [texts.whatVerifyingMeans]
            + examined.flatMap { item in
                summaries.heading(of: item.card) + verdict(of: item).map { "  \($0)" }
            } + vouching(examined)
    }

    private func verdict(of item: ExaminedCertificate) -> [String] {
        switch item.outcome {
        case .unreadable(let error):
            let sentence = links.sentence(error)
            let heading = if case .library = error { texts.notChecked } else { texts.notTrusted(reasons: 1) }
            return [heading, "- \(sentence.happened)", "  \(sentence.next)"]
        case .examined(let examination):
            return examination.isTrusted
                ? trusted(examination, at: item.instant) : rejected(examination, at: item.instant)
        }
    }

    private func trusted(_ examination: Examination, at instant: Instant) -> [String] {
        let heading =
            switch examination.purpose {
            case .login: texts.trustedForLogin
            case .signing: texts.trustedForSignatures
            case .any: texts.trusted
            }
        return [heading] + possession(examination.possession) + revocation(examination, at: instant)
    }

    private func rejected(_ examination: Examination, at instant: Instant) -> [String] {
        let wording = ReasonWording(showPersonalData: showPersonalData, policy: policy, folder: trust)
        let reasons = examination.reasons.flatMap { reason in
            let sentence = wording.sentence(reason, at: instant)
            return ["- \(sentence.happened)", "  \(sentence.next)"]
        }
        let isUnchecked = examination.reasons.allSatisfy { $0.code == .notChecked }
        let heading = isUnchecked ? texts.notChecked : texts.notTrusted(reasons: examination.reasons.count)
        return [heading] + reasons
            + possession(examination.possession) + revocation(examination, at: instant)
    }

    /// The way from the card's certificates to the root that the administrator trusts; several may share one.
    private func vouching(_ examined: [ExaminedCertificate]) -> [String] {
        var ways: [(issuers: [ChainLink], certificates: [String])] = []
        for item in examined {
            guard case .examined(let examination) = item.outcome, examination.isTrusted else { continue }
            let issuers = Array(examination.chain.dropFirst())
            let certificate = Texts.printable(item.card.id, limit: 20)
            if let index = ways.firstIndex(where: { $0.issuers == issuers }) {
                ways[index].certificates.append(certificate)
            } else if !issuers.isEmpty {
                ways.append((issuers, [certificate]))
            }
        }
        return ways.flatMap { issuers, certificates in
            let names = issuers.map { links.listed($0.certificate) }
            let places = zip(names, issuers).map { "  \(texts.issuerPlace($0, links.place($1)))" }
            let line = texts.vouched(for: certificates, by: names.last ?? "?", through: names.dropLast())
            return [line] + (isVerbose ? places : [])
        }
    }

    private func possession(_ possession: Possession?) -> [String] {
        // What it showed otherwise is a reason.
        possession == .proven ? [texts.keyIsOnCard] : []
    }

    private func revocation(_ examination: Examination, at instant: Instant) -> [String] {
        let wording = RevocationWording(showPersonalData: showPersonalData, policy: policy)
        var lines: [String] = []
        for (index, finding) in examination.findings.enumerated() {
            lines.append(wording.line(finding, at: instant))
            let following = examination.findings.dropFirst(index + 1).first
            // What stands in the way of several stands below the last of them, once.
            if case .unknown(let obstacles) = finding.status, following?.status != finding.status {
                lines += obstacles.flatMap { obstacle in
                    let sentence = wording.sentence(obstacle)
                    return ["  - \(sentence.happened)", "    \(sentence.next)"]
                }
            }
            if let number = finding.cacheFailure {
                let folder = RevocationCache.standard.folders.first ?? ""
                let sentence = wording.cacheFailure(number, folder: folder)
                lines.append("  \(sentence.happened) \(sentence.next)")
            }
        }
        return lines
    }
}
