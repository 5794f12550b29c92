import FoundationEssentials
import Testing

@testable import CertificateTrust
@testable import X509

/// Signatures that the openssl command makes with the keys of the test PKI.
@Suite struct PossessionTests {
    private func sign(_ challenge: Challenge, key: String, _ options: [String]) async throws -> [UInt8] {
        let folder = try Folder()
        let input = try folder.write(challenge.bytes, to: "challenge")
        let output = "\(folder.path)/signature"
        let answer = try await OpenSSLCommand.run(
            ["dgst", "-sign", Fixtures.keyPath(key), "-out", output] + options + [input]
        )
        try #require(answer.exitCode == 0, "\(answer.said)")
        return Array(try Data(contentsOf: URL(filePath: output)))
    }

    private func check(
        _ name: String,
        _ challenge: Challenge,
        _ signature: [UInt8],
        _ scheme: Possession.Scheme
    ) throws -> Possession {
        Possession.check(
            of: try Fixtures.certificate(name),
            challenge: challenge,
            signature: signature,
            scheme: scheme
        )
    }

    private static let pss = ["-sigopt", "rsa_padding_mode:pss", "-sigopt", "rsa_pss_saltlen:digest"]

    @Test(arguments: DigestAlgorithm.allCases)
    func theHolderOfAnRSAKeyIsProven(digest: DigestAlgorithm) async throws {
        let challenge = try Challenge()
        let plain = try await sign(challenge, key: "login", ["-\(digest)"])
        let pss = try await sign(challenge, key: "login", ["-\(digest)"] + Self.pss)
        #expect(try check("login", challenge, plain, .rsaPKCS1(digest)) == .proven)
        #expect(try check("login", challenge, pss, .rsaPSS(digest)) == .proven)
        #expect(try check("login", challenge, plain, .rsaPSS(digest)) == .refuted)
        #expect(try check("login", challenge, pss, .rsaPKCS1(digest)) == .refuted)
    }

    @Test(arguments: [("p256", DigestAlgorithm.sha256, 32), ("p384", .sha384, 48), ("p384", .sha256, 48)])
    func theHolderOfACurveKeyIsProven(name: String, digest: DigestAlgorithm, size: Int) async throws {
        let challenge = try Challenge()
        let der = try await sign(challenge, key: name, ["-\(digest)"])
        let plain = try #require(Self.plain(der, size: size))
        #expect(try check(name, challenge, der, .ecdsaDER(digest)) == .proven)
        #expect(try check(name, challenge, plain, .ecdsaDER(digest)) == .refuted)
        let zeros: [UInt8] = [0x30, 6, 2, 1, 0, 2, 1, 0]
        #expect(try check(name, challenge, zeros, .ecdsaDER(digest)) == .refuted)
    }

    /// A card that only pads signs what `digestInfo` gives.
    @Test(arguments: DigestAlgorithm.allCases)
    func aCardThatOnlyPadsIsProven(digest: DigestAlgorithm) async throws {
        let challenge = try Challenge()
        let folder = try Folder()
        let input = try folder.write(challenge.digestInfo(digest), to: "info")
        let output = "\(folder.path)/signature"
        let answer = try await OpenSSLCommand.run([
            "rsautl", "-sign", "-inkey", Fixtures.keyPath("login"), "-in", input, "-out", output,
        ])
        try #require(answer.exitCode == 0, "\(answer.said)")
        let signature = Array(try Data(contentsOf: URL(filePath: output)))
        #expect(try check("login", challenge, signature, .rsaPKCS1(digest)) == .proven)
    }

    @Test func aCopiedCertificateWithoutItsKeyIsRefuted() async throws {
        let challenge = try Challenge()
        let signature = try await sign(challenge, key: "signature", ["-sha256"])
        #expect(try check("login", challenge, signature, .rsaPKCS1(.sha256)) == .refuted)
        #expect(try check("signature", challenge, signature, .rsaPKCS1(.sha256)) == .proven)
    }

