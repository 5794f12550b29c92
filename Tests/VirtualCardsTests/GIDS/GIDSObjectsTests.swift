import CardCore
import Testing
import VirtualCards

@Suite struct GIDSObjectsTests {
    @Test func nothingIsAnsweredUntilTheApplicationIsSelected() throws {
        let bench = try GIDSBench(selected: false)
        #expect(bench.send("CBA000045C02DF1F00") == "6D00")
        #expect(bench.send("A4040009D2760001240102030400") == "6A82")
        #expect(
            bench.send(GIDSBench.select)
                == "61124F0BA00000039742544659020173034001C09000"
        )
        #expect(bench.send("CBA012045C02DF2000") == "DF20105B0975227999990000010A0B0C0D0E0F9000")
    }

    @Test func longObjectsAreFetchedInPieces() throws {
        let bench = try GIDSBench()
        let first = bench.send("CBA010045C02DF2400")
        #expect(first.hasPrefix("DF2482057E0100") && first.hasSuffix("6100") && first.count == 516)
        #expect(bench.fetched("CBA010045C02DF2400").count == 2 * (1406 + 5 + 2))
    }

    @Test func whatIsMissingIsSaidToBe() throws {
        let bench = try GIDSBench()
        #expect(bench.send("CBA010045C02DF9900") == "6A88")
        #expect(bench.send("CBA099045C02DF1F00") == "6A82")
        #expect(bench.send("CBB081045C02DF1F00") == "6981")
        #expect(bench.send("CBA0100400") == "6700")
        #expect(bench.send("CBA010045C03DF1F00") == "6984")
    }

    @Test func writingTakesTheRightAuthentication() throws {
        let bench = try GIDSBench()
        #expect(bench.send("DBA01009DF2206010203040506") == "6982")
        bench.verify("246810")
        #expect(bench.send("DBA01009DF2206010203040506") == "9000")
        #expect(bench.send("CBA010045C02DF2200") == "DF22060102030405069000")
        #expect(bench.send("DBA01204DF200101") == "6982")
        #expect(bench.respond(bench.sealed(try bench.challenge())) == "9000")
        #expect(bench.send("DBA01204DF200101") == "9000")
        // Chained, and still there after a reset.
        let value = String(repeating: "AB", count: 300)
        let object = "DF2182012C" + value
        let link = try #require(Hex.bytes(of: "10DBA010FF" + object.prefix(510)))
        bench.verify("246810")
        #expect(Hex.string(of: bench.card.process(link)) == "9000")
        #expect(bench.send("DBA01032" + object.dropFirst(510)) == "9000")
        bench.card.reset()
        bench.send(GIDSBench.select)
        #expect(bench.fetched("CBA010045C02DF2100") == object + "9000")
    }

    @Test func theKeysSignAfterThePINForTheirCertificates() throws {
        let bench = try GIDSBench()
        let digestInfo =
            "3031300D060960864801650304020105000420" + String(repeating: "5A", count: 32)
        for (reference, name) in [("81", "login"), ("82", "signature")] {
            bench.send("200082")
            #expect(bench.send("2241B606800157840" + "1" + reference) == "6982")
            bench.verify("246810")
            #expect(bench.send("2241B606800157840" + "1" + reference) == "9000")
            let answer = bench.fetched("2A9E9A33" + digestInfo + "00")
            #expect(answer.hasSuffix("9000"))
            let signature = try #require(Hex.bytes(of: String(answer.dropLast(4))))
            #expect(TestPKI.recovered(signature, certificate: name) == Hex.bytes(of: digestInfo))
        }
        #expect(bench.send("2241B8068001078401" + "82") == "6984")
        #expect(bench.send("2241B60680015784" + "0183") == "6984")
    }

    @Test func commandsOfEveryLengthAreAnswered() throws {
        let bench = try GIDSBench()
        var generator = SystemRandomNumberGenerator()
        let instructions: [UInt8] = [0x20, 0x24, 0x2C, 0x22, 0x2A, 0x87, 0xA4, 0xCB, 0xDB, 0xC0, 0x44]
        for instruction in instructions {
            for length in 0...300 {
                var command =
                    [0, instruction] + (0..<length).map { _ in UInt8.random(in: 0...255, using: &generator) }
                if length > 3 { command[4] = UInt8(truncatingIfNeeded: length - 3) }
                #expect(bench.card.process(command).count >= 2)
            }
        }
    }

    @Test func anImageThatDoesNotFitTogetherIsRefused() throws {
        let image = try GIDSBench().card.image
        #expect(image.flaw == nil)
        let edits: [(inout GIDSImage) -> Void] = [
            { $0.version = 2 }, { $0.aid = HexBytes([1]) }, { $0.pin.minimumLength = 17 },
            { $0.pin.maximumTries = 0 }, { $0.administratorKey.value = HexBytes([1]) },
            { $0.files[0].put = HexBytes([]) }, { $0.keys[0].reference = HexBytes([]) },
        ]
        for edit in edits {
            var broken = image
            edit(&broken)
            #expect(broken.flaw != nil)
        }
    }
}
