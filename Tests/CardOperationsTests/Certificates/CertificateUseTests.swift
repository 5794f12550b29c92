import CardApplications
import CardOperations
import CertificateTrust
import Testing
import VirtualCards
import X509

/// What a certificate is for, by its key's place on the card and by its extensions.
@Suite struct CertificateUseTests {
    private static let cardAuthentication = "trust/certificates/card-authentication"

    @Test(
        arguments: [
            ("certificates/login", nil, Certificate.Use.login), ("certificates/login", .login, .login),
            ("certificates/login", .signature, .other), ("certificates/login", .other, .other),
            ("certificates/signature", nil, .signature), ("certificates/signature", .login, .signature),
            ("certificates/signature", .signature, .signature), ("certificates/signature", .other, .other),
            ("trust/certificates/no-usage", nil, .login), ("trust/certificates/no-usage", .other, .other),
            ("trust/certificates/encipherment", .login, .other), ("certificates/issuer", nil, .other),
        ] as [(String, Certificate.Use?, Certificate.Use)]
    )
    func placeOnlyTakesUsesAway(name: String, place: Certificate.Use?, use: Certificate.Use) throws {
        let certificate = CardCertificate(
            id: "",
            label: "",
            pin: nil,
            keyUse: place,
            der: try Pair.certificate(name)
        )
        #expect(certificate.use == use)
        #expect(certificate.isForLogin == (use == .login))
    }

    @Test func whatIsNoCertificateHasNoUse() {
        let certificate = CardCertificate(id: "", label: "", pin: nil, keyUse: .login, der: [])
        #expect(certificate.use == nil && !certificate.isForLogin)
    }

    /// The card of GSA's Golden PIV: its certificate of card authentication is valid and forbids client authentication.
    @Test func certificateOfCardAuthenticationIsNotJudgedForLogin() throws {
        let bench = try ImageBench(.piv) { (image: inout PIVImage) in
            try image.setCertificate("5FC101", Pair.certificate(Self.cardAuthentication))
        }
        var connection = bench.connection
        let read = try CardCertificates.read(.all([]), from: &connection)
        #expect(read.certificates.map(\.id) == ["9A", "9C", "9D", "9E"])
        #expect(read.certificates.map(\.use) == [.login, .signature, .other, .other])
        let examiner = Examiner(
            verification: Verification(
                store: try TrustStore.load(path: OperationBench.fixtures + "/pki/certificates/root.pem")
            ),
            revocation: Revocation(policy: .off, cache: .standard)
        )
        let issuer = CardCertificate(
            id: "",
            label: "",
            pin: nil,
            der: try Pair.certificate("certificates/issuer")
        )
        let examined = ExaminedCertificate.examine(
            read.certificates.map { ExaminedCertificate.Subject($0) },
            by: examiner,
            at: .now
        ) { [issuer] }
        #expect(examined.allSatisfy { $0.isTrusted })
        let purposes = examined.map { item -> Purpose? in
            guard case .examined(let examination) = item.outcome else { return nil }
            return examination.purpose
        }
        #expect(purposes == [.login, .signing, .any, .any])
    }

    @Test(arguments: ["5FC101", "5FC10B"])
    func loginCertificatesAreThoseOfTheLoginSlot(object: String) throws {
        let bench = try ImageBench(.piv) { (image: inout PIVImage) in
            try image.setCertificate(object, Pair.certificate("certificates/login"))
            image.objects.removeAll { $0.tag.text == "5FC105" }
        }
        var connection = bench.connection
        let facts = try CardFacts.read(
            CardFacts.Wish(loginCertificates: true),
            product: nil,
            from: &connection,
            until: .now + .seconds(60)
        )
        #expect(facts.loginCertificates.isEmpty)
    }
}

extension PIVImage {
    /// Puts a certificate that is not packed into the object with this tag.
    mutating func setCertificate(_ tag: String, _ der: [UInt8]) throws {
        let index = try #require(objects.firstIndex { $0.tag.text == tag })
        func object(_ tag: UInt8, _ value: [UInt8]) -> [UInt8] {
            [tag, 0x82, UInt8(value.count >> 8), UInt8(value.count & 0xFF)] + value
        }
        objects[index].content = HexBytes(object(0x53, object(0x70, der) + [0x71, 0x01, 0x00, 0xFE, 0x00]))
    }
}
