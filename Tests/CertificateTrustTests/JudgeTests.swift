import Testing

@testable import CertificateTrust

/// Our verdicts beside those of `openssl verify`.
@Suite struct JudgeTests {
    @Test(arguments: VerificationCase.all)
    func theVerdictIsThatOfOpenSSLOrTheDifferenceIsKnown(row: VerificationCase) async throws {
        let certificate = try Fixtures.certificate(row.name)
        let issuers = try row.issuers.filter { $0 != row.name }.map(Fixtures.certificate)
        let store = try Fixtures.store(row.anchors)
        let helping = issuers.prefix(Verification.maximumHandedIn)
        let verdict = Verification(store: store).verify(
            certificate,
            intermediates: Array(helping),
            purpose: row.purpose,
            at: Fixtures.instant
        )
        #expect(verdict.codes.sorted() == row.ours.sorted())

        let numbers = try await OpenSSLCommand.verify(
            Fixtures.path(row.name),
            anchors: row.anchors.map(Fixtures.certificate),
            helpers: issuers,
            purpose: row.purpose == .login ? "sslclient" : nil,
            at: Fixtures.instant
        )
        #expect(numbers == row.theirs.sorted())
        #expect((row.ours.isEmpty != row.theirs.isEmpty) == (row.difference != nil))
    }

    /// Security level 2 is 112 bits: what we call weak fails there, and nothing else does.
    @Test(arguments: VerificationCase.strength + VerificationCase.good)
    func strengthIsJudgedAsAtSecurityLevelTwo(row: VerificationCase) async throws {
        let numbers = try await OpenSSLCommand.verify(
            Fixtures.path(row.name),
            anchors: row.anchors.map(Fixtures.certificate),
            helpers: row.issuers.filter { $0 != row.name }.map(Fixtures.certificate),
            purpose: nil,
            at: Fixtures.instant,
            more: ["-auth_level", "2"]
        )
        // Neither is a matter of size; and P-224 has 112 bits, which is too little for us.
        let isOurs = ["roca", "exponent-one", "p224"].contains(row.name)
        #expect(numbers.isEmpty == (row.ours.isEmpty || isOurs), "\(numbers)")
    }
}

extension Verdict {
    var codes: [String] {
        switch self {
        case .trusted: []
        case .rejected(let reasons): reasons.map(\.code.rawValue)
        }
    }

    var reasons: [Reason] {
        switch self {
        case .trusted: []
        case .rejected(let reasons): reasons
        }
    }

    var chain: [ChainLink] {
        switch self {
        case .trusted(let chain): chain
        case .rejected: []
        }
    }
}
