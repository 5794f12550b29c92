/// The question whether one certificate is revoked.
struct Inquiry {
    let link: ChainLink
    let issuer: Certificate
    let instant: Instant
    let revocation: Revocation
    let deadline: ContinuousClock.Instant

    private var obstacles: [Revocation.Obstacle] = []
    private var good: Revocation.Evidence?
    private var revoked: (status: Revocation.Status, evidence: Revocation.Evidence)?
    private var cacheFailure: Int32?

    init(
        link: ChainLink,
        issuer: Certificate,
        instant: Instant,
        revocation: Revocation,
        deadline: ContinuousClock.Instant
    ) {
        (self.link, self.issuer, self.instant) = (link, issuer, instant)
        (self.revocation, self.deadline) = (revocation, deadline)
    }

    private var certificate: Certificate { link.certificate }

    mutating func run() -> Revocation.Finding {
        let responders = certificate.extensions.ocspAddresses.prefix(Revocation.maximumAddressCount)
        let points = certificate.extensions.crlPoints.flatMap { point in
            point.addresses.map { (address: $0, point: point) }
        }.prefix(Revocation.maximumAddressCount)
        if responders.isEmpty && points.isEmpty {
            obstacles.append(.noAddress(others: certificate.extensions.refusedAddresses))
        } else {
            if revocation.policy == .online { ask(Array(responders), Array(points)) }
            if good == nil && revoked == nil { remember(Array(responders), Array(points)) }
        }
        return finding
    }

    /// Revoked outweighs good, and good has been said by somebody.
    private var finding: Revocation.Finding {
        if let revoked {
            return Revocation.Finding(
                link: link,
                status: revoked.status,
                evidence: revoked.evidence,
                cacheFailure: cacheFailure
            )
        }
        return Revocation.Finding(
            link: link,
            status: good == nil ? .unknown(obstacles) : .good,
            evidence: good,
            cacheFailure: cacheFailure
        )
    }

    // MARK: The network

    private mutating func ask(
        _ responders: [String],
        _ points: [(address: String, point: CertificateExtensions.CRLPoint)]
    ) {
        for address in responders where good == nil && revoked == nil {
            guard let bytes = fetchAnswer(address) else { continue }
            judge(answer: bytes, address: address, fetched: .now, isFromCache: false)
        }
        for (address, point) in points where good == nil && revoked == nil {
            do throws(WebFetcher.Failure) {
                let bytes = try revocation.fetcher.fetch(
                    address,
                    maximumSize: RevocationList.maximumSize,
                    deadline: deadline
                )
                judgeList(of: address, point, bytes) { () throws(Revocation.CRLProblem) in
                    (try SharedList(der: bytes), .now)
                }
            } catch {
                obstacles.append(.notFetched(address: address, error))
            }
        }
    }

    private mutating func fetchAnswer(_ address: String) -> [UInt8]? {
        let request: [UInt8]
        do throws(LibraryError) {
            request = try ResponderAnswer.request(about: certificate, issuer: issuer)
        } catch {
            obstacles.append(.ocsp(address: address, .library(error)))
            return nil
        }
        do throws(WebFetcher.Failure) {
            return try revocation.fetcher.fetch(
                address,
                body: ("application/ocsp-request", request),
                maximumSize: ResponderAnswer.maximumSize,
                deadline: deadline
            )
        } catch {
            obstacles.append(.notFetched(address: address, error))
            return nil
        }
    }

    // MARK: The cache

    private mutating func remember(
        _ responders: [String],
        _ points: [(address: String, point: CertificateExtensions.CRLPoint)]
    ) {
        guard let cache = revocation.cache else {
            if revocation.policy == .cached { obstacles.append(.notCached) }
            return
        }
        let lists = revocation.lists
        var isKept = false
        for address in responders {
            guard let item = cache.item(key(.ocsp, address), maximumSize: ResponderAnswer.maximumSize) else {
                continue
            }
            isKept = true
            judge(answer: item.bytes, address: address, fetched: item.fetched, isFromCache: true)
        }
        for (address, point) in points {
            // Where one cannot be read, the next.
            for file in cache.files(key(.crl, address), maximumSize: RevocationList.maximumSize) {
                let isRead = judgeList(of: address, point, nil) {
                    () throws(Revocation.CRLProblem) in try lists.list(in: file)
                }
                isKept = isKept || isRead
                if isRead { break }
            }
        }
        if !isKept && revocation.policy == .cached { obstacles.append(.notCached) }
    }

    /// Lists are everybody's, answers are about one certificate.
    private func key(_ kind: Revocation.Evidence.Kind, _ address: String) -> String {
        switch kind {
        case .crl: "crl \(address)"
        case .ocsp:
            "ocsp \(address) \(RevocationCache.digits(certificate.serialNumber)) "
                + RevocationCache.digits(certificate.issuer.encoded)
        }
    }

    // MARK: Judging

    private mutating func judge(answer bytes: [UInt8], address: String, fetched: Instant, isFromCache: Bool) {
        do throws(Revocation.OCSPProblem) {
            let answer = try ResponderAnswer(der: bytes).answer(
                about: certificate,
                issuer: issuer,
                at: instant
            )
            let evidence = Revocation.Evidence(
                kind: .ocsp,
                address: address,
                made: answer.made,
                validUntil: answer.validUntil,
                fetched: fetched,
                isFromCache: isFromCache
            )
            accept(answer.status, evidence, bytes)
        } catch {
            obstacles.append(.ocsp(address: address, error))
        }
    }

    /// What the list says that `read` gives; `false` when it gives none.
    ///
    /// `bytes` are the list where it was fetched just now, and `nil` where it comes from the cache.
    @discardableResult
    private mutating func judgeList(
        of address: String,
        _ point: CertificateExtensions.CRLPoint,
        _ bytes: [UInt8]?,
        _ read: () throws(Revocation.CRLProblem) -> (list: SharedList, fetched: Instant)?
    ) -> Bool {
        do throws(Revocation.CRLProblem) {
            guard let (list, fetched) = try read() else { return false }
            let answer = try list.answer(about: certificate, issuer: issuer, point: point, at: instant)
            let evidence = Revocation.Evidence(
                kind: .crl,
                address: address,
                made: answer.made,
                validUntil: answer.validUntil,
                fetched: fetched,
                isFromCache: bytes == nil
            )
            accept(answer.status, evidence, bytes)
        } catch {
            obstacles.append(.crl(address: address, error))
        }
        return true
    }

    private mutating func accept(
        _ status: Revocation.Status,
        _ evidence: Revocation.Evidence,
        _ bytes: [UInt8]?
    ) {
        if case .revoked = status {
            revoked = (status, evidence)
        } else if good == nil {
            good = evidence
        }
        // Only what could be judged is kept, so that no nonsense takes the place of something good.
        guard !evidence.isFromCache, let bytes, let cache = revocation.cache else { return }
        cacheFailure = cache.keep(bytes, as: key(evidence.kind, evidence.address)) ?? cacheFailure
    }
}
