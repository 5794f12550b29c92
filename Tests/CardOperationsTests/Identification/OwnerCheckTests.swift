import COpenSSL
import CardApplications
import CardCore
import CardOperations
import CertificateTrust
import Configuration
import Testing
import VirtualCards
import X509

/// Whose card it is, by trusted certificates and the file of owners.
@Suite struct OwnerCheckTests {
    private static func owner(
        _ ders: [[UInt8]],
        _ check: OwnerCheck,
        at instant: Instant = .now,
        lacksSome: Bool = false
    ) -> IdentifiedCard.Owner {
        let certificates = ders.enumerated().map { number, der in
            CardCertificate(id: "\(number)", label: "", pin: nil, der: der)
        }
        return check.owner(of: CardFacts(certificates, lacksSome: lacksSome), at: instant) { [] }
    }

    private static func unreadable() throws(TrustStore.Failure) -> Examiner {
        let store = try TrustStore.load(path: "/dev/null")
        return Examiner(
            verification: Verification(store: store),
            revocation: Revocation(policy: .off, cache: nil)
        )
    }

    // MARK: The software cards

    private static let anna = "[User anna]\nHSAID=SE2321000000-1A2B"

    @Test(arguments: [
        "HSAID=SE2321000000-1A2B", "SerialNumber=SE2321000000-1A2B",
        "Mail=testina.provkort@TESTREGIONEN.example.test",
        "UPN=Testina.Provkort@inloggning.testregionen.example.test",
        "HSAID=SE2321000000-9Z9Z; SE2321000000-1A2B",
        "Mail=other@example.test;testina.provkort@testregionen.example.test;",
    ])
    func aTrustedLoginCertificateBelongsToTheUserWhoHasWhatItSays(line: String) throws {
        let check = try TestTrust.check(
            Owners.map("[User bo]", "HSAID=SE2321000000-3C4D", "[User anna]", line)
        )
        for profile in [CardProfile.siths, .fineidHealth, .piv, .openpgp, .gids, .idprime940] {
            let bench = try AnyCardBench(profile)
            var connection = bench.connection
            let identifier = CardIdentifier(owners: check)
            let facts = try identifier.read(from: &connection, atr: bench.wire.atr)
            #expect(check.owner(of: facts, at: TestTrust.instant) { [] } == .user("anna"), "\(profile)")
        }
    }

    @Test(arguments: [
        "HSAID=SE2321000000-1A2C", "SerialNumber=SE2321000000-1a2b", "SerialNumber=2321000000-1A2B",
        "Mail=Testina.provkort@testregionen.example.test", "Mail=provkort@testregionen.example.test",
        "UPN=testina.provkort@testregionen.example.test",
        "Mail=testina.provkort@inloggning.testregionen.example.test",
    ])
    func whoeverHasSomethingElseDoesNotOwnIt(line: String) throws {
        let check = try TestTrust.check(Owners.map("[User anna]", line))
        let login = try TestTrust.der("certificates/login.der")
        #expect(Self.owner([login], check, at: TestTrust.instant) == .nobody)
    }

    @Test func theFingerprintIsOfOneCertificateAlone() throws {
        let login = try TestTrust.der("certificates/login.der")
        let fingerprint = try Hex.string(of: Certificate(der: login).fingerprint)
        let check = try TestTrust.check(Owners.map("[User anna]", "Fingerprint=\(fingerprint.lowercased())"))
        #expect(Self.owner([login], check, at: TestTrust.instant) == .user("anna"))
        let reservkort = try TestTrust.der("certificates/reservkort-login.der")
        #expect(Self.owner([reservkort], check, at: TestTrust.instant) == .nobody)
    }

    @Test func aCertificateToSignWithTellsNothing() throws {
        let check = try TestTrust.check(Owners.map(Self.anna))
        let signature = try TestTrust.der("certificates/signature.der")
        #expect(Self.owner([signature], check, at: TestTrust.instant) == .nobody)
        let both = try TestCertificate(
            attributes: [TestCertificate.serialNumber("SE2321000000-1A2B")],
            keyUsage: "critical,digitalSignature,nonRepudiation"
        ).der
        #expect(Self.owner([both], check) == .nobody)
    }

    // MARK: Trust

