internal import CertificateTrust
internal import Texts
internal import X509

/// Words for what is known of a certificate's revocation, and for what stood in the way of knowing.
struct RevocationWording {
    let showPersonalData: Bool
    /// What was asked: advice names nothing that was done just now.
    let policy: Revocation.Policy
    var texts = Program.texts

    private var wasFetched: Bool { policy == .online }
    private var links: LinkWording { LinkWording(showPersonalData: showPersonalData, texts: texts) }

    // MARK: Findings

    /// What is known, who says so, how old that is and until when it counts: one line without a full stop.
    func line(_ finding: Revocation.Finding, at instant: Instant) -> String {
        let name = links.holder(finding.link.certificate)
        let status =
            switch finding.status {
            case .good: texts.notRevoked(name)
            case .revoked(let date, let reason):
                texts.wasRevoked(name, on: links.date(date), reason: reason.flatMap(words))
            case .unknown: texts.revocationNotKnown(name)
            case .unchecked: texts.revocationNotAsked(name)
            }
        let line = ([status] + (finding.evidence.map { words($0, at: instant) } ?? [])).joined(
            separator: ", "
        )
        return line.prefix(1).uppercased() + line.dropFirst()
    }

    private func words(_ evidence: Revocation.Evidence, at instant: Instant) -> [String] {
        let host = links.shown(host(of: evidence.address))
        let source =
            switch evidence.kind {
            case .crl: texts.accordingToList(host)
            case .ocsp: texts.accordingToService(host)
            }
        return [
            source, texts.made(links.time(evidence.thisUpdate)),
            evidence.nextUpdate.map { texts.counts(until: links.time($0)) },
            evidence.isFromCache ? age(of: evidence.fetched, at: instant) : nil,
        ].compactMap { $0 }
    }

    private func age(of fetched: Instant, at instant: Instant) -> String {
        // Either may be anything that a file or a clock says.
        let (seconds, isTooLong) = instant.seconds.subtractingReportingOverflow(fetched.seconds)
        guard !isTooLong, seconds >= 0 else { return texts.fetched(on: links.time(fetched)) }
        return switch seconds {
        case ..<60: texts.fetchedNow
        case ..<3600: texts.fetched(minutes: Int(seconds / 60))
        case ..<86_400: texts.fetched(hours: Int(seconds / 3600))
        default: texts.fetched(days: Int(seconds / 86_400))
        }
    }

    /// `crl1.example.org:80` of `http://crl1.example.org:80/list.crl`.
    private func host(of address: String) -> String {
        guard let colon = address.firstIndex(of: ":"), address[colon...].hasPrefix("://") else {
            return address
        }
        return String(address[colon...].dropFirst(3).prefix { !"/?#".contains($0) })
    }

    /// Why something was revoked, to stand behind “because”; `nil` where the reason says nothing.
    func words(_ reason: RevocationReason) -> String? {
        switch reason {
        case .unspecified: nil
        case .keyCompromise: texts.becauseKeyCompromise
        case .cACompromise: texts.becauseIssuerCompromise
        case .affiliationChanged: texts.becauseAffiliation
        case .superseded: texts.becauseSuperseded
        case .cessationOfOperation: texts.becauseCessation
        case .certificateHold: texts.becauseHold
        case .removeFromCRL: texts.becauseRemoved
        case .privilegeWithdrawn: texts.becausePrivilege
        case .aACompromise: texts.becauseAttributeCompromise
        }
    }

    // MARK: Obstacles

    /// Why it could not be found out whether a certificate is revoked.
    func sentence(_ obstacle: Revocation.Obstacle) -> Sentence {
        switch obstacle {
        case .noAddress(let others):
            texts.noAddress(others: others.isEmpty ? nil : links.list(others.map(\.raw)))
        case .notCached: texts.notCached(wasFetched: wasFetched)
        case .notFetched(let address, let failure): sentence(failure, links.shown(address))
        case .crl(let address, let problem): texts.unusableList(links.shown(address), words(problem))
        case .ocsp(let address, let problem): texts.unusableAnswer(links.shown(address), words(problem))
        }
    }

