import COpenSSL
import CardCore
import Testing
import VirtualCards

@Suite struct KeysTests {
    /// A SHA-256 DigestInfo (RFC 8017, 9.2, note 1) over a made-up hash.
    private let digestInfo = "3031300D060960864801650304020105000420" + String(repeating: "5A", count: 32)

    @Test(arguments: [CardProfile.siths, .sithsTwoStep, .reservkort, .fineid])
    func theLoginKeySignsOnlyAfterItsPINAndForItsCertificate(profile: CardProfile) throws {
        let bench = try Bench(profile)
        #expect(bench.send("2241B606800102840101") == "9000")
        #expect(bench.fetched("2A9E9A33" + digestInfo) == "6982")
        let (reference, padded) = profile == .fineid ? ("11", 12) : ("81", profile == .sithsTwoStep ? 8 : 0)
        #expect(bench.verify(reference, "246810", padded: padded) == "9000")
        for command in ["2A9E9A33", "88000033"] {
            let answer = bench.fetched(command + digestInfo)
            #expect(answer.hasSuffix("9000"))
            let signature = try #require(Hex.bytes(of: String(answer.dropLast(4))))
            let name = profile == .reservkort ? "reservkort-login" : "login"
            #expect(recovered(signature, certificate: name) == Hex.bytes(of: digestInfo))
        }
    }

    @Test func aSignatureUsesUpTheSignaturePIN() throws {
        let bench = try Bench(.siths)
        bench.verify("81", "246810")
        bench.send("2241B603840102")
        #expect(bench.fetched("2A9E9A33" + digestInfo) == "6982")
        bench.verify("82", "135790")
        let answer = bench.fetched("2A9E9A33" + digestInfo)
        let signature = try #require(Hex.bytes(of: String(answer.dropLast(4))))
        #expect(recovered(signature, certificate: "signature") == Hex.bytes(of: digestInfo))
        #expect(bench.fetched("2A9E9A33" + digestInfo) == "6982")
        #expect(bench.tries("82") == 3)
    }

    @Test func aBareSHA1HashIsWrapped() throws {
        let bench = try Bench(.siths)
        bench.send("2241B606800112840101")
        bench.verify("81", "246810")
        let hash = String(repeating: "A5", count: 20)
        let answer = bench.fetched("2A9E9A14" + hash)
        let signature = try #require(Hex.bytes(of: String(answer.dropLast(4))))
        #expect(
            recovered(signature, certificate: "login")
                == Hex.bytes(of: "3021300906052B0E03021A05000414" + hash)
        )
        #expect(bench.fetched("2A9E9A13" + hash.dropLast(2)) == "6A80")
    }

    @Test func keysThatDoNotExistCannotBeChosen() throws {
        let bench = try Bench(.siths)
        #expect(bench.send("2241B603840109") == "6A88")
        #expect(bench.send("2241B6028401") == "6A80")
        #expect(bench.send("2241B8") == "6A86")
        bench.verify("81", "246810")
        #expect(bench.fetched("2A9E9A33" + digestInfo) == "6985")
    }

    /// The data that `signature` signs, by the public key in a certificate of the test PKI.
    private func recovered(_ signature: [UInt8], certificate name: String) -> [UInt8]? {
        guard let file = unsafe BIO_new_file(Bench.fixtures + "/pki/certificates/\(name).pem", "r") else {
            return nil
        }
        defer { unsafe BIO_free(file) }
        guard let certificate = unsafe PEM_read_bio_X509(file, nil, nil, nil) else { return nil }
        defer { unsafe X509_free(certificate) }
        guard let context = unsafe EVP_PKEY_CTX_new(X509_get0_pubkey(certificate), nil) else { return nil }
        defer { unsafe EVP_PKEY_CTX_free(context) }
        guard unsafe EVP_PKEY_verify_recover_init(context) == 1,
            unsafe EVP_PKEY_CTX_set_rsa_padding(context, RSA_PKCS1_PADDING) == 1
        else { return nil }
        var data = [UInt8](repeating: 0, count: 512)
        var length = data.count
        guard unsafe EVP_PKEY_verify_recover(context, &data, &length, signature, signature.count) == 1 else {
            return nil
        }
        return Array(data.prefix(length))
    }
}