    @Test func whatIsNotTrustedIsNobodys() throws {
        let map = try Owners.map(Self.anna)
        let names = [TestCertificate.serialNumber("SE2321000000-1A2B")]
        let good = try TestCertificate(attributes: names).der
        #expect(Self.owner([good], try TestTrust.check(map)) == .user("anna"))
        // Another root.
        let others = try TestTrust.check(map, ["trust/certificates/other-root.der"])
        #expect(Self.owner([good], others) == .nobody)
        let late = try TestCertificate(attributes: names, notBefore: -200, notAfter: -100).der
        #expect(Self.owner([late], try TestTrust.check(map)) == .nobody)
        let early = try TestCertificate(attributes: names, notBefore: 100, notAfter: 200).der
        #expect(Self.owner([early], try TestTrust.check(map)) == .nobody)
        var forged = good
        forged[forged.count - 1] ^= 1
        #expect(Self.owner([forged], try TestTrust.check(map)) == .nobody)
        #expect(Self.owner([[0x30, 0x00], []], try TestTrust.check(map)) == .nobody)
        #expect(Self.owner([], try TestTrust.check(map)) == .nobody)
    }

    @Test func aCheckThatCouldNotBeFinishedIsNotTakenForAnAnswer() throws {
        let map = try Owners.map(Self.anna)
        let good = try TestCertificate(attributes: [TestCertificate.serialNumber("SE2321000000-1A2B")]).der
        #expect(Self.owner([good], try TestTrust.check(map, [])) == .unknown)
        let demanding = try TestTrust.check(map, revocation: .cached, requires: true)
        #expect(Self.owner([good], demanding) == .unknown)
        let broken = OwnerCheck(map) { () throws(TrustStore.Failure) in
            return try Self.unreadable()
        }
        #expect(Self.owner([good], broken) == .unknown)
        #expect(Self.owner([], try TestTrust.check(map), lacksSome: true) == .unknown)
        // What one says for certain is not undone by another that cannot be read.
        #expect(Self.owner([good], try TestTrust.check(map), lacksSome: true) == .user("anna"))
    }

    @Test func theTrustStoreIsNotEvenReadForACertificateThatNobodyHas() throws {
        let check = OwnerCheck(try Owners.map("[User bo]", "HSAID=SE2321000000-3C4D")) {
            () throws(TrustStore.Failure) in
            Issue.record("somebody asked")
            return try Self.unreadable()
        }
        let good = try TestCertificate(attributes: [TestCertificate.serialNumber("SE2321000000-1A2B")]).der
        #expect(Self.owner([good], check) == .nobody)
    }

    @Test func anIssuerThatIsMissingIsAskedOfTheCardOnce() throws {
        let check = try TestTrust.check(Owners.map(Self.anna), ["certificates/root.der"])
        let login = try TestTrust.der("certificates/login.der")
        let facts = CardFacts([CardCertificate(id: "45", label: "", pin: nil, der: login)])
        #expect(check.owner(of: facts, at: TestTrust.instant) { [] } == .nobody)
        let issuer = try TestTrust.der("certificates/issuer.der")
        var times = 0
        let owner = check.owner(of: facts, at: TestTrust.instant) {
            times += 1
            return [CardCertificate(id: "1", label: "", pin: nil, der: issuer)]
        }
        #expect(owner == .user("anna") && times == 1)
    }

    // MARK: Two users

    @Test func whatBelongsToTwoBelongsToNobody() throws {
        let map = try Owners.map(Self.anna, "[User bo]", "Mail=bo@example.test", "HSAID=SE2321000000-3C4D")
        let check = try TestTrust.check(map)
        let numbers = ["SE2321000000-1A2B", "SE2321000000-3C4D"]
        let mixed = try TestCertificate(
            attributes: [TestCertificate.serialNumber(numbers[0])],
            names: [TestCertificate.mail(Array("bo@example.test".utf8))]
        ).der
        #expect(Self.owner([mixed], check) == .nobody)
        let certificates = try numbers.map {
            try TestCertificate(attributes: [TestCertificate.serialNumber($0)]).der
        }
        #expect(Self.owner([certificates[0]], check) == .user("anna"))
        #expect(Self.owner([certificates[1]], check) == .user("bo"))
        #expect(Self.owner(certificates, check) == .nobody)
        #expect(Self.owner(certificates.reversed(), check) == .nobody)
        // One of them is not trusted.
        let expired = try TestCertificate(
            attributes: [TestCertificate.serialNumber(numbers[1])],
            notBefore: -200,
            notAfter: -100
        ).der
        #expect(Self.owner([certificates[0], expired], check) == .user("anna"))
    }

    // MARK: Hostile names

    private static let mail = "anna@example.test"

