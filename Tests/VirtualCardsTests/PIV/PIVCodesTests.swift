import Testing
import VirtualCards

@Suite struct PIVCodesTests {
    private static let profiles = [CardProfile.piv, .pivYubiKey]

    @Test(arguments: profiles)
    func threeWrongPINsBlockAndTheRightOneNoLongerHelps(profile: CardProfile) throws {
        let bench = try PIVBench(profile)
        #expect(bench.send("200080") == "63C3")
        #expect(bench.verify("111111") == "63C2")
        #expect(bench.verify("246810") == "9000")
        #expect(bench.send("200080") == "9000")
        for left in ["63C2", "63C1", "63C0"] { #expect(bench.verify("111111") == left) }
        #expect(bench.verify("246810") == "6983")
        #expect(bench.send("200080") == "6983")
        #expect(bench.tries("80") == 0)
    }

    @Test func logoutForgetsThePIN() throws {
        let bench = try PIVBench()
        bench.verify("246810")
        #expect(bench.send("20FF8008FFFFFFFFFFFFFFFF") == "6A80")
        #expect(bench.send("200080") == "9000")
        #expect(bench.send("20FF80") == "9000")
        #expect(bench.send("200080") == "63C3")
    }

    @Test func selectingPIVAgainForgetsNothingAndAnotherApplicationDoes() throws {
        let bench = try PIVBench {
            $0.otherApplications = [
                PIVImage.OtherApplication(aid: HexBytes([0xF0, 0, 0, 0, 1]), selection: HexBytes([]))
            ]
        }
        bench.verify("246810")
        #expect(bench.send(PIVBench.select).hasPrefix("61"))
        #expect(bench.send("A4040005F000000002") == "6A82")
        #expect(bench.send("200080") == "9000")
        #expect(bench.send("A4040005F000000001") == "9000")
        #expect(bench.send("200080") == "6D00")
        bench.send(PIVBench.select)
        #expect(bench.send("200080") == "63C3")
        bench.verify("246810")
        bench.card.reset()
        #expect(bench.send("200080") == "63C3")
    }

    @Test func aYubiKeyForgetsWithEachSelection() throws {
        let bench = try PIVBench(.pivYubiKey)
        bench.verify("246810")
        #expect(bench.send(PIVBench.select).hasPrefix("6111"))
        #expect(bench.send("200080") == "63C3")
        bench.verify("246810")
        #expect(bench.send("A4040005F000000001") == "6A82")
        #expect(bench.send("200080") == "6D00")
        #expect(bench.send("A4040008A000000527471117").hasSuffix("9000"))
        #expect(bench.send("1D0000").hasSuffix("9000"))
        bench.send(PIVBench.select)
        #expect(bench.send("200080") == "63C3")
    }

    @Test func pivIsSelectedByItsNameAndByItsBeginning() throws {
        let bench = try PIVBench(.pivYubiKey)
        for name in ["0BA000000308000010000100", "05A000000308"] {
            bench.card.reset()
            #expect(bench.send("A40400" + name).hasSuffix("79074F05A0000003089000"))
        }
        #expect(bench.send("A4040004A0000003") == "6A82")
        #expect(bench.send("A404000BA000000308000010000200") == "6A82")
        #expect(bench.send("A4000C023F00") == "6A86")
    }

    @Test func aCodeIsChangedOnlyWithTheOldOneAndToAnAllowedOne() throws {
        let bench = try PIVBench()
        #expect(bench.change("80", from: "111111", to: "975310") == "63C2")
        for impossible in ["97531", "97531x", "9753\u{1}0"] {
            #expect(bench.change("80", from: "246810", to: impossible) == "6A80")
        }
        #expect(bench.send("240080083234363831300000") == "6A80")
        #expect(bench.tries("80") == 2)
        #expect(bench.change("80", from: "246810", to: "975310") == "9000")
        #expect(bench.send("200080") == "9000")
        #expect(bench.verify("246810") == "63C2")
        #expect(bench.verify("975310") == "9000")
        #expect(bench.change("81", from: "13572468", to: "1122334") == "6A80")
        #expect(bench.change("81", from: "13572469", to: "11223344") == "63C9")
        #expect(bench.change("81", from: "13572468", to: "11223344") == "9000")
        #expect(bench.unblock(puk: "11223344", to: "112358") == "9000")
        #expect(bench.change("00", from: "246810", to: "975310") == "6A88")
    }

    @Test func thePUKUnblocksAndVerifiesNothing() throws {
        let bench = try PIVBench { _ in
        } change: {
            $0.setRemainingTries(0, of: .authentication, on: $1)
        }
        #expect(bench.unblock(puk: "11111111", to: "975310") == "63C9")
        #expect(bench.unblock(puk: "13572468", to: "97531") == "6A80")
        #expect(bench.tries("81") == 9)
        #expect(bench.unblock(puk: "13572468", to: "975310") == "9000")
        #expect(bench.tries("81") == 10)
        #expect(bench.send("200080") == "63C3")
        #expect(bench.verify("975310") == "9000")
        #expect(bench.unblock(puk: "13572468", to: "246810") == "9000")
        #expect(bench.send("200080") == "9000")
        #expect(bench.unblock(puk: "11111111", to: "246810") == "63C9")
        #expect(bench.send("200080") == "63C3")
        for _ in 0..<9 { _ = bench.unblock(puk: "11111111", to: "246810") }
        #expect(bench.unblock(puk: "13572468", to: "246810") == "6983")
    }

    @Test func unknownQuestionsAreRefusedWithoutCost() throws {
        let bench = try PIVBench()
        #expect(bench.send("200081") == "6A88")
        #expect(bench.send("200000") == "6A88")
        #expect(bench.send("200180") == "6A86")
        #expect(bench.send("2000800632343638" + "3130") == "6A80")
        #expect(bench.send("2C0081") == "6A88")
        #expect(bench.send("2C0280083234363831300000") == "6A86")
        #expect(bench.send("FD0000") == "6D00")
        #expect(bench.send("F70080") == "6D00")
        #expect(bench.tries("80") == 3)
        #expect(bench.tries("81") == 10)
    }

    @Test func eachFaultDoesWhatItSays() throws {
        var bench = try PIVBench(fault: .noActivation)
        #expect(bench.send("200080") == "6984")
        #expect(bench.verify("246810") == "6984")
        bench = try PIVBench(fault: .noChange)
        #expect(bench.change("80", from: "246810", to: "975310") == "6985")
        bench = try PIVBench(fault: .lyingUnblock) { _ in
        } change: {
            $0.setRemainingTries(0, of: .authentication, on: $1)
        }
        #expect(bench.unblock(puk: "99999999", to: "975310") == "9000")
        #expect(bench.send("200080") == "6983")
        bench = try PIVBench(fault: .blockedAs63C0) { _ in
        } change: {
            $0.setRemainingTries(0, of: .authentication, on: $1)
        }
        #expect(bench.send("200080") == "63C0")
        #expect(bench.verify("246810") == "63C0")
        bench = try PIVBench(fault: .unblockAs6982)
        #expect(bench.unblock(puk: "99999999", to: "975310") == "6982")
        #expect(bench.tries("81") == 9)
        bench = try PIVBench(fault: .truncateFiles(7))
        #expect(bench.object("7E") == "7E124F0BA000009000")
        bench = try PIVBench(fault: .unknownCard)
        #expect(bench.object("7E") == "6D00")
        #expect(bench.send(PIVBench.select) == "6A82")
    }

    @Test func aStateFitsOnlyItsImage() throws {
        let image = try PIVBench.image(.piv)
        #expect(CardState(fresh: image).flaw(for: image) == nil)
        #expect(CardState(fresh: image).flaw(for: try PIVBench.image(.pivYubiKey)) != nil)
        for value in ["", "12345", "123456789", "12345x"] {
            #expect(CardState(fresh: image, codes: [.authentication: value]).flaw(for: image) != nil)
        }
        let key = try PIVBench.image(.pivYubiKey)
        #expect(CardState(fresh: key, codes: [.authentication: "12345x"]).flaw(for: key) == nil)
    }
}
