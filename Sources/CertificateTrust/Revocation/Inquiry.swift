/// The question whether one certificate is revoked.
struct Inquiry {
    let link: ChainLink
    let issuer: Certificate
    let instant: Instant
    let revocation: Revocation
    let session: RevocationSession

    /// What somebody who must know has said.
    struct Answer {
        let status: Revocation.Status
        let evidence: Revocation.Evidence
        /// What is to be kept, where it was fetched just now.
        let bytes: [UInt8]?

        /// Revoked, and not just on hold.
        var isFinal: Bool {
            if case .revoked(_, let reason) = status { reason != .certificateHold } else { false }
        }
    }

    private(set) var answers: [Answer] = []
    var obstacles: [Revocation.Obstacle] = []

    init(
        link: ChainLink,
        issuer: Certificate,
        instant: Instant,
        revocation: Revocation,
        session: RevocationSession
    ) {
        (self.link, self.issuer, self.instant) = (link, issuer, instant)
        (self.revocation, self.session) = (revocation, session)
    }

    typealias Point = (address: String, point: CertificateExtensions.CRLPoint)

    var certificate: Certificate { link.certificate }

    mutating func run() -> Revocation.Finding {
        let responders = certificate.extensions.ocspAddresses.prefix(Revocation.maximumAddressCount)
        let points = certificate.extensions.crlPoints.flatMap { point in
            point.addresses.map { (address: $0, point: point) }
        }.prefix(Revocation.maximumAddressCount)
        guard !responders.isEmpty || !points.isEmpty else {
            return finding([.noAddress(others: certificate.extensions.refusedAddresses)])
        }
        if revocation.policy == .online { ask(Array(responders), Array(points)) }
        // Also where the network has answered: an old list that is still in force must not hide what is known already.
        remember(Array(responders), Array(points))
        let cacheFailure = keep()
        return finding(obstacles, cacheFailure: cacheFailure)
    }

    /// Revoked for good outweighs everything; else the youngest answer counts, for a certificate may come off hold.
    private func finding(
        _ obstacles: [Revocation.Obstacle],
        cacheFailure: Int32? = nil
    ) -> Revocation.Finding {
        let final = answers.filter(\.isFinal)
        let decisive = (final.isEmpty ? answers : final).max { one, other in
            one.evidence.made == other.evidence.made
                ? one.status == .good && other.status != .good : one.evidence.made < other.evidence.made
        }
        return Revocation.Finding(
            link: link,
            status: decisive?.status ?? .unknown(obstacles),
            evidence: decisive?.evidence,
            cacheFailure: cacheFailure
        )
    }

    // MARK: The network

    private mutating func ask(_ responders: [String], _ points: [Point]) {
        for address in responders where answers.isEmpty {
            guard let bytes = fetchAnswer(address) else { continue }
            judge(answer: bytes, address: address, fetched: .now, isFromCache: false)
        }
        for (address, point) in points where answers.isEmpty {
            do throws(WebFetcher.Failure) {
                let (list, bytes) = try session.list(at: address)
                judgeList(of: address, point, bytes) { () throws(Revocation.CRLProblem) in
                    (try list.get(), .now)
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
            return try session.answer(to: request, from: address)
        } catch {
            obstacles.append(.notFetched(address: address, error))
            return nil
        }
    }

    // MARK: Judging

    mutating func judge(answer bytes: [UInt8], address: String, fetched: Instant, isFromCache: Bool) {
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
            let kept = isFromCache ? nil : bytes
            answers.append(Answer(status: answer.status, evidence: evidence, bytes: kept))
        } catch {
            obstacles.append(.ocsp(address: address, error))
        }
    }

    /// What the list says that `read` gives; `false` when it gives none.
    ///
    /// `bytes` are the list where it was fetched just now, and `nil` where it comes from the cache.
    @discardableResult
    mutating func judgeList(
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
            answers.append(Answer(status: answer.status, evidence: evidence, bytes: bytes))
        } catch {
            obstacles.append(.crl(address: address, error))
        }
        return true
    }
}
