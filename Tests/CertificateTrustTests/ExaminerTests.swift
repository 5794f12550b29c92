import Testing

@testable import CertificateTrust
@testable import X509

/// What chain, revocation and possession come to together.
///
/// Nothing is fetched: the lists of the test PKI stand in a cache.
@Suite struct ExaminerTests {
    private static let issuerList = Lists.issuerAddress
    private static let rootList = Lists.rootAddress

    private func examine(
        _ name: String,
        _ purpose: Purpose = .login,
        policy: Revocation.Policy = .cached,
        lists: [String: String] = Lists.all,
        requiresRevocation: Bool = false,
        possession: Possession? = nil
    ) throws -> Examination {
        try Fixtures.examine(
            name,
            purpose,
            policy: policy,
            lists: lists,
            requiresRevocation: requiresRevocation,
            possession: possession
        )
    }

    private func subject(_ name: String) throws -> ChainLink {
        ChainLink(certificate: try Fixtures.certificate(name), origin: .subject)
    }

    private func issuer(_ name: String) throws -> ChainLink {
        ChainLink(certificate: try Fixtures.certificate(name), origin: .handedIn)
    }

    @Test func aGoodCertificateIsTrustedAndEverybodyOfTheChainWasAskedFor() throws {
        for requires in [false, true] {
            let found = try examine("login", requiresRevocation: requires, possession: .proven)
            #expect(found.isTrusted)
            #expect(found.reasons.isEmpty)
            #expect(found.verdict == .trusted(found.chain))
            #expect(
                found.chain.map(\.certificate) == (try ["login", "issuer", "root"].map(Fixtures.certificate))
            )
            #expect(found.revocation == .good)
            #expect(found.findings.map(\.status) == [.good, .good])
            #expect(found.findings.map(\.link) == Array(found.chain.dropLast()))
            #expect(found.possession == .proven)
            #expect(found.purpose == .login)
        }
    }

    // 2026-03-01T12:00:00Z
    private static let revoked = Instant(seconds: 1_772_366_400)

    @Test func aRevokedCertificateIsNotTrustedAndItsChainIsKept() throws {
        for requires in [false, true] {
            let found = try examine("revoked", requiresRevocation: requires)
            #expect(found.revocation == .revoked)
            #expect(!found.isTrusted)
            #expect(
                found.verdict
                    == .rejected([
                        .revoked(try subject("revoked"), at: Self.revoked, reason: .keyCompromise)
                    ])
            )
            #expect(found.chain.count == 3)
        }
    }

    @Test func aRevokedIssuerIsNamedAndOutweighsWhatIsUnknown() throws {
        let reason = Reason.revoked(try issuer("revoked-ca"), at: Self.revoked, reason: .cACompromise)
        let found = try examine("under-revoked-ca")
        #expect(found.revocation == .revoked)
        #expect(found.reasons == [reason])
        #expect(found.findings.map(\.status.isUnknown) == [true, false])
        let strict = try examine("under-revoked-ca", requiresRevocation: true)
        #expect(strict.revocation == .revoked)
        #expect(
            strict.reasons == [
                .revocationUnknown(try subject("under-revoked-ca"), [.noAddress(others: [])]), reason,
            ]
        )
    }

    @Test func anUnknownRevocationCountsOnlyWhereItIsDemanded() throws {
        let mild = try examine("login", lists: [Self.rootList: "root"])
        #expect(mild.isTrusted)
        #expect(mild.revocation == .unknown)
        #expect(mild.findings.map(\.status) == [.unknown([.notCached]), .good])
        let strict = try examine("login", lists: [Self.rootList: "root"], requiresRevocation: true)
        #expect(strict.revocation == .unknown)
        #expect(strict.reasons == [.revocationUnknown(try subject("login"), [.notCached])])
        let nothing = try examine("login", lists: [:], requiresRevocation: true)
        #expect(
            nothing.reasons == [
                .revocationUnknown(try subject("login"), [.notCached]),
                .revocationUnknown(try issuer("issuer"), [.notCached]),
            ]
        )
    }

    @Test func aListThatProvesNothingIsAnObstacleWithItsAddress() throws {
        let found = try examine(
            "login",
            lists: [Self.issuerList: "impostor", Self.rootList: "root"],
            requiresRevocation: true
        )
        #expect(
            found.reasons == [
                .revocationUnknown(
                    try subject("login"),
                    [.crl(address: Self.issuerList, .otherKey)]
                )
            ]
        )
    }

    @Test func whereNobodyIsAskedNothingIsProven() throws {
        let mild = try examine("login", policy: .off)
        #expect(mild.isTrusted)
        #expect(mild.revocation == .unchecked)
        #expect(mild.findings.isEmpty)
        let strict = try examine("login", policy: .off, requiresRevocation: true)
        #expect(strict.revocation == .unchecked)
        #expect(strict.reasons == [.revocationUnknown(try subject("login"), [])])
        // Not even of one that is revoked.
        #expect(try examine("revoked", policy: .off).isTrusted)
    }

    @Test func anAnchorAloneHasNobodyToRevokeIt() throws {
        for policy in Revocation.Policy.allCases {
            let found = try examine("root", .any, policy: policy, requiresRevocation: true)
            #expect(found.isTrusted)
            #expect(found.chain.count == 1)
            #expect(found.findings.isEmpty)
            #expect(found.revocation == .unchecked)
        }
    }

    @Test func ofAnUntrustedChainNobodyIsAsked() throws {
        let found = try examine("expired", requiresRevocation: true)
        #expect(found.reasons == [.expired(try subject("expired"), at: Fixtures.instant)])
        #expect(found.revocation == .unchecked)
        #expect(found.findings.isEmpty)
        #expect(found.chain == [try subject("expired")])
    }

    @Test func aKeyThatIsNotShownToBeHeldIsAReason() throws {
        let link = try subject("login")
        let refuted = try examine("login", possession: .refuted)
        #expect(refuted.reasons == [.keyNotHeld(link)])
        #expect(refuted.revocation == .good)
        #expect(refuted.chain.count == 3)
        let unknown = try examine("login", possession: .unknown(.weakKey))
        #expect(unknown.reasons == [.possessionUnknown(link, .weakKey)])
        #expect(unknown.possession == .unknown(.weakKey))
    }

    @Test func aProvenKeyMakesUpForNothing() throws {
        #expect(try examine("revoked", possession: .proven).reasons.map(\.code) == [.revoked])
        #expect(try examine("expired", possession: .proven).reasons.map(\.code) == [.expired])
        let unknown = try examine("login", lists: [:], requiresRevocation: true, possession: .proven)
        #expect(unknown.reasons.map(\.code) == [.revocationUnknown, .revocationUnknown])
    }

    @Test func everythingThatSpeaksAgainstItIsSaidTogether() throws {
        let revoked = try examine("revoked", possession: .refuted)
        #expect(revoked.reasons.map(\.code) == [.revoked, .keyNotHeld])
        let expired = try examine("expired-server", possession: .refuted)
        #expect(expired.reasons.map(\.code) == [.expired, .extendedKeyUsage, .keyNotHeld])
        let off = try examine("login", policy: .off, requiresRevocation: true, possession: .refuted)
        #expect(off.reasons.map(\.code) == [.revocationUnknown, .keyNotHeld])
    }

    @Test(arguments: [
        ("login", Purpose.login), ("signature", .signing), ("personid3-signature", .signing),
        ("reservkort-login", .login), ("function", .login), ("server", .login), ("no-usage", .login),
        ("self-signed", .login), ("encipherment", .any), ("root", .any), ("issuer", .any),
        ("no-cert-sign-ca", .any), ("p256", .login),
    ])
    func whatACertificateIsForIsInIt(name: String, purpose: Purpose) throws {
        #expect(Purpose(try Fixtures.certificate(name).use) == purpose)
    }
}

extension RevocationStatus {
    fileprivate var isUnknown: Bool {
        if case .unknown = self { true } else { false }
    }
}
