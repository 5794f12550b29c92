import COpenSSL
import Testing

@testable import CertificateTrust
@testable import X509

/// Revocation lists without a network.
@Suite struct CRLTests {
    private static let point = DistributionPoint(
        names: [.uri(CertificateText("http://crl1pp.siths.test/testsithseidpersonhsaid3cav1.crl"))]
    )

    private func status(
        _ name: String,
        list: [UInt8],
        issuer: String = "issuer",
        point: DistributionPoint = point,
        at instant: Instant = Fixtures.instant
    ) throws(Revocation.CRLProblem) -> RevocationStatus {
        let certificates: (Certificate, Certificate)
        do {
            certificates = (try Fixtures.certificate(name), try Fixtures.certificate(issuer))
        } catch {
            Issue.record(error)
            throw .notACRL
        }
        return try CRL(list).statement(
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
            Useless("impostor", .otherKey), Useless("root", .otherIssuer),
            Useless("sha1", .weakSignature), Useless(.notACRL) { [0x30, 0x00] },
            Useless(.tooOld(made: MadeCRL.june)) { try MadeCRL(nextUpdate: nil).der() },
            Useless(.signatureInvalid) {
                var list = try Fixtures.crl("issuer")
                list[list.count - 1] ^= 1
                return list
            },
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

    /// By keyIdentifier, or by the issuer and serial number of the key's certificate (RFC 5280, 4.2.1.1).
    @Test func listThatNamesAnotherKeyIsNotCalledForged() throws {
        let root = try Fixtures.certificate("root").subject.encoded
        let name = [0xA4, UInt8(root.count)] + root
        let forms: [[UInt8]] = [
            [0x80, 0x04, 1, 2, 3, 4], [0xA1, UInt8(name.count)] + name + [0x82, 0x02, 0x12, 0x34],
        ]
        for form in forms {
            let list = try MadeCRL(key: "impostor", authorityKeyIdentifier: form).der()
            #expect(throws: Revocation.CRLProblem.otherKey) { try status("login", list: list) }
        }
        let unnamed = try MadeCRL(key: "impostor").der()
        #expect(throws: Revocation.CRLProblem.signatureInvalid) { try status("login", list: unnamed) }
    }

    @Test func everyProblemIsProvoked() {
        // OpenSSL fails for want of memory alone (AllocationFaultTests).
        let provoked = Set(Useless.all.map(\.problem.kind)).union([.library])
        #expect(provoked == Set(Revocation.CRLProblem.Kind.allCases))
    }

    @Test func anOldListStillKnowsWhatIsRevokedForEver() throws {
        let list = try Fixtures.crl("stale-revoked")
        guard case .revoked(_, .keyCompromise) = try status("revoked", list: list) else {
            Issue.record("not revoked")
            return
        }
        #expect(throws: Revocation.CRLProblem.self) { try status("login", list: list) }
    }

    @Test func whatTheCertificateSaysOfTheListCounts() throws {
        let list = try Fixtures.crl("issuer")
        let indirect = DistributionPoint(
            names: Self.point.names,
            isIndirect: true
        )
        #expect(throws: Revocation.CRLProblem.indirect) { try status("login", list: list, point: indirect) }
        let partial = DistributionPoint(
            names: Self.point.names,
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
        var list = try MadeCRL(entries: [
            MadeCRL.Entry(certificate: Fixtures.certificate("expired")),
            MadeCRL.Entry(certificate: Fixtures.certificate("revoked")),
        ])
        guard case .revoked = try status("revoked", list: list.der()) else {
            Issue.record("not revoked")
            return
        }
        list.entries[0].issuer = [0x30, UInt8(name.count)] + name
        list.entries[0].isCritical = isCritical
        let bytes = try list.der()
        #expect(throws: Revocation.CRLProblem.indirect) { try status("revoked", list: bytes) }
        #expect(throws: Revocation.CRLProblem.indirect) { try status("login", list: bytes) }
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
}
