import Testing

@testable import CertificateTrust
@testable import X509

/// Every reason, and the facts that come with it.
@Suite struct ReasonTests {
    private func reasons(
        _ name: String,
        _ purpose: Purpose = .login,
        anchors: [String] = ["root"],
        issuers: [String] = Fixtures.issuers
    ) throws -> [Reason] {
        let store = try Fixtures.store(anchors)
        let issuers = try issuers.filter { $0 != name }.map(Fixtures.certificate)
        return Verification(store: store)
            .verify(
                try Fixtures.certificate(name),
                intermediates: issuers,
                purpose: purpose,
                at: Fixtures.instant
            )
            .reasons
    }

    private func subject(_ name: String) throws -> ChainLink {
        ChainLink(certificate: try Fixtures.certificate(name), origin: .subject)
    }

    private func issuer(_ name: String) throws -> ChainLink {
        ChainLink(certificate: try Fixtures.certificate(name), origin: .handedIn)
    }

    @Test(arguments: Provocation.all)
    func theReasonIsGivenWithItsFacts(row: Provocation) throws {
        let reason = try row.reason()
        #expect(reason.code == row.code)
        #expect(try row.found() == [reason])
    }

    @Test func everyReasonIsProvoked() {
        // Those of the cases are compared in JudgeTests; OpenSSL fails for want of memory alone (AllocationFaultTests).
        let codes =
            VerificationCase.all.flatMap(\.ours) + Provocation.all.map(\.code.rawValue) + ["not-checked"]
        #expect(Set(codes) == Set(Reason.Code.allCases.map(\.rawValue)))
    }

    @Test func aMissingStoreIsNamedAsAnEmptyOneIs() throws {
        let path = "\(try Folder().path)/nothing"
        let verdict = Verification(store: try TrustStore.load(path: path)).verify(
            try Fixtures.certificate("login"),
            purpose: .login,
            at: Fixtures.instant
        )
        #expect(verdict == .rejected([.noAnchors(path: path)]))
    }

    @Test func anIntermediateAloneIsNoAnchor() throws {
        let store = try Fixtures.store(["issuer"])
        #expect(store.anchors.isEmpty)
        #expect(store.intermediates.count == 1)
        let verdict = Verification(store: store).verify(
            try Fixtures.certificate("login"),
            purpose: .login,
            at: Fixtures.instant
        )
        #expect(verdict == .rejected([.noAnchors(path: store.path)]))
    }

