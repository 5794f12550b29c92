internal import X509

/// The question whether one certificate is revoked.
struct RevocationCheck {
    let link: ChainLink
    let issuer: Certificate
    let instant: Instant
    let revocation: Revocation
    let session: RevocationSession
    /// A responder's own certificate is looked for in lists alone, so that no responder is asked about himself.
    var asksResponders = true

    /// The statement of a valid CRL or OCSP response.
    struct Answer {
        let statement: RevocationStatement
        let evidence: Revocation.Evidence
        /// What is to be kept, where it was fetched just now.
        let bytes: [UInt8]?
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

    typealias Point = (address: String, point: DistributionPoint)

    var certificate: Certificate { link.certificate }

    mutating func run() -> Revocation.Finding {
        let responders =
            asksResponders
            ? Array(certificate.extensions.ocspAddresses.prefix(Revocation.maximumAddressCount)) : []
        let points = Array(
            certificate.extensions.crlDistributionPoints.flatMap { point in
                point.addresses.map { (address: $0, point: point) }
            }.prefix(Revocation.maximumAddressCount)
        )
        guard !responders.isEmpty || !points.isEmpty else {
            obstacles = [.noAddress(others: certificate.extensions.refusedAddresses)]
            return finding()
        }
        if revocation.policy == .online { ask(responders, points) }
        // Also where the network has answered: an old list that is still in force must not hide what is known already.
        readCache(responders, points)
        return finding(cacheFailure: keep())
    }

    private func finding(cacheFailure: Int32? = nil) -> Revocation.Finding {
        let decisive = answers.max { RevocationStatement.isWeaker($0.statement, than: $1.statement) }
        let isKnown = decisive.map { !$0.statement.isOutdatedHold } ?? false
        return Revocation.Finding(
            link: link,
            status: decisive.flatMap { isKnown ? $0.statement.status : nil } ?? .unknown(obstacles),
            evidence: decisive?.evidence,
            cacheFailure: cacheFailure
        )
    }

    // MARK: The network

    private mutating func ask(_ responders: [String], _ points: [Point]) {
        for address in responders where !isAnswered {
            guard let bytes = fetchAnswer(address) else { continue }
            judge(answer: bytes, of: address, fetched: .now, isFromCache: false)
        }
        for (address, point) in points where !isAnswered {
            do throws(CurlFetcher.Failure) {
                let (list, bytes) = try session.list(at: address)
                judgeList(of: address, point, bytes) { () throws(Revocation.CRLProblem) in
                    (try list.get(), .now)
                }
            } catch {
                obstacles.append(.notFetched(address: address, error))
            }
        }
    }

    private var isAnswered: Bool { answers.contains { !$0.statement.isOutdatedHold } }

    private mutating func fetchAnswer(_ address: String) -> [UInt8]? {
        let request: [UInt8]
        do throws(OpenSSLError) {
            request = try OCSPResponse.request(about: certificate, issuer: issuer)
        } catch {
            obstacles.append(.ocsp(address: address, .library(error)))
            return nil
        }
        do throws(CurlFetcher.Failure) {
            return try session.answer(to: request, from: address)
        } catch {
            obstacles.append(.notFetched(address: address, error))
            return nil
        }
    }

    // MARK: Judging

    mutating func judge(answer bytes: [UInt8], of address: String, fetched: Instant, isFromCache: Bool) {
        do throws(Revocation.OCSPProblem) {
            let response = try OCSPResponse(der: bytes)
            let statement = try response.statement(
                about: certificate,
                issuer: issuer,
                at: instant,
                kept: isFromCache,
                maximumAge: revocation.maximumAge
            )
            if let problem = statement.delegate.flatMap(problem(ofSigner:)) {
                // What happened to the signer later does not hide that the certificate is revoked.
                guard statement.status != .good else { throw problem }
            }
            add(statement, .ocsp, address, fetched, isFromCache ? nil : response.der)
        } catch {
            obstacles.append(.ocsp(address: address, error))
        }
    }

    /// What a responder's own revocation has against his answer; `nil` where his certificate is known to be good.
    private func problem(ofSigner signer: Certificate) -> Revocation.OCSPProblem? {
        var check = RevocationCheck(
            link: ChainLink(certificate: signer, origin: .handedIn),
            issuer: issuer,
            instant: instant,
            revocation: revocation,
            session: session
        )
        check.asksResponders = false
        return switch check.run().status {
        case .good: nil
        case .revoked: .signerRevoked
        case .unknown, .unchecked: .signerNotChecked
        }
    }

    /// What the list says that `read` gives; `false` when it gives none.
    ///
    /// `bytes` are the list where it was fetched just now, and `nil` where it comes from the cache.
    @discardableResult
    mutating func judgeList(
        of address: String,
        _ point: DistributionPoint,
        _ bytes: [UInt8]?,
        _ read: () throws(Revocation.CRLProblem) -> (list: SharedCRL, fetched: Instant)?
    ) -> Bool {
        do throws(Revocation.CRLProblem) {
            guard let (list, fetched) = try read() else { return false }
            let statement = try list.statement(
                about: certificate,
                issuer: issuer,
                point: point,
                at: instant,
                maximumAge: revocation.maximumAge
            )
            add(statement, .crl, address, fetched, bytes)
        } catch {
            obstacles.append(.crl(address: address, error))
        }
        return true
    }

    private mutating func add(
        _ statement: RevocationStatement,
        _ kind: Revocation.Evidence.Kind,
        _ address: String,
        _ fetched: Instant,
        _ bytes: [UInt8]?
    ) {
        if statement.isOutdatedHold {
            let end = statement.nextUpdate ?? statement.thisUpdate
            obstacles.append(
                kind == .crl
                    ? .crl(address: address, .outOfDate(since: end))
                    : .ocsp(address: address, .outOfDate(since: end))
            )
        }
        let evidence = Revocation.Evidence(
            kind: kind,
            address: address,
            thisUpdate: statement.thisUpdate,
            nextUpdate: statement.nextUpdate,
            fetched: fetched,
            isFromCache: bytes == nil
        )
        answers.append(Answer(statement: statement, evidence: evidence, bytes: bytes))
    }
}
