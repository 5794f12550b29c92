import CardCore
import Testing
import VirtualCards

@Suite struct GIDSCodesTests {
    @Test func thePINCountsAndBlocksLikeTheApplet() throws {
        let bench = try GIDSBench()
        #expect(bench.send("200080") == "63C3")
        #expect(bench.verify("246810") == "9000")
        // The applet answers the question alike when the PIN is verified.
        #expect(bench.send("200080") == "63C3")
        #expect(["111111", "222222", "333333"].map { bench.verify($0) } == ["63C2", "63C1", "63C0"])
        #expect(bench.verify("246810") == "6983")
        #expect(bench.send("200080") == "6983")
        #expect(bench.change("246810", "975310") == "6983")
        #expect(bench.tries == "00")
        bench.card.reset()
        bench.send(GIDSBench.select)
        #expect(bench.verify("246810") == "6983")
    }

    @Test(arguments: ["1", "12345678901234567"])
    func aCodeOfAnImpossibleLengthIsNotCounted(code: String) throws {
        let bench = try GIDSBench()
        #expect(bench.verify(code) == "63C3")
        #expect(bench.tries == "03")
    }

    @Test func anotherReferenceIsUnknown() throws {
        let bench = try GIDSBench()
        #expect(bench.send("20008106313233343536") == "6A88")
        #expect(bench.send("200079") == "6A88")
        #expect(bench.send("CB3FFF045C027F7300") == "6A88")
    }

    @Test func theChangeTakesTheOldPINsOwnLength() throws {
        let bench = try GIDSBench()
        #expect(bench.change("246810", "97531") == "9000")
        #expect(bench.verify("97531") == "9000")
        #expect(bench.change("97531", "13") == "63C3")
        #expect(bench.change("24681", "97531") == "63C2")
        #expect(bench.verify("97531") == "9000")
        // Right old PIN, new one too short: refused, and nothing is counted.
        #expect(bench.send("240080" + GIDSBench.field(Array("97531135".utf8))) == "6700")
        #expect(bench.tries == "03")
        #expect(bench.verify("97531") == "9000")
    }

    @Test func aVerifiedPINCanBeReplacedByTheNewOneAlone() throws {
        let bench = try GIDSBench()
        #expect(bench.send("240180" + GIDSBench.field(Array("975310".utf8))) == "6982")
        bench.verify("246810")
        #expect(bench.send("240180" + GIDSBench.field(Array("975310".utf8))) == "9000")
        #expect(bench.verify("975310") == "9000")
    }

    @Test(arguments: ["200082", GIDSBench.select, "reset"])
    func whatIsVerifiedIsForgotten(by end: String) throws {
        let bench = try GIDSBench()
        bench.verify("246810")
        #expect(bench.card.isUserVerified)
        if end == "reset" { bench.card.reset() } else { bench.send(end) }
        #expect(!bench.card.isUserVerified)
    }

    @Test func nothingElseForgetsIt() throws {
        let bench = try GIDSBench()
        bench.verify("246810")
        for question in [
            "CBA000045C02DF1F00", "CB3FFF045C027F7100", "CBA012045C02DF2000", "200080",
            "A4040006D27600012401",
        ] { bench.send(question) }
        #expect(bench.card.isUserVerified)
        bench.verify("111111")
        #expect(!bench.card.isUserVerified)
    }

    @Test func theStateHoldsTheCounterOfAKeyWithoutACode() throws {
        let bench = try GIDSBench()
        let state = bench.card.state
        #expect(state.flaw(for: bench.card.image) == nil)
        let key = try #require(state.codes["B080"])
        #expect(key.value.isEmpty && key.remainingTries == 5 && key.initialized)
        #expect(state.codes["80"]?.value == "246810")
        let card = bench.card.image.makeCard(state: state, fault: nil)
        #expect(card.state == state)
    }
}

@Suite struct GIDSFaultTests {
    @Test func eachFaultIsTheOneThatIsMeant() throws {
        #expect(try GIDSBench(fault: .noActivation).verify("246810") == "6984")
        #expect(try GIDSBench(fault: .noChange).change("246810", "975310") == "6985")
        let unknown = try GIDSBench(fault: .unknownCard)
        #expect(unknown.send(GIDSBench.select) == "6A82")
        #expect(unknown.send("CBA000045C02DF1F00") == "6D00")
        let cut = try GIDSBench(fault: .truncateFiles(3))
        #expect(cut.send("CBA000045C02DF1F00") == "DF1F03016D739000")
        let blocked = try GIDSBench(fault: .blockedAs63C0)
        for code in ["111111", "111111", "111111", "246810"] { blocked.verify(code) }
        #expect(blocked.verify("246810") == "63C0")
        let lying = try GIDSBench(fault: .lyingUnblock)
        #expect(lying.reset("975310") == "9000")
        #expect(lying.verify("975310") == "63C2")
    }
}