    @Test func aMissingIssuerComesWithTheAddressThatTheCertificateGives() throws {
        let address = "http://aia.siths.test/testsithseidpersonhsaid3cav1.cer"
        #expect(
            try reasons("login", issuers: []) == [.issuerMissing(subject("login"), addresses: [address])]
        )
    }

    @Test func anIssuerOfTheSameNameAndAnotherKeyIsShown() throws {
        let expected = Reason.issuerKeyDiffers(
            try subject("by-impostor"),
            candidates: [try issuer("issuer")]
        )
        #expect(try reasons("by-impostor") == [expected])
    }

    @Test func theRootThatWouldHaveToBeTrustedIsShown() throws {
        let found = try reasons("by-impostor", issuers: ["impostor", "other-root"])
        #expect(found == [.rootNotTrusted(try issuer("other-root"))])
    }

    @Test func theExpiredOneOfAChainIsShown() throws {
        #expect(
            try reasons("under-expired-ca") == [.expired(issuer("expired-ca"), at: Fixtures.instant)]
        )
        #expect(
            try reasons("not-yet-valid") == [.notYetValid(subject("not-yet-valid"), at: Fixtures.instant)]
        )
    }

    @Test func severalReasonsAreReportedTogether() throws {
        let found = try reasons("expired-server")
        #expect(
            found == [
                .expired(try subject("expired-server"), at: Fixtures.instant),
                .extendedKeyUsage(
                    try subject("expired-server"),
                    needed: .clientAuthentication,
                    present: [ObjectID("1.3.6.1.5.5.7.3.1")]
                ),
            ]
        )
    }

    @Test func usesAreShownAsTheyAre() throws {
        #expect(
            try reasons("signature") == [
                .keyUsage(subject("signature"), needed: .digitalSignature, present: [.nonRepudiation])
            ]
        )
        #expect(
            try reasons("no-usage", .signing) == [
                .keyUsage(subject("no-usage"), needed: .nonRepudiation, present: nil)
            ]
        )
        let serverOnly = [ObjectID("1.3.6.1.5.5.7.3.1")]
        #expect(
            try reasons("under-server-ca") == [
                .extendedKeyUsage(
                    issuer("server-ca"),
                    needed: .clientAuthentication,
                    present: serverOnly
                )
            ]
        )
    }

    @Test func theAuthorityThatBreaksARuleIsShown() throws {
        #expect(try reasons("path-too-long") == [.pathTooLong(issuer("issuer"))])
        #expect(try reasons("under-no-cert-sign") == [.mayNotIssue(issuer("no-cert-sign-ca"))])
        #expect(try reasons("under-login").contains(.notAnAuthority(issuer("login"))))
    }

    @Test(arguments: [
        ("constrained-outside", Reason.NameProblem.notPermitted), ("constrained-excluded", .excluded),
        ("constrained-unsupported", .notComparable),
    ])
    func whatIsWrongWithANameIsShown(name: String, problem: Reason.NameProblem) throws {
        #expect(try reasons(name) == [.nameNotPermitted(subject(name), problem)])
    }

    @Test func unknownCriticalExtensionsAreNamed() throws {
        let expected = Reason.unknownCriticalExtension(
            try subject("unknown-critical"),
            [ObjectID("1.2.752.999.1")]
        )
        #expect(try reasons("unknown-critical") == [expected])
    }

    @Test func weakPartsAreShownWhereTheyAre() throws {
        #expect(try reasons("rsa1024") == [.weakKey(subject("rsa1024"), minimumBits: 2048)])
        #expect(try reasons("under-weak-ca") == [.weakKey(issuer("weak-ca"), minimumBits: 2048)])
        #expect(try reasons("p224") == [.weakKey(subject("p224"), minimumBits: 256)])
        #expect(try reasons("under-sha1-ca") == [.weakSignature(issuer("sha1-ca"))])
        #expect(try reasons("roca") == [.rocaKey(subject("roca"))])
    }

    @Test func whatOnlyOpenSSLHasAWordForComesWithItsCode() throws {
        guard case .other(let link, let code, let text) = try reasons("under-explicit-ca").first else {
            Issue.record("another reason")
            return
        }
        #expect(link == (try issuer("explicit-ca")))
        #expect(code == 94)
        #expect(text.contains("explicit"))
    }

    @Test func aTrustedChainLeadsToItsFile() throws {
        let store = try Fixtures.store()
        let verdict = Verification(store: store).verify(
            try Fixtures.certificate("login"),
            intermediates: [try Fixtures.certificate("issuer")],
            purpose: .login,
            at: Fixtures.instant
        )
        #expect(
            verdict.chain == [
                try subject("login"), try issuer("issuer"),
                ChainLink(
                    certificate: try Fixtures.certificate("root"),
                    origin: .file("\(store.path)/root.der")
                ),
            ]
        )
    }

    @Test func issuersOfTheStoreHelp() throws {
        let store = try Fixtures.store(["root", "issuer"])
        let verdict = Verification(store: store).verify(
            try Fixtures.certificate("login"),
            purpose: .login,
            at: Fixtures.instant
        )
        #expect(verdict.chain.map(\.origin).dropFirst().first == .file("\(store.path)/issuer.der"))
    }

    @Test func aTouchedByteIsNoticed() throws {
        var der = try Fixtures.der("login")
        der[der.count - 1] ^= 1
        let certificate = try Certificate(der: der)
        let verdict = Verification(store: try Fixtures.store()).verify(
            certificate,
            intermediates: [try Fixtures.certificate("issuer")],
            purpose: .login,
            at: Fixtures.instant
        )
        #expect(verdict.reasons.map(\.code) == [.signatureInvalid])
    }
}
