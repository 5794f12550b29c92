import CardCore
import Testing
import VirtualCards

@Suite struct PIVObjectsTests {
    @Test func objectsComeWholeOrInPieces() throws {
        let bench = try PIVBench()
        #expect(bench.object("7E") == "7E124F0BA0000003080000100001005F2F0240009000")
        let whole = bench.object("5FC105")
        #expect(whole.hasPrefix("5382") && whole.hasSuffix("7101" + "00FE00" + "9000"))
        // Short length, with and without Le: the rest waits for GET RESPONSE.
        for command in ["CB3FFF055C035FC10500", "CB3FFF055C035FC105"] {
            var answer = bench.send(command)
            var data = ""
            while answer.suffix(4).hasPrefix("61") {
                data += answer.dropLast(4)
                answer = bench.send("C00000" + answer.suffix(2))
            }
            #expect(data + answer == whole)
        }
        #expect(bench.object("5FC1FF") == "6A82")
        #expect(bench.send("CB00FF035C017E00") == "6A86")
        #expect(bench.send("CB3FFF035D017E00") == "6A80")
        #expect(bench.send("CB3FFF035C027E00") == "6A80")
    }

    @Test func printedInformationIsReadOnlyWithThePIN() throws {
        let bench = try PIVBench()
        #expect(bench.object("5FC109") == "6982")
        bench.verify("246810")
        #expect(bench.object("5FC109").hasSuffix("9000"))
    }

    @Test(arguments: [
        ("9A", "login"), ("9C", "signature"), ("9D", "reservkort-login"), ("82", "reservkort-login"),
    ])
    func aSlotSignsWithThePINAndForItsCertificate(slot: String, name: String) throws {
        let bench = try PIVBench()
        #expect(sign(bench, slot) == "6982")
        bench.verify("246810")
        let answer = sign(bench, slot)
        #expect(answer.hasPrefix("7C82010482820100") && answer.hasSuffix("9000"))
        let signature = try #require(Hex.bytes(of: String(answer.dropFirst(16).dropLast(4))))
        #expect(TestPKI.recovered(signature, certificate: name, withPadding: true) == padded)
        // The signature key wants the PIN immediately before; a question in between counts as something else.
        #expect(sign(bench, slot).hasSuffix("9000") == (slot != "9C"))
        bench.verify("246810")
        bench.send("200080")
        #expect(sign(bench, slot).hasSuffix("9000") == (slot != "9C"))
    }

    @Test func theCardKeySignsWithoutAPIN() throws {
        let bench = try PIVBench()
        #expect(sign(bench, "9E").hasSuffix("9000"))
        #expect(bench.send("8711" + "9E" + "057C0382" + "0000") == "6A86")
        #expect(bench.send("8707" + "9E" + "047C028200") == "6A80")
        #expect(bench.send("8707" + "84" + "047C028200") == "6A86")
    }

    @Test func aYubiKeyTellsVersionSerialNumberAndCounters() throws {
        let bench = try PIVBench(.pivYubiKey)
        #expect(bench.send("FD0000") == "0504039000")
        #expect(bench.send("F80000") == "00BC614E9000")
        bench.verify("111111")
        #expect(bench.send("F70080") == "0101FF05010006020302" + "9000")
        #expect(bench.send("F7008100") == "0101FF05010006020303" + "9000")
        #expect(bench.send("F7009B00").hasSuffix("0501019000"))
        #expect(bench.send("F7009A000000").contains("0302020301020482010981820100") == false)
        #expect(bench.send("F70095") == "6A88")
        #expect(bench.change("80", from: "246810", to: "123456") == "9000")
        #expect(bench.send("F70080") == "0101FF05010106020303" + "9000")
    }

    @Test(arguments: [CardProfile.piv, .pivYubiKey])
    func commandsOfEveryLengthAreAnswered(profile: CardProfile) throws {
        let bench = try PIVBench(profile)
        for instruction in UInt8.min...UInt8.max {
            for length in [0, 1, 2, 3, 4, 5, 6, 7, 9, 12, 21, 22, 260, 261, 262, 300, 65_544] {
                for fill in [0x00, 0x01, 0x80, 0x81, 0xFF] as [UInt8] {
                    var command = [UInt8](repeating: fill, count: length)
                    if length > 1 { (command[0], command[1]) = (0, instruction) }
                    #expect(bench.card.process(command).count >= 2)
                }
            }
        }
        #expect(bench.card.state.flaw(for: bench.card.image) == nil)
    }

    /// A SHA-256 DigestInfo over a made-up hash, padded by PKCS#1 v1.5 (RFC 8017, 9.2).
    private let padded: [UInt8] =
        [0x00, 0x01] + [UInt8](repeating: 0xFF, count: 202) + [0x00]
        + (Hex.bytes(of: "3031300D060960864801650304020105000420" + String(repeating: "5A", count: 32)) ?? [])

    /// GENERAL AUTHENTICATE in two links, as a reader without extended length sends it.
    private func sign(_ bench: PIVBench, _ slot: String) -> String {
        let template = "7C820106" + "8200" + "81820100" + Hex.string(of: padded)
        guard let first = Hex.bytes(of: "108707" + slot + "FF" + template.prefix(510)) else { return "" }
        #expect(Hex.string(of: bench.card.process(first)) == "9000")
        let rest = template.dropFirst(510)
        let answer = bench.send("8707" + slot + Hex.string(of: [UInt8(rest.count / 2)]) + rest + "00")
        guard answer.suffix(4).hasPrefix("61") else { return answer }
        return answer.dropLast(4) + bench.send("C00000" + answer.suffix(2))
    }
}