    @Test func aSignatureOfAnotherTimeIsRefuted() async throws {
        let signature = try await sign(try Challenge(), key: "login", ["-sha256"])
        #expect(try check("login", try Challenge(), signature, .rsaPKCS1(.sha256)) == .refuted)
    }

    @Test func nonsenseIsRefuted() throws {
        let challenge = try Challenge()
        for signature in [[], [0], [UInt8](repeating: 0xFF, count: 256), [UInt8](repeating: 0, count: 5000)] {
            #expect(try check("login", challenge, signature, .rsaPKCS1(.sha256)) == .refuted)
            #expect(try check("p256", challenge, signature, .ecdsaDER(.sha256)) == .refuted)
        }
    }

    @Test func aSchemeThatDoesNotFitSaysNothing() throws {
        let challenge = try Challenge()
        #expect(try check("login", challenge, [1], .ecdsaDER(.sha256)) == .unknown(.schemeDoesNotFit(.rsa)))
        let curve = PublicKey.Kind.ellipticCurve("secp224r1")
        #expect(try check("p224", challenge, [1], .ecdsaDER(.sha256)) == .unknown(.schemeDoesNotFit(curve)))
        #expect(
            try check("p256", challenge, [1], .rsaPSS(.sha256))
                == .unknown(.schemeDoesNotFit(.ellipticCurve("prime256v1")))
        )
    }

    /// A key for PSS may say which hash it is for (RFC 4055, 1.2), and OpenSSL refuses any other.
    @Test func aKeyForAnotherHashSaysNothing() async throws {
        let folder = try Folder()
        let (key, file) = ("\(folder.path)/key.pem", "\(folder.path)/certificate.der")
        let commands = [
            [
                "genpkey", "-quiet", "-algorithm", "RSA-PSS", "-pkeyopt", "rsa_keygen_bits:2048", "-pkeyopt",
                "rsa_pss_keygen_md:sha512", "-out", key,
            ],
            ["req", "-x509", "-new", "-key", key, "-subj", "/CN=PSS", "-outform", "DER", "-out", file],
        ]
        for command in commands {
            let answer = try await OpenSSLCommand.run(command)
            try #require(answer.exitCode == 0, "\(answer.said)")
        }
        let certificate = try Certificate(der: Array(try Data(contentsOf: URL(filePath: file))))
        #expect(certificate.key.kind == .rsaPSS)
        let found = Possession.check(
            of: certificate,
            challenge: try Challenge(),
            signature: [UInt8](repeating: 1, count: 256),
            scheme: .rsaPSS(.sha256)
        )
        guard case .unknown(.library(let error)) = found else {
            Issue.record("\(found)")
            return
        }
        #expect(!error.entries.isEmpty)
    }

    /// With the exponent 1 the padded message is its own signature.
    @Test func aKeyThatAnybodyHoldsProvesNothing() throws {
        let challenge = try Challenge()
        let info = try challenge.digestInfo(.sha256)
        let forged = [0x00, 0x01] + [UInt8](repeating: 0xFF, count: 256 - 3 - info.count) + [0x00] + info
        #expect(try check("exponent-one", challenge, forged, .rsaPKCS1(.sha256)) == .unknown(.weakKey))
        #expect(try check("roca", challenge, forged, .rsaPKCS1(.sha256)) == .unknown(.weakKey))
    }

    @Test func challengesDiffer() throws {
        #expect(try Challenge() != Challenge())
        #expect(try Challenge().bytes.count == 32)
    }

    /// The two INTEGERs of a signature, as long as the curve each.
    private static func plain(_ der: [UInt8], size: Int) -> [UInt8]? {
        var rest = der.dropFirst(2)
        var result: [UInt8] = []
        for _ in 0..<2 {
            guard rest.popFirst() == 2, let length = rest.popFirst() else { return nil }
            let value = rest.prefix(Int(length)).drop { $0 == 0 }
            rest = rest.dropFirst(Int(length))
            result += [UInt8](repeating: 0, count: size - value.count) + value
        }
        return result
    }
}
