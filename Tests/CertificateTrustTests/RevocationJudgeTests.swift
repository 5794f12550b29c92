import Testing

@testable import CertificateTrust

/// Our verdicts beside those of `openssl verify -crl_check`, with the same lists.
@Suite struct RevocationJudgeTests {
    private static let alone = [VerificationCase("on-hold"), VerificationCase("no-address")]

    /// OpenSSL takes any list of the issuer; we take one from an address that the certificate names.
    private static let differing: Set = [
        "p256", "p384", "ed25519", "addresses", "hostile-name", "encipherment", "no-address",
    ]

    @Test(arguments: VerificationCase.all + alone)
    func theVerdictIsThatOfOpenSSLOrTheDifferenceIsKnown(row: VerificationCase) async throws {
        // In the test PKI the certificates of all issuers name one address.
        let list = row.name.hasPrefix("personid3") ? "personid3" : "issuer"
        let found = try Fixtures.examine(
            row.name,
            row.purpose,
            anchors: row.anchors,
            issuers: row.issuers,
            lists: [Lists.issuerAddress: list, Lists.rootAddress: "root"],
            requiresRevocation: true
        )
        // The certificate alone, and the whole chain.
        for (option, findings) in [
            ("-crl_check", Array(found.findings.prefix(1))), ("-crl_check_all", found.findings),
        ] {
            let theirs = try await OpenSSLCommand.verify(
                Fixtures.path(row.name),
                anchors: row.anchors.map(Fixtures.certificate),
                helpers: row.issuers.filter { $0 != row.name }.map(Fixtures.certificate),
                purpose: row.purpose == .login ? "sslclient" : nil,
                at: Fixtures.instant,
                more: [option] + Self.lists
            )
            if !row.ours.isEmpty {
                #expect(!found.isTrusted)
                #expect(!theirs.isEmpty || row.difference != nil)
            } else if Self.differing.contains(row.name) {
                #expect(!found.isTrusted)
                #expect(theirs.isEmpty)
            } else {
                #expect(theirs == Self.number(of: findings))
            }
        }
        if row.ours.isEmpty { #expect(found.isTrusted == (Self.number(of: found.findings) == [])) }
    }

    private static let lists = ["issuer", "root", "personid3"].flatMap { name in
        ["-CRLfile", "\(Fixtures.pki)/trust/crls/\(name).crl"]
    }

    /// What the command says of the same, which ends at the first: 23 is revoked, 3 that there is no list.
    private static func number(of findings: [Revocation.Finding]) -> [Int32] {
        findings.lazy.compactMap { finding -> Int32? in
            switch finding.status {
            case .good: nil
            case .revoked: 23
            case .unknown, .unchecked: 3
            }
        }.prefix(1).map { $0 }
    }
}
