import COpenSSL
import Testing

@testable import CertificateTrust

/// Revocation lists without a network.
@Suite struct RevocationListTests {
    private static let point = CertificateExtensions.CRLPoint(
        addresses: ["http://crl1pp.siths.test/testsithseidpersonhsaid3cav1.crl"],
        isIndirect: false,
        isForSomeReasons: false
    )

    private func status(
        _ name: String,
        list: [UInt8],
        issuer: String = "issuer",
        point: CertificateExtensions.CRLPoint = point,
        at instant: Instant = Fixtures.instant
    ) throws(Revocation.CRLProblem) -> Revocation.Status {
        let certificates: (Certificate, Certificate)
        do {
            certificates = (try Fixtures.certificate(name), try Fixtures.certificate(issuer))
        } catch {
            Issue.record(error)
            throw .notACRL
        }
        return try RevocationList(der: list).answer(
            about: certificates.0,
            issuer: certificates.1,
            point: point,
            at: instant
        ).status
    }

    @Test func aListSaysGoodOrSinceWhenAndWhy() throws {
        let list = try Fixtures.crl("issuer")
        #expect(try status("login", list: list) == .good)
        // 2026-03-01T12:00:00Z
        let revoked = Instant(seconds: 1_772_366_400)
        #expect(try status("revoked", list: list) == .revoked(at: revoked, reason: .keyCompromise))
        guard case .revoked(_, .certificateHold) = try status("on-hold", list: list) else {
            Issue.record("not on hold")
            return
        }
    }

    /// A list that says nothing, and why.
    struct Useless: Sendable, CustomTestStringConvertible {
        let problem: Revocation.CRLProblem
        var name = "login"
        var issuer = "issuer"
        let list: @Sendable () throws -> [UInt8]

        var testDescription: String { "\(problem)" }

        init(_ list: String, _ problem: Revocation.CRLProblem) {
            self.problem = problem
            self.list = { try Fixtures.crl(list) }
        }

        init(
            _ problem: Revocation.CRLProblem,
            name: String = "login",
            issuer: String = "issuer",
            list: @escaping @Sendable () throws -> [UInt8]
        ) {
            (self.problem, self.name, self.issuer, self.list) = (problem, name, issuer, list)
        }

        static let all = [
            Useless("stale", .outOfDate(since: Instant(seconds: 1_769_904_000))),
            Useless("future", .notYetValid(from: Instant(seconds: 2_461_449_600))),
            Useless("delta", .delta), Useless("indirect", .indirect),
            Useless("only-authorities", .otherScope), Useless("some-reasons", .someReasons),
            Useless("unknown-critical", .unknownCriticalExtension([ObjectID("1.2.752.999.2")])),
            Useless("impostor", .signatureInvalid), Useless("root", .otherIssuer),
            Useless("sha1", .weakSignature), Useless(.notACRL) { [0x30, 0x00] },
            Useless(.endless) { try #require(RevocationListTests.list(until: nil)) },
            Useless(.issuerMayNotSign, name: "under-login", issuer: "login") {
                try Fixtures.crl("issuer")
            },
        ]
    }

    @Test(arguments: Useless.all)
    func aListThatSaysNothingIsRefused(row: Useless) throws {
        let list = try row.list()
        #expect(throws: row.problem) { try status(row.name, list: list, issuer: row.issuer) }
    }

    @Test func everyProblemIsProvoked() {
        #expect(Set(Useless.all.map(\.problem.kind)) == Set(Revocation.CRLProblem.Kind.allCases))
    }

    @Test func anOldListStillKnowsWhatIsRevokedForEver() throws {
        let list = try Fixtures.crl("stale-revoked")
        guard case .revoked(_, .keyCompromise) = try status("revoked", list: list) else {
            Issue.record("not revoked")
            return
        }
        for name in ["login", "on-hold"] {
            #expect(throws: Revocation.CRLProblem.self) { try status(name, list: list) }
        }
    }