    @Test(arguments: [
        // Nearly the right one.
        "anna@example.test\u{0}", "\u{0}anna@example.test", "anna@example.test\u{0}.attacker.test",
        " anna@example.test",
        "anna@example.test ", "anna", "@", "", "anna@", "a\u{0}nna@example.test", "anna@example.test.",
        "bo@anna@example.test",
    ])
    func aNameThatIsNearlyTheRightOneIsAnother(text: String) throws {
        let check = try TestTrust.check(
            Owners.map("[User anna]", "Mail=\(Self.mail)", "UPN=\(Self.mail)", "SerialNumber=\(Self.mail)")
        )
        let bytes = Array(text.utf8)
        let variants = [
            TestCertificate(names: [TestCertificate.mail(bytes)]),
            TestCertificate(names: [TestCertificate.upn(bytes)]),
            TestCertificate(attributes: [("serialNumber", V_ASN1_UTF8STRING, bytes)]),
        ]
        for variant in variants { #expect(Self.owner([try variant.der], check) == .nobody) }
        // The same certificates with the right one.
        let right = Array(Self.mail.utf8)
        for variant in [
            TestCertificate(names: [TestCertificate.mail(right)]),
            TestCertificate(names: [TestCertificate.upn(right)]),
            TestCertificate(attributes: [("serialNumber", V_ASN1_UTF8STRING, right)]),
        ] {
            #expect(Self.owner([try variant.der], check) == .user("anna"))
        }
    }

    /// An address in place of a principal name, another otherName, another string type, and a principal name in place of an address.
    @Test func aNameOfAnotherKindTellsNothing() throws {
        let upn = try TestTrust.check(Owners.map("[User anna]", "UPN=\(Self.mail)"))
        let bytes = Array(Self.mail.utf8)
        for name in [
            TestCertificate.mail(bytes), TestCertificate.upn(bytes, type: 0x04),
            TestCertificate.upn(bytes, kind: 0x16),
            TestCertificate.tlv(0x82, bytes), TestCertificate.tlv(0x86, bytes),
        ] {
            #expect(Self.owner([try TestCertificate(names: [name]).der], upn) == .nobody)
        }
        let mail = try TestTrust.check(Owners.map("[User anna]", "Mail=\(Self.mail)"))
        let subject = TestCertificate(attributes: [("emailAddress", V_ASN1_IA5STRING, bytes)])
        for variant in [TestCertificate(names: [TestCertificate.upn(bytes)]), subject] {
            #expect(Self.owner([try variant.der], mail) == .nobody)
        }
    }

    @Test func aCertificateWithSeveralNumbersIsKnownByNoneOfThem() throws {
        let check = try TestTrust.check(Owners.map(Self.anna))
        let number = TestCertificate.serialNumber("SE2321000000-1A2B")
        for other in [
            TestCertificate.serialNumber("SE2321000000-3C4D"), number, TestCertificate.serialNumber(""),
        ] {
            for attributes in [[number, other], [other, number]] {
                #expect(Self.owner([try TestCertificate(attributes: attributes).der], check) == .nobody)
            }
        }
    }

    @Test func theStringTypeOfANumberMakesNoDifference() throws {
        let check = try TestTrust.check(Owners.map("[User anna]", "SerialNumber=åäö1"))
        let wide = Array("åäö1".utf16).flatMap { [UInt8($0 >> 8), UInt8($0 & 0xFF)] }
        let values: [(Int32, [UInt8])] = [
            (V_ASN1_UTF8STRING, Array("åäö1".utf8)), (V_ASN1_BMPSTRING, wide),
            (V_ASN1_T61STRING, [0xE5, 0xE4, 0xF6, 0x31]),
        ]
        for (kind, value) in values {
            let der = try TestCertificate(attributes: [("serialNumber", kind, value)]).der
            #expect(Self.owner([der], check) == .user("anna"))
        }
        // What Unicode calls the same is not.
        let decomposed = try TestCertificate(
            attributes: [TestCertificate.serialNumber("a\u{30A}a\u{308}o\u{308}1", V_ASN1_UTF8STRING)]
        ).der
        #expect(Self.owner([decomposed], check) == .nobody)
    }

    @Test func severalAddressesOfOneHolderAreHers() throws {
        let check = try TestTrust.check(
            Owners.map("[User anna]", "Mail=\(Self.mail)", "UPN=anna@login.example.test")
        )
        let names = [
            TestCertificate.mail(Array("other@example.test".utf8)),
            TestCertificate.mail(Array(Self.mail.utf8)),
            TestCertificate.upn(Array("ANNA@login.Example.test".utf8)), TestCertificate.mail([]),
        ]
        #expect(Self.owner([try TestCertificate(names: names).der], check) == .user("anna"))
    }
}
