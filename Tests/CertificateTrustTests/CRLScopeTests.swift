import FoundationEssentials
import Testing

@testable import CertificateTrust
@testable import X509

/// Which lists are about a certificate (RFC 5280, 6.3.3 b 2 i), and which signatures are believed.
@Suite struct CRLScopeTests {
    private static func tagged(_ tag: UInt8, _ content: [UInt8]) -> [UInt8] {
        content.count < 128
            ? [tag, UInt8(content.count)] + content : [tag, 0x81, UInt8(content.count)] + content
    }

    /// An issuingDistributionPoint with these names, in DER.
    private static func idp(_ names: [[UInt8]]) -> [UInt8] {
        tagged(0x30, tagged(0xA0, tagged(0xA0, names.flatMap { $0 })))
    }

    private static func uri(_ text: String) -> [UInt8] { tagged(0x86, Array(text.utf8)) }

    private static func problem(
        _ certificate: Certificate,
        _ names: [[UInt8]]
    ) throws -> Revocation.CRLProblem? {
        let list = try CRL(MadeCRL(issuingDistributionPoint: idp(names)).der())
        let point = try #require(certificate.extensions.crlDistributionPoints.first { !$0.addresses.isEmpty })
        let issuer = try Fixtures.certificate("issuer")
        do throws(Revocation.CRLProblem) {
            _ = try list.statement(
                about: certificate,
                issuer: issuer,
                point: point,
                at: Fixtures.instant
            )
            return nil
        } catch {
            return error
        }
    }

    private static let ldap = "ldap://katalog.siths.test/cn=CA,o=Inera?certificateRevocationList"

    /// An ldap point and an http point, as many issuers write them.
    private static func twoPoints() async throws -> Certificate {
        try Certificate(
            der: await MadeCertificate.der(
                "crlDistributionPoints = one, two",
                sections: """
                    [one]
                    fullname = @directory
                    [two]
                    fullname = URI:\(Lists.issuerAddress)
                    [directory]
                    URI = \(ldap)
                    """
            )
        )
    }

    @Test func anyNameOfAnyPointIsEnough() async throws {
        let certificate = try await Self.twoPoints()
        #expect(certificate.extensions.crlDistributionPoints.count == 2)
        for names in [
            [Self.ldap], [Lists.issuerAddress], [Self.ldap, Lists.issuerAddress],
            ["http://x.test/", Self.ldap],
        ] {
            #expect(try Self.problem(certificate, names.map(Self.uri)) == nil, "\(names)")
        }
        #expect(try Self.problem(certificate, [Self.uri("http://x.test/")]) == .otherScope)
        #expect(try Self.problem(certificate, []) == .otherScope)
    }

    @Test(arguments: [
        ("HTTP://CRL1PP.Siths.TEST/testsithseidpersonhsaid3cav1.crl", true),
        ("http://crl1pp.siths.test/TESTSITHSEIDPERSONHSAID3CAV1.crl", false),
        ("http://crl1pp.siths.test/testsithseidpersonhsaid3cav1.crl?a", false),
        ("https://crl1pp.siths.test/testsithseidpersonhsaid3cav1.crl", false),
    ])
    func schemeAndHostHaveNoCase(name: String, isSame: Bool) throws {
        let login = try Fixtures.certificate("login")
        #expect(try (Self.problem(login, [Self.uri(name)]) == nil) == isSame)
    }

    @Test func directoryNamesAreCompared() async throws {
        let certificate = try Certificate(
            der: await MadeCertificate.der(
                "crlDistributionPoints = one, two",
                sections: """
                    [one]
                    fullname = dirName:directory
                    [two]
                    fullname = URI:\(Lists.issuerAddress)
                    [directory]
                    C = SE
                    CN = List  Of Revoked
                    """
            )
        )
        // The same name with other case and spaces (RFC 5280, 7.1), in another type of string.
        func name(_ commonName: String, _ tag: UInt8) -> [UInt8] {
            func attribute(_ type: UInt8, _ value: [UInt8]) -> [UInt8] {
                Self.tagged(0x31, Self.tagged(0x30, [0x06, 0x03, 0x55, 0x04, type] + value))
            }
            let country = attribute(6, Self.tagged(0x13, Array("SE".utf8)))
            return Self.tagged(
                0xA4,
                Self.tagged(0x30, country + attribute(3, Self.tagged(tag, Array(commonName.utf8))))
            )
        }
        #expect(try Self.problem(certificate, [name("list of REVOKED", 0x13)]) == nil)
        #expect(try Self.problem(certificate, [name("List Of Others", 0x0C)]) == .otherScope)
    }

