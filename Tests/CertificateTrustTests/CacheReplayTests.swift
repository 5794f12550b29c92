import COpenSSL
import Glibc
import Synchronization
import Testing

@testable import CertificateTrust
@testable import X509

/// What the network sends does not take the place of what is kept, and does not fill the cache.
@Suite struct CacheReplayTests {
    private typealias Bench = KnownRevokedTests.Bench

    private static let day: Int64 = 86_400

    private static func now(_ days: Int64) -> Instant { Instant(seconds: Instant.now.seconds + days * day) }

    /// Judges `list` as if it had been fetched at its point of `certificate`, and keeps what is to be kept.
    private static func fetch(
        _ list: [UInt8],
        for certificate: Certificate,
        issuer: String = "issuer",
        into cache: RevocationCache,
        at instant: Instant = .now
    ) throws {
        let revocation = Revocation(policy: .cached, cache: cache)
        var check = RevocationCheck(
            link: ChainLink(certificate: certificate, origin: .subject),
            issuer: try Fixtures.certificate(issuer),
            instant: instant,
            revocation: revocation,
            session: revocation.begin()
        )
        let point = try #require(certificate.extensions.crlDistributionPoints.first)
        let shared = try SharedCRL(list)
        check.judgeList(of: Lists.issuerAddress, point, shared.der) { (shared, .now) }
        check.readCache([], [(address: Lists.issuerAddress, point: point)])
        #expect(check.keep() == nil)
    }

    private static func list(
        from begin: Int64,
        until end: Int64,
        _ entries: [MadeCRL.Entry] = []
    ) -> MadeCRL {
        MadeCRL(thisUpdate: now(begin), nextUpdate: now(end), entries: entries)
    }

    private static func entry() throws -> MadeCRL.Entry {
        MadeCRL.Entry(certificate: try Fixtures.certificate("revoked"), reason: .keyCompromise)
    }

    @Test func olderListThatCountsLongerDoesNotReplaceTheYounger() throws {
        let (login, revoked) = (try Fixtures.certificate("login"), try Fixtures.certificate("revoked"))
        let bench = try Bench()
        // An emergency list, out of date by now.
        try bench.keep(Self.list(from: -2, until: -1, [Self.entry()]))
        try Self.fetch(Self.list(from: -5, until: 2).der(), for: login, into: bench.cache)
        #expect(try bench.isRevoked(revoked, at: .now))
    }

    @Test func olderListDoesNotReplaceOneOfTheFutureOfAWrongClock() throws {
        let (login, revoked) = (try Fixtures.certificate("login"), try Fixtures.certificate("revoked"))
        let bench = try Bench()
        try bench.keep(Self.list(from: 0, until: 7, [Self.entry()]))
        try Self.fetch(
            Self.list(from: -5, until: 2).der(),
            for: login,
            into: bench.cache,
            at: Self.now(-1)
        )
        #expect(try bench.isRevoked(revoked, at: .now))
    }

    @Test func issuersWithOneAddressHaveListsOfTheirOwn() async throws {
        let revoked = try Fixtures.certificate("revoked")
        let bench = try Bench()
        try bench.keep(MadeCRL(entries: [Self.entry()]))
        let other = try Certificate(
            der: await MadeCertificate.der(
                "crlDistributionPoints = URI:\(Lists.issuerAddress)",
                issuer: "root"
            )
        )
        try Self.fetch(Fixtures.crl("root"), for: other, issuer: "root", into: bench.cache)
        #expect(try bench.isRevoked(revoked, at: .now))
    }