    private func sentence(_ failure: CurlFetcher.Failure, _ address: String) -> Sentence {
        switch failure {
        case .secure: texts.secureAddress(address)
        case .notAnAddress: texts.notAnAddress(address)
        case .timedOut: texts.timedOut(address)
        case .notAsked: texts.notAsked(address)
        case .unknownHost: texts.unknownHost(address)
        case .unknownProxy: texts.unknownProxy(address)
        case .notConnected: texts.notConnected(address)
        case .proxyAuthentication: texts.proxyAuthentication(address)
        case .redirected: texts.redirected(address)
        case .status(let status): texts.otherStatus(address, status: status)
        case .tooLarge(let limit): texts.tooLarge(address, limit: limit)
        case .brokenAnswer: texts.brokenAnswer(address)
        case .notInstalled: texts.curlNotInstalled(address)
        case .notStarted(let errno): texts.curlNotStarted(address, links.system(errno))
        case .curl(let exitCode, let message):
            texts.curlFailed(address, exitCode: exitCode, message.isEmpty ? "?" : links.shown(message))
        }
    }

    private func words(_ problem: Revocation.CRLProblem) -> RevocationProblem {
        switch problem {
        case .notACRL: texts.notAList
        case .otherIssuer: texts.otherIssuer
        case .signatureInvalid: texts.wrongSignature
        case .otherKey: texts.otherIssuerKey(wasFetched: wasFetched)
        case .weakSignature: texts.forgeableSignature
        case .issuerMayNotSign: texts.issuerMayNotSign
        case .delta: texts.changesOnly
        case .indirect: texts.indirect
        case .someReasons: texts.someReasons
        case .otherScope: texts.otherScope
        case .unknownCriticalExtension(let numbers): texts.unknownCondition(links.list(numbers))
        case .notYetValid(let date): texts.notBefore(links.time(date))
        case .outOfDate(let date): texts.notAfter(links.time(date), wasFetched: wasFetched)
        case .tooOld(let date): texts.tooOld(links.time(date), wasFetched: wasFetched)
        case .library(let error): texts.libraryFailed(links.detail(error))
        }
    }

    private func words(_ problem: Revocation.OCSPProblem) -> RevocationProblem {
        switch problem {
        case .notAnAnswer: texts.notAnAnswer
        case .refused(let status): refusal(status)
        case .signatureInvalid: texts.wrongSignature
        case .weakSignature: texts.forgeableSignature
        case .notDelegated: texts.notDelegated
        case .signerRevoked: texts.signerRevoked
        case .signerNotChecked: texts.signerNotChecked
        case .signerNotTrusted(let error): texts.signerNotTrusted(links.detail(error))
        case .otherCertificate: texts.otherSubject
        case .notKnown: texts.subjectNotKnown
        case .notYetValid(let date): texts.notBefore(links.time(date))
        case .outOfDate(let date): texts.notAfter(links.time(date), wasFetched: wasFetched)
        case .tooOld(let date): texts.tooOld(links.time(date), wasFetched: wasFetched)
        case .library(let error): texts.libraryFailed(links.detail(error))
        }
    }

    /// By RFC 6960, 4.2.1 (OCSPResponseStatus).
    private func refusal(_ status: Int) -> RevocationProblem {
        let names = [
            1: "malformedRequest", 2: "internalError", 3: "tryLater", 5: "sigRequired", 6: "unauthorized",
        ]
        return texts.serviceRefuses(names[status] ?? "\(status)", isForNow: status == 2 || status == 3)
    }

    // MARK: The cache

    /// Why what was fetched could not be kept, by `errno`.
    func cacheFailure(_ errno: Int32, folder: String) -> Sentence {
        texts.notKept(in: folder, links.system(errno))
    }
}