    @Test func whatTheCertificateSaysOfTheListCounts() throws {
        let list = try Fixtures.crl("issuer")
        let indirect = CertificateExtensions.CRLPoint(
            addresses: Self.point.addresses,
            isIndirect: true,
            isForSomeReasons: false
        )
        #expect(throws: Revocation.CRLProblem.indirect) { try status("login", list: list, point: indirect) }
        let partial = CertificateExtensions.CRLPoint(
            addresses: Self.point.addresses,
            isIndirect: false,
            isForSomeReasons: true
        )
        #expect(throws: Revocation.CRLProblem.someReasons) { try status("login", list: list, point: partial) }
    }

    @Test func aListOfAuthoritiesCountsForThem() throws {
        let list = try Fixtures.crl("only-authorities")
        #expect(try status("sub-ca", list: list) == .good)
    }

    /// OpenSSL takes this and every later entry for another issuer's, even where the list does not say that it is indirect.
    @Test(arguments: [true, false])
    func anEntryAboutAnotherIssuerDoesNotHideLaterOnes(isCritical: Bool) throws {
        let other = try Fixtures.certificate("other-root").subject.encoded
        let name = [0xA4, UInt8(other.count)] + other
        let entries = try [
            (Fixtures.certificate("expired"), [0x30, UInt8(name.count)] + name),
            (Fixtures.certificate("revoked"), nil),
        ]
        let year: Int64 = 365 * 86_400
        let end = Instant(seconds: Fixtures.instant.seconds + year)
        let plain = try #require(Self.list(until: end, entries: entries.map { ($0.0, nil) }))
        guard case .revoked = try status("revoked", list: plain) else {
            Issue.record("not revoked")
            return
        }
        let list = try #require(Self.list(until: end, entries: entries, isCritical: isCritical))
        #expect(throws: Revocation.CRLProblem.indirect) { try status("revoked", list: list) }
        #expect(throws: Revocation.CRLProblem.indirect) { try status("login", list: list) }
    }

    @Test func everyCutAndEveryTouchedByteIsRefused() throws {
        let list = try Fixtures.crl("issuer")
        for length in 0..<list.count {
            #expect(throws: Revocation.CRLProblem.notACRL) {
                try status("login", list: Array(list.prefix(length)))
            }
        }
        for index in list.indices {
            var touched = list
            touched[index] ^= 0x04
            #expect(throws: Revocation.CRLProblem.self) { try status("login", list: touched) }
        }
    }

    /// A list that OpenSSL judged differently before a version.
    private struct OldJudgement: Sendable {
        let list: String
        /// The first version of this branch (the first two numbers) that judges as the test expects.
        let fixed: [Int]
        /// The error numbers before that.
        let numbers: [Int32]

        /// Debian 12 offers 3.0.17, 3.0.20 and 3.0.22; 3.0.19 was tried too.
        static let all = [
            // A delta CRL is taken as a complete one, see openssl/openssl#31044.
            OldJudgement(list: "delta", fixed: [3, 0, 22], numbers: [])
        ]

        static func of(_ list: String, in version: [Int]) -> OldJudgement? {
            all.first { row in
                row.list == list && row.fixed.prefix(2) == version.prefix(2)
                    && version.lexicographicallyPrecedes(row.fixed)
            }
        }
    }