    @Test func pointRelativeToTheIssuerIsWrittenOut() async throws {
        let certificate = try Certificate(
            der: await MadeCertificate.der(
                "crlDistributionPoints = one, two",
                sections: """
                    [one]
                    relativename = last
                    [two]
                    fullname = URI:\(Lists.issuerAddress)
                    [last]
                    CN = One
                    """
            )
        )
        let list = MadeCRL(
            issuingDistributionPoint: Self.tagged(
                0x30,
                Self.tagged(
                    0xA0,
                    Self.tagged(
                        0xA1,
                        Self.tagged(
                            0x30,
                            [0x06, 0x03, 0x55, 0x04, 0x03] + Self.tagged(0x0C, Array("One".utf8))
                        )
                    )
                )
            )
        )
        let point = try #require(certificate.extensions.crlDistributionPoints.last)
        let statement = try CRL(list.der()).statement(
            about: certificate,
            issuer: Fixtures.certificate("issuer"),
            point: point,
            at: Fixtures.instant
        )
        #expect(statement.status == .good)
    }

    // MARK: Forms

    @Test func listMayBePEMOrHaveSomethingBehindIt() async throws {
        let login = try Fixtures.certificate("login")
        let der = try Fixtures.crl("issuer")
        let folder = try Folder()
        let (file, output) = (try folder.write(der, to: "list"), "\(folder.path)/list.pem")
        try await OpenSSLCommand.run(["crl", "-inform", "DER", "-in", file, "-out", output])
        let pem = try Array(Data(contentsOf: URL(filePath: output)))
        for bytes in [pem, Array("Issued today\n".utf8) + pem, der + [0x0A], der + der] {
            let statement = try CRL(bytes).statement(
                about: login,
                issuer: Fixtures.certificate("issuer"),
                point: login.extensions.crlDistributionPoints[0],
                at: Fixtures.instant
            )
            #expect(statement.status == .good)
        }
        let answer = try await MadeAnswer.der(about: login)
        let issuer = try Fixtures.certificate("issuer")
        #expect(
            try OCSPResponse(der: answer + [0x0D, 0x0A]).statement(about: login, issuer: issuer, at: .now)
                .status
                == .good
        )
    }

    // MARK: Strength

    @Test(arguments: [("sha1", true), ("sha256", false)])
    func pssIsAsWeakAsItsDigest(digest: String, isWeak: Bool) async throws {
        let login = try Fixtures.certificate("login")
        var list = MadeCRL()
        list.pssDigest = digest
        func status() throws -> RevocationStatus {
            try CRL(list.der()).statement(
                about: login,
                issuer: Fixtures.certificate("issuer"),
                point: login.extensions.crlDistributionPoints[0],
                at: Fixtures.instant
            ).status
        }
        if isWeak {
            #expect(throws: Revocation.CRLProblem.weakSignature) { try status() }
        } else {
            #expect(try status() == .good)
        }
        // A certificate that is signed so is weak too.
        let folder = try Folder()
        let output = "\(folder.path)/made"
        let made = try await OpenSSLCommand.run([
            "req", "-x509", "-new", "-subj", "/CN=Made", "-\(digest)", "-sigopt", "rsa_padding_mode:pss",
            "-days",
            "100", "-key", Fixtures.keyPath("login"), "-outform", "DER", "-out", output,
        ])
        try #require(made.exitCode == 0, "\(made.said)")
        let certificate = try Certificate(der: Array(Data(contentsOf: URL(filePath: output))))
        #expect(certificate.signature.isWeak == isWeak)
        #expect(certificate.signature.digest == digest.uppercased())
    }

    // MARK: Private extensions

    @Test(
        arguments: [
            ("ASN1:UTF8STRING:9752279999900000012", "9752279999900000012"),
            ("ASN1:PRINTABLESTRING:9752279999900000012", "9752279999900000012"),
            ("DER:0500", nil), ("DER:FF", nil), ("ASN1:INTEGER:7", nil),
        ] as [(String, String?)]
    )
    func cardNumberIsReadInAnyStringAndRejectsNothing(value: String, number: String?) async throws {
        let certificate = try Certificate(
            der: await MadeCertificate.der("keyUsage = digitalSignature\n1.2.752.34.2.1 = \(value)")
        )
        #expect(certificate.cardNumber?.raw == number)
        #expect(!certificate.extensions.isMalformed)
        let verification = Verification(store: try Fixtures.store())
        let verdict = verification.verify(
            certificate,
            intermediates: [try Fixtures.certificate("issuer")],
            purpose: .login,
            at: Fixtures.instant
        )
        guard case .trusted = verdict else {
            Issue.record("\(verdict)")
            return
        }
    }

    @Test func criticalExtensionThatNobodyKnowsRejects() async throws {
        let certificate = try Certificate(
            der: await MadeCertificate.der("keyUsage = digitalSignature\n1.2.752.34.2.1 = critical, DER:0500")
        )
        let verdict = Verification(store: try Fixtures.store()).verify(
            certificate,
            intermediates: [try Fixtures.certificate("issuer")],
            purpose: .login,
            at: Fixtures.instant
        )
        guard case .rejected(let reasons) = verdict else {
            Issue.record("trusted")
            return
        }
        #expect(reasons.map(\.code) == [.unknownCriticalExtension])
    }
}
