import CardTesting
import Testing

@testable import CertificateTrust
@testable import X509

/// What was revoked stays so, whatever expires, is withheld, or is replayed.
@Suite struct KnownRevokedTests {
    /// A cache with lists and answers in it, and what they say together.
    struct Bench {
        let folder: Folder
        let cache: RevocationCache
        var maximumAge = Revocation.standardMaximumAge

        init() throws {
            folder = try Folder()
            cache = RevocationCache(folders: [folder.path])
        }

        func keep(_ list: MadeCRL) throws {
            #expect(
                cache.keep(
                    try list.der(),
                    as: .crl(Lists.issuerAddress, of: try Fixtures.certificate("issuer"))
                )
                    == nil
            )
        }

        func keep(answer bytes: [UInt8], about certificate: Certificate) throws {
            let address = try #require(certificate.extensions.ocspAddresses.first)
            let key = RevocationCache.Key.ocsp(
                address,
                serialNumber: certificate.serialNumber,
                issuer: certificate.issuer.encoded
            )
            #expect(cache.keep(bytes, as: key) == nil)
        }

        func status(_ certificate: Certificate, at instant: Instant) throws -> RevocationStatus? {
            let chain = [
                ChainLink(certificate: certificate, origin: .subject),
                ChainLink(certificate: try Fixtures.certificate("issuer"), origin: .handedIn),
            ]
            return Revocation(policy: .cached, cache: cache, maximumAge: maximumAge)
                .check(chain, at: instant).first?.status
        }

