import Testing
import VirtualCards

@Suite struct CodesTests {
    @Test func threeWrongCodesBlockAndTheRightOneNoLongerHelps() throws {
        let bench = try Bench(.siths)
        #expect(bench.send("200081") == "63C3")
        #expect(bench.verify("81", "111111") == "63C2")
        #expect(bench.verify("81", "111111") == "63C1")
        #expect(bench.verify("81", "111111") == "63C0")
        #expect(bench.verify("81", "246810") == "6983")
        #expect(bench.send("200081") == "6983")
        #expect(bench.tries("82") == 3)
    }

    @Test func theRightCodeFillsTheCounter() throws {
        let bench = try Bench(.siths)
        bench.verify("81", "111111")
        bench.verify("81", "111111")
        #expect(bench.verify("81", "246810") == "9000")
        #expect(bench.tries("81") == 3)
        #expect(bench.send("200081") == "9000")
        #expect(bench.send("20008100") == "9000")
    }

    @Test func aCodeOfAnotherLengthCostsATry() throws {
        let bench = try Bench(.siths)
        #expect(bench.verify("81", "24681") == "63C2")
        #expect(bench.verify("81", "246810", padded: 8) == "63C1")
    }

    @Test func whatWasVerifiedIsLostOnResetAndOutsideOfTheApplication() throws {
        let bench = try Bench(.siths)
        for leave in ["A4000C023F00", "A4080C024331"] {
            #expect(bench.verify("81", "246810") == "9000")
            #expect(bench.send(leave) == "9000")
            #expect(bench.send("200081") == "6A88")
            bench.send(Bench.aid)
            #expect(bench.send("200081") == "63C3")
        }
        bench.verify("81", "246810")
        bench.card.reset()
        bench.send(Bench.aid)
        #expect(bench.send("200081") == "63C3")
    }

    @Test func aGlobalCodeStaysVerifiedInTheMasterFile() throws {
        let bench = try Bench(.fineid)
        #expect(bench.verify("11", "246810", padded: 12) == "9000")
        #expect(bench.send("A4000C023F00") == "9000")
        #expect(bench.send("200011") == "9000")
        #expect(bench.send(Bench.aid) == "9000")
        #expect(bench.send("200011") == "63C5")
    }

    @Test func thePUKUnblocksInOneStep() throws {
        let bench = try Bench(.siths) { $0.setRemainingTries(0, of: .authentication, on: $1) }
        #expect(bench.unblock("81", puk: "11111111", to: "975310") == "63C9")
        #expect(bench.verify("81", "975310") == "6983")
        #expect(bench.unblock("81", puk: "13572468", to: "97531") == "6700")
        #expect(bench.unblock("81", puk: "13572468", to: "97531x") == "6A80")
        #expect(bench.tries("81") == 0)
        #expect(bench.send("2C028106393735333130") == "6A86")
        #expect(bench.unblock("81", puk: "13572468", to: "975310") == "9000")
        #expect(bench.tries("81") == 3)
        #expect(bench.tries("83") == 10)
        #expect(bench.send("200081") == "63C3")
        #expect(bench.verify("81", "975310") == "9000")
    }

    @Test func thePUKUnblocksInTwoSteps() throws {
        let bench = try Bench(.sithsTwoStep) { $0.setRemainingTries(0, of: .signature, on: $1) }
        #expect(bench.unblock("82", puk: "13572468", to: "975310", padded: 8) == "6A86")
        let reset = "2C0282083937353331300000"
        #expect(bench.send(reset) == "6982")
        #expect(bench.verify("83", "13572468") == "9000")
        #expect(bench.send(reset) == "9000")
        #expect(bench.verify("82", "975310", padded: 8) == "9000")
    }

    @Test func tenWrongPUKsEndTheCard() throws {
        let bench = try Bench(.siths) { $0.setRemainingTries(0, of: .authentication, on: $1) }
        for left in (0..<10).reversed() {
            #expect(bench.unblock("81", puk: "99999999", to: "975310") == "63C" + String(left))
        }
        #expect(bench.unblock("81", puk: "13572468", to: "975310") == "6983")
        #expect(bench.verify("81", "246810") == "6983")
    }

    @Test func anEmptyVerifyCostsATryOnTheCardInTwoSteps() throws {
        let bench = try Bench(.sithsTwoStep)
        #expect(bench.send("200081") == "63C2")
        #expect(bench.send("200081") == "63C1")
        #expect(bench.send("200081") == "6983")
        #expect(bench.verify("81", "246810", padded: 8) == "6983")
        #expect(bench.send("CB00FF05A003830181") == "6D00")
    }

