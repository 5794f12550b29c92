import Testing
import VirtualCards

@Suite struct OpenPGPCodesTests {
    @Test func pw1HasTwoModesAndOneCounter() throws {
        let bench = try OpenPGPBench()
        #expect(bench.send("200081") == "63C3")
        #expect(bench.present("200082", "246810") == "9000")
        #expect(bench.send("200082") == "9000" && bench.send("200081") == "63C3")
        #expect(bench.present("200081", "246810") == "9000")
        #expect(bench.card.verified == [0x81, 0x82])
        #expect(bench.present("200081", "111111") == "6982")
        #expect(bench.tries == [2, 3, 3])
        #expect(bench.card.verified.isEmpty)
        #expect(bench.send("200082") == "63C2")
    }

    @Test func threeWrongCodesBlockAndTheRightOneIsRefusedThen() throws {
        let bench = try OpenPGPBench()
        for left in [2, 1, 0] {
            #expect(bench.present("200083", "11111111") == "6982")
            #expect(bench.tries == [3, 3, left])
        }
        #expect(bench.present("200083", "86421357") == "6983")
        #expect(bench.send("200083") == "63C0")
        #expect(bench.tries == [3, 3, 0])
    }

    @Test func aLengthThatCannotBeRightIsNoTry() throws {
        let bench = try OpenPGPBench()
        #expect(bench.present("200082", "24681") == "6A80")
        #expect(bench.present("200083", "8642135") == "6A80")
        #expect(bench.present("240081", "246810", "97531") == "6700")
        #expect(bench.tries == [3, 3, 3])
    }

    @Test func eachModeIsLoggedOutForItself() throws {
        let bench = try OpenPGPBench()
        bench.present("200081", "246810")
        bench.present("200082", "246810")
        bench.present("200083", "86421357")
        #expect(bench.send("20FF82") == "9000")
        #expect(bench.card.verified == [0x81, 0x83])
        #expect(bench.present("20FF83", "86421357") == "6700")
        #expect(bench.send("20FF80") == "6B00")
        #expect(bench.card.verified == [0x81, 0x83])
        let older = try OpenPGPBench { $0.behaviour.logout = false }
        older.present("200082", "246810")
        #expect(older.send("20FF82") == "6B00")
        #expect(older.card.verified == [0x82])
    }

    @Test func selectingTheApplicationLogsOut() throws {
        let bench = try OpenPGPBench()
        bench.present("200082", "246810")
        #expect(bench.send("A4040006A00000030800") == "6A82")
        #expect(bench.card.verified == [0x82])
        #expect(bench.send(OpenPGPBench.select) == "9000")
        #expect(bench.card.verified.isEmpty)
        bench.card.reset()
        #expect(bench.send("CA006E00") == "6D00")
    }

    @Test func codesAreChangedWithTheOldOneInFront() throws {
        let bench = try OpenPGPBench()
        bench.present("200082", "246810")
        #expect(bench.present("240081", "246810", "ÅÄÖ-975310") == "9000")
        #expect(bench.card.verified.isEmpty)
        #expect(bench.present("200082", "ÅÄÖ-975310") == "9000")
        #expect(bench.present("240083", "86421357", "12345678") == "9000")
        #expect(bench.card.verified.contains(0x83))
        #expect(bench.present("240081", "246810", "864202") == "6982")
        #expect(bench.tries == [2, 3, 3])
        #expect(bench.present("240082", "246810", "864202") == "6B00")
    }

    @Test func pw1IsUnblockedByTheResettingCodeOrAfterPW3() throws {
        let bench = try OpenPGPBench()
        for _ in 1...3 { bench.present("200081", "111111") }
        #expect(bench.present("2C0081", "11111111", "975310") == "6982")
        #expect(bench.tries == [0, 2, 3])
        #expect(bench.present("2C0081", "97531864", "975310") == "9000")
        #expect(bench.tries == [3, 3, 3])
        #expect(bench.present("200081", "975310") == "9000")
        #expect(bench.present("2C0281", "864202") == "6982")
        bench.present("200083", "86421357")
        #expect(bench.present("2C0281", "864202") == "9000")
        #expect(bench.present("200082", "864202") == "9000")
        #expect(bench.present("2C0083", "97531864", "12345678") == "6B00")
    }

    @Test func theResettingCodeIsWrittenAfterPW3() throws {
        let bench = try OpenPGPBench { $0.passwords.resettingCode.isSetUp = false }
        #expect(bench.tries == [3, 0, 3])
        #expect(bench.present("2C0081", "97531864", "975310") == "6983")
        #expect(bench.present("DA00D3", "13579111") == "6982")
        bench.present("200083", "86421357")
        #expect(bench.present("DA00D3", "1357911") == "6700")
        #expect(bench.present("DA00D3", "13579111") == "9000")
        #expect(bench.tries == [3, 3, 3])
        #expect(bench.present("2C0081", "13579111", "975310") == "9000")
        #expect(bench.send("DA00D3") == "9000")
        #expect(bench.tries == [3, 0, 3])
        #expect(bench.card.state.codes["D3"]?.initialized == false)
        #expect(bench.card.state.flaw(for: try OpenPGPBench.image()) == nil)
    }

    @Test func faultsDoWhatTheySay() throws {
        #expect(try OpenPGPBench(fault: .noActivation).present("200082", "246810") == "6984")
        #expect(try OpenPGPBench(fault: .noChange).present("240081", "246810", "975310") == "6985")
        let lying = try OpenPGPBench(fault: .lyingUnblock)
        #expect(lying.present("2C0081", "11111111", "975310") == "9000")
        #expect(lying.present("200082", "975310") == "6982")
        let blocked = try OpenPGPBench(fault: .blockedAs63C0)
        for _ in 1...3 { blocked.present("200082", "111111") }
        #expect(blocked.present("200082", "246810") == "63C0")
        let vague = try OpenPGPBench(fault: .unblockAs6982)
        for _ in 1...4 { #expect(vague.present("2C0081", "11111111", "975310") == "6982") }
        #expect(vague.tries == [3, 0, 3])
        #expect(try OpenPGPBench(fault: .truncateFiles(4)).send("CA004F00") == "D27600019000")
        #expect(try OpenPGPBench(fault: .unknownCard, selected: false).send(OpenPGPBench.select) == "6A82")
        let talkative = try OpenPGPBench { $0.behaviour.tellsTriesOfWrongCode = true }
        #expect(talkative.present("200082", "111111") == "63C2")
    }

    @Test func aCardThatWantsDerivedCodesCountsPlainOnes() throws {
        let bench = try OpenPGPBench {
            $0.dataObjects["00F9"] = HexBytes([0x81, 0x01, 0x03, 0x82, 0x01, 0x08])
        }
        #expect(bench.present("200082", "246810") == "6982")
        #expect(bench.tries == [2, 3, 3])
    }
}