        func isRevoked(_ certificate: Certificate, at instant: Instant) throws -> Bool {
            guard case .revoked(_, .keyCompromise) = try status(certificate, at: instant) else {
                return false
            }
            return true
        }
    }

    private static let day: Int64 = 86_400

    private static func later(_ seconds: Int64) -> Instant { Instant(seconds: Instant.now.seconds + seconds) }

    @Test func expiredAnswerStillSaysRevoked() async throws {
        let revoked = try Fixtures.certificate("revoked")
        let bench = try Bench()
        try bench.keep(answer: await MadeAnswer.der(about: revoked), about: revoked)
        for days: Int64 in [0, 2, 400] {
            #expect(try bench.isRevoked(revoked, at: Self.later(days * Self.day)))
        }
        // 2060-01-01, when the certificate of the signer has ended: he is judged at producedAt.
        #expect(try bench.isRevoked(revoked, at: Instant(seconds: 2_840_140_800)))
    }

    @Test func fetchedAnswerIsJudgedAtTheTimeOfUse() async throws {
        let revoked = try Fixtures.certificate("revoked")
        let answer = try await MadeAnswer.der(about: revoked)
        let issuer = try Fixtures.certificate("issuer")
        let end = Instant(seconds: 2_840_140_800)
        let response = try OCSPResponse(der: answer)
        #expect(throws: OCSPResponse.Problem.self) {
            try response.statement(about: revoked, issuer: issuer, at: end, kept: false)
        }
        #expect(try response.statement(about: revoked, issuer: issuer, at: end, kept: true).status.isFinal)
    }

    @Test(arguments: [-400, 0, 1] as [Int64])
    func listBesideAnExpiredAnswerDoesNotMakeItGood(days: Int64) async throws {
        let revoked = try Fixtures.certificate("revoked")
        let bench = try Bench()
        try bench.keep(answer: await MadeAnswer.der(about: revoked), about: revoked)
        // In force for years, and without the certificate.
        try bench.keep(MadeCRL(thisUpdate: Self.later(days * Self.day)))
        #expect(try bench.isRevoked(revoked, at: Self.later(3 * Self.day)))
    }

    @Test(arguments: [true, false])
    func verdictIsRevokedWithAndWithoutTheDemand(isRequired: Bool) async throws {
        let revoked = try Fixtures.certificate("revoked")
        let bench = try Bench()
        try bench.keep(answer: await MadeAnswer.der(about: revoked), about: revoked)
        let examiner = Examiner(
            verification: Verification(store: try Fixtures.store()),
            revocation: Revocation(policy: .cached, cache: bench.cache),
            requiresRevocation: isRequired
        )
        let found = examiner.examine(
            revoked,
            intermediates: [try Fixtures.certificate("issuer")],
            purpose: .login,
            at: Self.later(3 * Self.day)
        )
        #expect(found.reasons.contains { $0.code == .revoked })
        #expect(found.revocation == .revoked)
    }

    // MARK: Hold

    /// A list that has ended, with the certificate on hold.
    private static func hold() throws -> MadeCRL {
        MadeCRL(
            nextUpdate: Instant(seconds: MadeCRL.june.seconds + 7 * day),
            entries: [
                MadeCRL.Entry(certificate: try Fixtures.certificate("on-hold"), reason: .certificateHold)
            ]
        )
    }

    @Test func holdThatHasExpiredIsUnknown() throws {
        let bench = try Bench()
        let list = try Self.hold()
        try bench.keep(list)
        let held = try Fixtures.certificate("on-hold")
        let end = try #require(list.nextUpdate)
        let during = try bench.status(held, at: Instant(seconds: end.seconds - 1))
        guard case .revoked(_, .certificateHold) = during else {
            Issue.record("\(String(describing: during))")
            return
        }
        #expect(
            try bench.status(held, at: Fixtures.instant)
                == .unknown([.crl(address: Lists.issuerAddress, .outOfDate(since: end))])
        )
    }

    @Test(arguments: [(-1, false), (1, true)] as [(Int64, Bool)])
    func onlyWhatIsYoungerThanAnExpiredHoldIsGood(days: Int64, isGood: Bool) throws {
        let bench = try Bench()
        let folder = try Folder()
        try bench.keep(Self.hold())
        // Another list of the same address, in another folder, in force for years.
        let other = RevocationCache(folders: [folder.path])
        let list = MadeCRL(thisUpdate: Instant(seconds: MadeCRL.june.seconds + days * Self.day))
        #expect(
            other.keep(try list.der(), as: .crl(Lists.issuerAddress, of: try Fixtures.certificate("issuer")))
                == nil
        )
        let chain = [
            ChainLink(certificate: try Fixtures.certificate("on-hold"), origin: .subject),
            ChainLink(certificate: try Fixtures.certificate("issuer"), origin: .handedIn),
        ]
        for folders in [[folder.path, bench.folder.path], [bench.folder.path, folder.path]] {
            let revocation = Revocation(policy: .cached, cache: RevocationCache(folders: folders))
            let status = revocation.check(chain, at: Fixtures.instant).first?.status
            if isGood {
                #expect(status == .good)
            } else {
                guard case .unknown = status else {
                    Issue.record("\(String(describing: status))")
                    return
                }
            }
        }
    }

    // MARK: Without nextUpdate

    @Test func answerWithoutAnEndCountsForABoundedTime() async throws {
        let (login, revoked) = (try Fixtures.certificate("login"), try Fixtures.certificate("revoked"))
        var bench = try Bench()
        try bench.keep(answer: await MadeAnswer.der(about: login, []), about: login)
        try bench.keep(answer: await MadeAnswer.der(about: revoked, []), about: revoked)
        #expect(try bench.status(login, at: Self.later(600)) == .good)
        #expect(try bench.status(login, at: Self.later(Self.day - 600)) == .good)
        guard case .unknown(let obstacles) = try bench.status(login, at: Self.later(Self.day + 600)),
            case .ocsp(_, .tooOld) = obstacles.first
        else {
            Issue.record("still good")
            return
        }
        #expect(try bench.isRevoked(revoked, at: Self.later(400 * Self.day)))
        bench.maximumAge = 300
        #expect(try bench.status(login, at: Self.later(100)) == .good)
        #expect(try bench.status(login, at: Self.later(1000)) != .good)
        bench.maximumAge = 0
        #expect(try bench.isRevoked(revoked, at: Self.later(1000)))
    }

    @Test func listWithoutAnEndCountsForABoundedTime() throws {
        let (login, revoked) = (try Fixtures.certificate("login"), try Fixtures.certificate("revoked"))
        let bench = try Bench()
        let entry = MadeCRL.Entry(certificate: revoked, reason: .keyCompromise)
        try bench.keep(MadeCRL(nextUpdate: nil, entries: [entry]))
        #expect(try bench.status(login, at: Instant(seconds: MadeCRL.june.seconds + Self.day - 1)) == .good)
        #expect(
            try bench.status(login, at: Fixtures.instant)
                == .unknown([.crl(address: Lists.issuerAddress, .tooOld(made: MadeCRL.june))])
        )
        #expect(try bench.isRevoked(revoked, at: Fixtures.instant))
    }

    // MARK: What an answer is about

    @Test(arguments: ["sha1", "sha256", "sha384", "sha512"])
    func answerMayNameTheCertificateByAnyDigest(digest: String) async throws {
        let issuer = try Fixtures.certificate("issuer")
        for name in ["login", "revoked"] {
            let certificate = try Fixtures.certificate(name)
            let answer = try await MadeAnswer.der(about: certificate, digest: digest)
            let statement = try OCSPResponse(der: answer).statement(
                about: certificate,
                issuer: issuer,
                at: .now
            )
            #expect(statement.status.isFinal == (name == "revoked"))
            let other = try Fixtures.certificate(name == "login" ? "revoked" : "login")
            #expect(throws: OCSPResponse.Problem.otherCertificate) {
                try OCSPResponse(der: answer).statement(about: other, issuer: issuer, at: .now)
            }
        }
    }

    // MARK: Whose answer it is

    /// A responder whose certificate does not say that its revocation is not to be asked for.
    private static let delegate = """
        keyUsage = digitalSignature
        extendedKeyUsage = OCSPSigning
        crlDistributionPoints = URI:\(Lists.issuerAddress)
        """

    @Test func delegateWithoutNoCheckHasItsOwnRevocationAsked() async throws {
        let (login, revoked) = (try Fixtures.certificate("login"), try Fixtures.certificate("revoked"))
        let signer = try await MadeCertificate.der(Self.delegate, key: "responder")
        let bench = try Bench()
        try bench.keep(answer: await MadeAnswer.der(about: login, signer: signer), about: login)
        try bench.keep(answer: await MadeAnswer.der(about: revoked, signer: signer), about: revoked)
        let address = try #require(login.extensions.ocspAddresses.first)
        // Nothing is known of the responder.
        guard case .unknown(let obstacles) = try bench.status(login, at: .now) else {
            Issue.record("believed")
            return
        }
        #expect(obstacles.contains(.ocsp(address: address, .signerNotChecked)))
        #expect(try bench.isRevoked(revoked, at: .now))

        let entry = MadeCRL.Entry(certificate: try Certificate(der: signer), reason: .keyCompromise)
        try bench.keep(MadeCRL(entries: [entry]))
        let alone = RevocationCheck(
            link: ChainLink(certificate: login, origin: .subject),
            issuer: try Fixtures.certificate("issuer"),
            instant: .now,
            revocation: Revocation(policy: .cached, cache: bench.cache),
            session: Revocation(policy: .cached, cache: bench.cache).begin()
        )
        func problems(_ answer: [UInt8]) -> [Revocation.Obstacle] {
            var check = alone
            check.judge(answer: answer, of: address, fetched: .now, isFromCache: true)
            return check.answers.isEmpty ? check.obstacles : []
        }
        let good = try await MadeAnswer.der(about: login, signer: signer)
        #expect(problems(good) == [.ocsp(address: address, .signerRevoked)])
        try bench.keep(MadeCRL())
        #expect(problems(good) == [])
    }
}