    @Test func clockThatIsWrongMakesNothingForgotten() async throws {
        let revoked = try Fixtures.certificate("revoked")
        let lists = try Bench()
        try lists.keep(Self.list(from: 0, until: 7, [Self.entry()]))
        let answers = try Bench()
        try answers.keep(answer: await MadeAnswer.der(about: revoked), about: revoked)
        for bench in [lists, answers] { #expect(try bench.isRevoked(revoked, at: Self.now(-1))) }
    }

    @Test func signerThatIsRevokedLaterMakesNothingForgotten() async throws {
        let (login, revoked) = (try Fixtures.certificate("login"), try Fixtures.certificate("revoked"))
        let signer = try await MadeCertificate.der(
            """
            keyUsage = digitalSignature
            extendedKeyUsage = OCSPSigning
            crlDistributionPoints = URI:\(Lists.issuerAddress)
            """,
            key: "responder"
        )
        let bench = try Bench()
        try bench.keep(answer: await MadeAnswer.der(about: revoked, signer: signer), about: revoked)
        try bench.keep(answer: await MadeAnswer.der(about: login, signer: signer), about: login)
        let superseded = MadeCRL.Entry(certificate: try Certificate(der: signer), reason: .superseded)
        try bench.keep(Self.list(from: 0, until: 800, [superseded]))
        #expect(try bench.isRevoked(revoked, at: Self.now(0)))
        let address = try #require(login.extensions.ocspAddresses.first)
        let issuer = try Fixtures.certificate("issuer")
        let key = RevocationCache.Key.crl(Lists.issuerAddress, of: issuer)
        for file in bench.cache.files(key) { #expect(unsafe unlink(file.path) == 0) }
        #expect(
            try bench.status(login, at: .now)
                == .unknown([.ocsp(address: address, .signerNotChecked)])
        )
    }

    @Test func entryInAListOfSomeReasonsCounts() throws {
        let (login, revoked) = (try Fixtures.certificate("login"), try Fixtures.certificate("revoked"))
        let bench = try Bench()
        // onlySomeReasons: keyCompromise.
        let scope: [UInt8] = [0x30, 0x04, 0x83, 0x02, 0x06, 0x40]
        try bench.keep(MadeCRL(entries: [Self.entry()], issuingDistributionPoint: scope))
        #expect(try bench.isRevoked(revoked, at: .now))
        #expect(
            try bench.status(login, at: .now)
                == .unknown([.crl(address: Lists.issuerAddress, .someReasons)])
        )
    }

    // MARK: Room

    @Test func whatStandsBehindIsNotKept() async throws {
        let junk = [UInt8](repeating: 0, count: 5000)
        let list = try Fixtures.crl("issuer")
        #expect(try CRL(list + junk).der == list)
        let answer = try await MadeAnswer.der(about: Fixtures.certificate("login"))
        #expect(try OCSPResponse(der: answer + junk).der == answer)
    }

    @Test func answersThatSayRevokedOutliveLists() async throws {
        let folder = try Folder()
        var cache = RevocationCache(folders: [folder.path])
        let answer = try await MadeAnswer.der(about: Fixtures.certificate("revoked"))
        let key = RevocationCache.Key.ocsp("responder", serialNumber: [1], issuer: [2])
        #expect(cache.keep(answer, as: key) == nil)
        let list = try MadeCRL(entries: [Self.entry()]).der()
        for number in 0..<3 { #expect(cache.keep(list, as: .crl("\(number)")) == nil) }
        cache.maximumSize = answer.count
        cache.removeSuperfluous()
        #expect(cache.files(key).count == 1)
        #expect((0..<3).allSatisfy { cache.files(.crl("\($0)")).isEmpty })
    }

    // MARK: Passwords

    private static let wasAsked = Atomic(false)

    /// OpenSSL asks at the terminal for the password of an encrypted PEM, by the method that a program may replace.
    @Test func encryptedListAsksForNoPassword() async {
        await #expect(processExitsWith: .success) {
            let method = unsafe UI_create_method("test")
            unsafe UI_method_set_reader(method) { _, _ in
                CacheReplayTests.wasAsked.store(true, ordering: .relaxed)
                return 0
            }
            unsafe UI_set_default_method(method)
            let text = """
                -----BEGIN X509 CRL-----
                Proc-Type: 4,ENCRYPTED
                DEK-Info: AES-256-CBC,00112233445566778899AABBCCDDEEFF

                AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=
                -----END X509 CRL-----

                """
            #expect(throws: Revocation.CRLProblem.notACRL) { _ = try CRL(Array(text.utf8)) }
            let wasAsked = CacheReplayTests.wasAsked.load(ordering: .relaxed)
            #expect(!wasAsked)
        }
    }
}
