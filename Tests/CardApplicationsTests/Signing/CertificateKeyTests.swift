import CardApplications
import FoundationEssentials
import Testing

/// What kind of key a certificate has, from its bytes alone.
@Suite struct CertificateKeyTests {
    private func certificate(_ name: String) throws -> [UInt8] {
        let parts = #filePath.split(separator: "/").dropLast(4)
        let path = "/" + parts.joined(separator: "/") + "/Fixtures/pki/\(name).der"
        return Array(try Data(contentsOf: URL(filePath: path)))
    }

    @Test(
        arguments: [
            ("certificates/login", CertificateKey.rsa(bits: 2_048)), ("certificates/root", .rsa(bits: 4_096)),
            ("signing/rsa1024", .rsa(bits: 1_024)), ("signing/rsa3072", .rsa(bits: 3_072)),
            ("signing/p256", .ec(.p256)), ("signing/p384", .ec(.p384)),
        ]
    )
    func theKindAndSizeOfTheKeyAreRead(name: String, key: CertificateKey) throws {
        #expect(CertificateKey(certificate: try certificate(name)) == key)
    }

    /// A signature by such a key shows nothing, so that no PIN is asked for one.
    @Test(arguments: ["roca", "exponent-one"])
    func keyThatAnybodyCanSignWithIsNotAsked(name: String) throws {
        #expect(CertificateKey(certificate: try certificate("trust/certificates/\(name)")) == nil)
    }

    @Test func otherCurvesAndWhatIsNoCertificateAreNoKey() throws {
        let der = try certificate("signing/p256")
        let curve: [UInt8] = [0x2A, 0x86, 0x48, 0xCE, 0x3D, 0x03, 0x01, 0x07]
        let place = try #require(der.indices.first { der[$0...].starts(with: curve) })
        var other = der
        other[place + 7] = 0x01
        #expect(CertificateKey(certificate: other) == nil)
        #expect(CertificateKey(certificate: []) == nil)
        #expect(CertificateKey(certificate: [0x30, 0x00]) == nil)
        #expect(CertificateKey(certificate: [UInt8](repeating: 0x30, count: 20_000)) == nil)
    }

    /// Every cut and every changed byte is a key or none, and never a trap.
    @Test(arguments: ["certificates/login", "signing/p384"])
    func damagedCertificatesAreReadOrNot(name: String) throws {
        let der = try certificate(name)
        for length in 0..<der.count { #expect(CertificateKey(certificate: Array(der.prefix(length))) == nil) }
        for position in der.indices {
            for mask in [0x01, 0x80, 0xFF] as [UInt8] {
                var damaged = der
                damaged[position] ^= mask
                if case .rsa(let bits) = CertificateKey(certificate: damaged) {
                    #expect((512...8_192).contains(bits))
                }
            }
        }
    }

    @Test func aCertificateForSignaturesIsNotForLogin() throws {
        for (name, isForLogin) in [("login", true), ("signature", false), ("issuer", false)] {
            let der = try certificate("certificates/" + name)
            let certificate = CardCertificate(id: "", label: "", pin: nil, der: der)
            #expect(certificate.isForLogin == isForLogin, "\(name)")
        }
    }
}