    /// OpenSSL's own check of the same list; what it lets pass and we refuse is said.
    @Test(
        arguments: [
            ("issuer", "login", [], nil), ("issuer", "revoked", [23], nil), ("issuer", "on-hold", [23], nil),
            ("stale", "login", [12], nil), ("future", "login", [11], nil), ("impostor", "login", [3], nil),
            ("root", "login", [3], nil), ("delta", "login", [3], nil), ("indirect", "login", [3], nil),
            ("only-authorities", "login", [44], nil), ("some-reasons", "login", [3], nil),
            ("unknown-critical", "login", [36], nil), ("stale-revoked", "revoked", [12, 23], nil),
            ("sha1", "login", [], "openssl verify judges no strength of lists"),
        ] as [(String, String, [Int32], String?)]
    )
    func theAnswerIsThatOfOpenSSL(
        list: String,
        name: String,
        numbers: [Int32],
        difference: String?
    ) async throws {
        let bytes = try Fixtures.crl(list)
        let theirs = try await OpenSSLCommand.verify(
            Fixtures.path(name),
            anchors: [Fixtures.certificate("root")],
            helpers: [Fixtures.certificate("issuer")],
            purpose: nil,
            at: Fixtures.instant,
            more: ["-crl_check", "-CRLfile", "\(Fixtures.pki)/trust/crls/\(list).crl"]
        )
        let version = try await OpenSSLCommand.version()
        let old = OldJudgement.of(list, in: version)
        let isGood = (try? status(name, list: bytes)) == .good
        #expect(isGood == theirs.isEmpty || difference != nil || old != nil)
        #expect(theirs == old?.numbers ?? numbers, "\(theirs) by \(version)")
    }

    /// A list of the issuer that the openssl command does not make: without an end, or with certificateIssuer in its entries.
    private static func list(
        until end: Instant?,
        entries: [(certificate: Certificate, issuer: [UInt8]?)] = [],
        isCritical: Bool = false
    ) -> [UInt8]? {
        guard let file = unsafe BIO_new_file(Fixtures.keyPath("issuer"), "r"),
            let key = unsafe PEM_read_bio_PrivateKey(file, nil, nil, nil), let crl = unsafe X509_CRL_new(),
            // 2026-06-01T00:00:00Z
            let time = unsafe ASN1_TIME_set(nil, 1_780_272_000),
            let issuer = try? Fixtures.certificate("issuer")
        else { return nil }
        defer {
            unsafe BIO_free(file)
            unsafe EVP_PKEY_free(key)
            unsafe X509_CRL_free(crl)
            unsafe ASN1_TIME_free(time)
        }
        unsafe issuer.handle.with { issuer in
            unsafe _ = X509_CRL_set_issuer_name(crl, X509_get_subject_name(issuer))
        }
        unsafe X509_CRL_set_version(crl, 1)
        unsafe X509_CRL_set1_lastUpdate(crl, time)
        if let end {
            let next = unsafe ASN1_TIME_set(nil, time_t(end.seconds))
            defer { unsafe ASN1_TIME_free(next) }
            unsafe X509_CRL_set1_nextUpdate(crl, next)
        }
        for entry in entries {
            guard let revoked = unsafe X509_REVOKED_new() else { return nil }
            unsafe entry.certificate.handle.with { x509 in
                unsafe _ = X509_REVOKED_set_serialNumber(revoked, X509_get_serialNumber(x509))
            }
            unsafe X509_REVOKED_set_revocationDate(revoked, time)
            if let bytes = entry.issuer {
                let value = unsafe ASN1_OCTET_STRING_new()
                unsafe ASN1_OCTET_STRING_set(value, bytes, Int32(bytes.count))
                let number = NID_certificate_issuer
                let made = unsafe X509_EXTENSION_create_by_NID(nil, number, isCritical ? 1 : 0, value)
                unsafe X509_REVOKED_add_ext(revoked, made, -1)
                unsafe X509_EXTENSION_free(made)
                unsafe ASN1_OCTET_STRING_free(value)
            }
            unsafe X509_CRL_add0_revoked(crl, revoked)
        }
        guard unsafe X509_CRL_sign(crl, key, EVP_sha256()) > 0 else { return nil }
        var bytes: UnsafeMutablePointer<UInt8>?
        let count = unsafe i2d_X509_CRL(crl, &bytes)
        guard count > 0, let start = unsafe bytes else { return nil }
        defer { unsafe CRYPTO_free(start, #file, #line) }
        return unsafe Array(UnsafeBufferPointer(start: start, count: Int(count)))
    }
}
