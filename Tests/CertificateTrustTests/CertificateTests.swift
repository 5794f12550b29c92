import FoundationEssentials
import Testing

@testable import CertificateTrust
@testable import X509

/// Reading certificates, hostile ones included.
@Suite struct CertificateTests {
    /// Certificates whose names need no escaping.
    static let plain = [
        "login", "signature", "reservkort-login", "root", "issuer", "hsaid2-login", "personid3-login",
        "function",
        "p256", "p384", "other-root", "expired", "sha1",
    ]

    @Test(arguments: plain)
    func namesNumbersAndTimesAreThoseOfOpenSSL(name: String) async throws {
        let certificate = try Fixtures.certificate(name)
        let answer = try await OpenSSLCommand.run([
            "x509", "-in", Fixtures.path(name), "-noout", "-subject", "-issuer", "-serial", "-startdate",
            "-enddate", "-dateopt", "iso_8601", "-nameopt", "esc_2253,utf8,dn_rev,sep_comma_plus_space,sname",
        ])
        func iso(_ instant: Instant) -> String {
            instant.description.replacing("T", with: " ")
        }
        let serial = certificate.serialNumber.map { byte in
            let text = String(byte, radix: 16, uppercase: true)
            return text.count == 1 ? "0\(text)" : text
        }.joined()
        #expect(
            answer.said.split(separator: "\n").map(String.init) == [
                "subject=\(certificate.subject)", "issuer=\(certificate.issuer)", "serial=\(serial)",
                "notBefore=\(iso(certificate.notBefore))", "notAfter=\(iso(certificate.notAfter))",
            ]
        )
    }

    @Test func aLoginCertificateIsReadWhole() throws {
        let certificate = try Fixtures.certificate("login")
        let extensions = certificate.extensions
        #expect(certificate.key.kind == .rsa)
        #expect(certificate.key.bits == 2048)
        #expect(certificate.signature.name == "RSA-SHA256")
        #expect(certificate.signature.digest == "SHA256")
        #expect(extensions.keyUsage == [.digitalSignature])
        #expect(
            extensions.extendedKeyUsage?.map(\.dotted) == [
                "1.3.6.1.5.5.7.3.2", "1.3.6.1.5.5.7.3.4", "1.3.6.1.4.1.311.20.2.2",
            ]
        )
        #expect(
            extensions.policies.map(\.dotted) == ["1.2.752.74.8.3", "1.2.752.74.8.31", "1.2.752.74.8.21"]
        )
        #expect(!extensions.isAuthority)
        #expect(extensions.emailAddresses.map(\.raw) == ["testina.provkort@testregionen.example.test"])
        #expect(
            extensions.principalNames.map(\.raw)
                == ["testina.provkort@inloggning.testregionen.example.test"]
        )
        #expect(
            extensions.crlDistributionPoints.map(\.addresses)
                == [["http://crl1pp.siths.test/testsithseidpersonhsaid3cav1.crl"]]
        )
        #expect(extensions.ocspAddresses == ["http://ocsp1pp.siths.test"])
        #expect(!extensions.isMalformed)
    }

    @Test func anAuthorityIsReadWhole() throws {
        let issuer = try Fixtures.certificate("issuer").extensions
        #expect(issuer.isAuthority)
        #expect(issuer.keyUsage == [.keyCertSign, .cRLSign])
        #expect(issuer.extendedKeyUsage == nil)
        let root = try Fixtures.certificate("root").extensions
        #expect(root.isAuthority)
        #expect(try Fixtures.certificate("no-usage").extensions.keyUsage == nil)
        #expect(try Fixtures.certificate("responder").extensions.needsNoRevocationCheck)
    }

    @Test(arguments: [
        ("p256", "prime256v1", 256), ("p384", "secp384r1", 384), ("p224", "secp224r1", 224),
    ])
    func curvesAreNamed(name: String, curve: String, bits: Int) throws {
        let key = try Fixtures.certificate(name).key
        #expect(key.kind == .ellipticCurve(curve))
        #expect(key.bits == bits)
    }

    // MARK: SITHS

    @Test func holdersAreToldApartByTheFormOfTheirNumber() throws {
        #expect(try Fixtures.certificate("login").holderNumber == .hsaID("SE2321000000-1A2B"))
        #expect(try Fixtures.certificate("personid3-login").holderNumber == .personalNumber("191212121212"))
        #expect(try Fixtures.certificate("root").holderNumber == nil)
    }

    @Test func theLevelIsTheIssuers() throws {
        #expect(try Fixtures.certificate("login").levelOfAssurance == 3)
        #expect(try Fixtures.certificate("personid3-login").levelOfAssurance == 3)
        #expect(try Fixtures.certificate("hsaid2-login").levelOfAssurance == 2)
        #expect(try Fixtures.certificate("function").levelOfAssurance == nil)
        #expect(try Fixtures.certificate("under-sha1-root").levelOfAssurance == nil)
        #expect(try Fixtures.certificate("login").isOfTestIssuer)
    }

    @Test func theCardNumberIsThatOnTheCard() throws {
        #expect(try Fixtures.certificate("login").cardNumber?.raw == "9752279999900000012")
        #expect(try Fixtures.certificate("hsaid2-login").cardNumber?.raw == "9752279999900000039")
        #expect(try Fixtures.certificate("root").cardNumber == nil)
    }

    @Test func aReservkortIsKnownByItsLifetime() throws {
        #expect(try Fixtures.certificate("reservkort-login").lifetime == .temporary)
        #expect(try Fixtures.certificate("login").lifetime == .ordinary)
    }

    // MARK: Hostile

    @Test func addressesOfOtherSchemesAreNeverUsed() throws {
        let extensions = try Fixtures.certificate("addresses").extensions
        #expect(
            extensions.crlDistributionPoints.map(\.addresses) == [
                [], [], ["http://crl1pp.siths.test/one.crl", "http://crl2pp.siths.test/one.crl"],
                ["http://crl1pp.siths.test/indirect.crl"], ["http://crl1pp.siths.test/reasons.crl"],
            ]
        )
        #expect(extensions.crlDistributionPoints.map(\.isIndirect) == [false, false, false, true, false])
        #expect(
            extensions.crlDistributionPoints.map(\.isForSomeReasons) == [false, false, false, false, true]
        )
        #expect(extensions.ocspAddresses == ["https://ocsp.siths.test/x"])
        #expect(extensions.issuerAddresses == ["HTTP://aia.siths.test/a.cer"])
        #expect(
            extensions.refusedAddresses.map(\.raw) == [
                "ldap://katalog.siths.test/cn=TEST?certificateRevocationList", "file:///etc/passwd",
                "ftp://ocsp.siths.test",
            ]
        )
    }

    @Test(arguments: [
        "http://", "http:///path", "http://user@host/", "http://user:secret@host", "http://host/a b",
        "http://host/\u{1}", "http://høst/", "javascript:alert(1)", "file:///etc/passwd", "//host", "",
        "http:/host", "http://host/" + String(repeating: "a", count: 512),
    ])
    func oddAddressesAreRefused(address: String) { #expect(!WebAddress.isUsable(address)) }

    @Test(arguments: ["http://a", "https://a:8443/b?c=d", "HTTP://[::1]/crl"])
    func ordinaryAddressesAreTaken(address: String) { #expect(WebAddress.isUsable(address)) }

    @Test func everyCutOfACertificateIsAnError() throws {
        let der = try Fixtures.der("p256")
        for length in 0..<der.count {
            let error = #expect(throws: CertificateError.self) {
                try Certificate(der: Array(der.prefix(length)))
            }
            guard case .notACertificate(let said) = error else {
                Issue.record("\(length): \(String(describing: error))")
                continue
            }
            #expect(!said.entries.isEmpty || length == 0)
        }
    }

    @Test func everyTouchedByteIsReadOrRefused() throws {
        let der = try Fixtures.der("addresses")
        let verification = Verification(store: try Fixtures.store(["root", "issuer"]))
        for index in der.indices {
            for mask: UInt8 in [0x01, 0x80, 0xFF] {
                var touched = der
                touched[index] ^= mask
                guard let certificate = try? Certificate(der: touched) else { continue }
                let verdict = verification.verify(certificate, purpose: .login, at: Fixtures.instant)
                #expect(!verdict.reasons.isEmpty)
                #expect(!certificate.subject.description.unicodeScalars.contains { $0.value < 0x20 })
            }
        }
    }

    @Test func bytesAfterTheCertificateAreRefused() throws {
        let der = try Fixtures.der("login")
        #expect(throws: CertificateError.trailingBytes(count: 2)) { try Certificate(der: der + [0, 0]) }
    }

    @Test func anOversizedOneIsRefusedBeforeItIsRead() {
        let bytes = [UInt8](repeating: 0x30, count: Certificate.maximumSize + 1)
        #expect(throws: CertificateError.tooLarge(limit: Certificate.maximumSize)) {
            try Certificate(der: bytes)
        }
    }

    @Test func timesThatAreNoneAreRefused() throws {
        let der = try Fixtures.der("login").replacing(
            Array("260101000000Z".utf8),
            with: Array("261301000000Z".utf8)
        )
        #expect(throws: CertificateError.invalidTime) { try Certificate(der: der) }
    }

    @Test(arguments: [
        (0, "1970-01-01T00:00:00Z"), (-1, "1969-12-31T23:59:59Z"), (951_782_400, "2000-02-29T00:00:00Z"),
        (1_893_456_000, "2030-01-01T00:00:00Z"), (253_402_300_799, "9999-12-31T23:59:59Z"),
        (4_107_542_400, "2100-03-01T00:00:00Z"), (-62_135_596_800, "0001-01-01T00:00:00Z"),
    ])
    func instantsAreWrittenAsRFC3339(seconds: Int64, text: String) {
        #expect(Instant(seconds: seconds).description == text)
    }
}
