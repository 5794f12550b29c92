import CardCore
import Testing
import VirtualCards

@Suite struct OpenPGPDataTests {
    @Test func selectionNamesTheWholeIdentifierWhenAsked() throws {
        let bench = try OpenPGPBench(selected: false)
        let aid = "D276000124010304FF7E0BADC0DE0000"
        #expect(bench.send("CA004F00") == "6D00")
        #expect(bench.send("A4040006D2760001240100") == "6F128410" + aid + "9000")
        #expect(bench.send("A4040006D2760001240200") == "6A82")
        #expect(bench.send("A404000FD276000124010304FF7E0BADC0DE00") == "9000")
        #expect(bench.send("CA004F00") == aid + "9000")
    }

    @Test func applicationRelatedDataHoldsThePasswordStatus() throws {
        let bench = try OpenPGPBench()
        bench.present("200082", "111111")
        let answer = try #require(Hex.bytes(of: bench.send("CA006E000000"))?.dropLast(2))
        let bytes = Array(answer)
        let status = try BERTLV.value(of: [0x6E, 0x73, 0xC4], in: bytes.span, range: 0..<bytes.count)
        #expect(bytes[try #require(status)] == [0x00, 0x7F, 0x7F, 0x7F, 0x02, 0x03, 0x03])
        // With less asked for, the same comes in two pieces.
        let short = bench.send("CA006E10")
        let rest = bench.send("C00000" + short.suffix(2))
        #expect(
            short.suffix(4).hasPrefix("61") && short.dropLast(4) + rest.dropLast(4) == Hex.string(of: bytes)
        )
    }

    @Test func threeCertificatesLieBehindOneTag() throws {
        let bench = try OpenPGPBench()
        let certificates = try OpenPGPBench.image().certificates.map { $0.text + "9000" }
        #expect(bench.send("CA7F21000800") == certificates[0])
        #expect(bench.send("CC7F21000800") == certificates[1])
        #expect(bench.send("CC7F21000800") == certificates[2])
        #expect(bench.send("CC7F21000800") == "6A88")
        #expect(bench.send("A500040660045C027F21") == "9000")
        #expect(bench.send("CA7F21000800") == certificates[0])
        #expect(bench.send("A503040660045C027F21") == "6A88")
        #expect(bench.send("A500040660045C027F22") == "6A80")
    }

    @Test func writingTakesTheRightPassword() throws {
        let bench = try OpenPGPBench()
        #expect(bench.send("DA005B0341423C") == "6982")
        #expect(bench.send("CA010300") == "6982" && bench.send("CA010400") == "6982")
        bench.present("200082", "246810")
        #expect(bench.send("DA01030101") == "9000" && bench.send("CA010300") == "019000")
        #expect(bench.send("DA01020101") == "6982")
        bench.present("200083", "86421357")
        #expect(bench.send("DA00C40101") == "9000" && bench.send("CA00C400").hasPrefix("01"))
        #expect(bench.send("DA00C40102") == "6A80")
        #expect(bench.send("DA004F0102") == "6A88")
    }

    @Test func aSignatureUsesModeEightyOneUpAndAuthenticationDoesNot() throws {
        let bench = try OpenPGPBench()
        let data = "3031300D060960864801650304020105000420" + String(repeating: "AB", count: 32)
        let signing = "2A9E9A000033" + data + "0000"
        bench.present("200082", "246810")
        #expect(bench.send(signing) == "6982")
        #expect(bench.send("880000000033" + data + "0000").count == 516)
        bench.present("200081", "246810")
        #expect(bench.send(signing).count == 516)
        #expect(bench.send(signing) == "6982")
        #expect(bench.send("CA007A00") == "93030000019000")
        #expect(bench.send("880000000033" + data + "0000").count == 516)
    }

    /// Every header with some data, and every length of garbage: an answer, never a trap, and no counter falls.
    @Test func whateverArrivesIsAnswered() throws {
        let bench = try OpenPGPBench()
        for ins in UInt8.min...UInt8.max {
            for (p1, p2) in [(0, 0), (0, 0x81), (2, 0x81), (0xFF, 0x83), (0x7F, 0x21), (0x9E, 0x9A)]
                as [(UInt8, UInt8)]
            {
                for rest in [[], [0], [1, 7], [2, 0xB6, 0, 0], [0, 0, 0], [0, 0, 1, 7], [5, 1]] as [[UInt8]] {
                    #expect(bench.card.process([0, ins, p1, p2] + rest).count >= 2)
                }
            }
        }
        for count in 0...6 { #expect(bench.card.process([UInt8](repeating: 0, count: count)).count >= 2) }
        bench.send(OpenPGPBench.select)
        #expect(bench.tries == [3, 3, 3])
    }
}
