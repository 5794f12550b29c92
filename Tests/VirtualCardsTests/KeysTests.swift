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
            #expect(TestPKI.recovered(signature, certificate: name) == Hex.bytes(of: digestInfo))
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
        #expect(TestPKI.recovered(signature, certificate: "signature") == Hex.bytes(of: digestInfo))
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
            TestPKI.recovered(signature, certificate: "login")
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
}