    @Test func aCodeIsChangedOnlyWithTheOldOneAndToAnAllowedOne() throws {
        let bench = try Bench(.siths)
        #expect(bench.change("81", from: "111111", to: "975310") == "63C2")
        #expect(bench.change("81", from: "246810", to: "97531a") == "6A80")
        #expect(bench.change("81", from: "246810", to: "975310246") == "6A80")
        #expect(bench.change("81", from: "246810", to: "97531") == "6700")
        #expect(bench.verify("81", "246810") == "9000")
        #expect(bench.change("81", from: "246810", to: "97531024") == "9000")
        #expect(bench.verify("81", "246810") == "63C2")
        #expect(bench.verify("81", "97531024") == "9000")
        #expect(bench.change("83", from: "13572468", to: "11223344") == "6985")
        #expect(bench.tries("83") == 10)
    }

    @Test func paddedCodesAreComparedWithTheirPadding() throws {
        let bench = try Bench(.fineid)
        #expect(bench.verify("11", "246810") == "63C4")
        #expect(bench.change("11", from: "246810", to: "9753", padded: 12) == "9000")
        #expect(bench.verify("11", "9753", padded: 12) == "9000")
        #expect(bench.change("11", from: "9753", to: "975", padded: 12) == "6A80")
        #expect(bench.unblock("82", puk: "13572468", to: "112358", padded: 12) == "9000")
        #expect(bench.verify("82", "112358", padded: 12) == "9000")
    }

    @Test func theCountersAreToldByGetData() throws {
        let bench = try Bench(.siths)
        bench.verify("81", "111111")
        let answer = bench.fetched("CB00FF05A003830181")
        #expect(answer.hasPrefix("A01E830181"))
        #expect(answer.contains("DF210402FFFF01DF280108DF2F0101"))
        #expect(answer.hasSuffix("9000"))
        // FINEID's clients look for the counter at byte 20.
        #expect(answer.dropFirst(40).prefix(2) == "02")
        #expect(bench.fetched("CB00FF05A003830183").contains("DF21040A"))
        #expect(bench.send("CB00FF05A003830199") == "6A88")
        #expect(bench.tries("81") == 2)
    }

    @Test func unknownQuestionsAreRefusedWithoutCost() throws {
        let bench = try Bench(.siths)
        #expect(bench.send("20FF81") == "6A86")
        #expect(bench.send("200080") == "6A88")
        #expect(bench.send("24018106393735333130") == "6A86")
        #expect(bench.send("2C0183") == "6A86")
        #expect(bench.send("F00000") == "6D00")
        #expect(bench.sendRaw("80200081") == "6E00")
        #expect(bench.sendRaw("1020008101") == "6884")
        #expect(bench.tries("81") == 3)
        #expect(bench.tries("83") == 10)
    }

    @Test func eachFaultDoesWhatItSays() throws {
        var bench = try Bench(.siths, fault: .noActivation)
        #expect(bench.send("200081") == "6984")
        #expect(bench.verify("81", "246810") == "6984")
        #expect(bench.fetched("CB00FF05A003830181").hasSuffix("DF2F01009000"))

        bench = try Bench(.siths, fault: .noChange)
        #expect(bench.change("81", from: "246810", to: "975310") == "6985")
        #expect(bench.verify("81", "246810") == "9000")

        bench = try Bench(.siths, fault: .lyingUnblock) {
            $0.setRemainingTries(0, of: .authentication, on: $1)
        }
        #expect(bench.unblock("81", puk: "99999999", to: "975310") == "9000")
        #expect(bench.send("200081") == "6983")
        #expect(bench.tries("83") == 10)

        bench = try Bench(.siths, fault: .blockedAs63C0) {
            $0.setRemainingTries(0, of: .authentication, on: $1)
        }
        #expect(bench.send("200081") == "63C0")
        #expect(bench.verify("81", "246810") == "63C0")

        bench = try Bench(.siths, fault: .unblockAs6982) { $0.setRemainingTries(1, of: .puk, on: $1) }
        #expect(bench.unblock("81", puk: "99999999", to: "975310") == "6982")
        #expect(bench.unblock("81", puk: "13572468", to: "975310") == "6982")
        #expect(bench.tries("83") == 0)
    }

    @Test func everyFaultInTheHelpIsUnderstood() {
        for (name, _) in CardFault.help {
            #expect(CardFault(name.replacing(":N", with: ":7")) != nil, "\(name)")
            #expect(CardFault(name + ":x") == nil)
        }
        #expect(CardFault("") == nil)
        #expect(CardFault("mute:-1") == nil)
        #expect(CardFault("mute:99999999999999999999") == nil)
    }
}
