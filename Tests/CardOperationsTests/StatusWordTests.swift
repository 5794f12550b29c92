import CardApplications
import CardCore
import CardOperations
import Testing
import VirtualCards

/// T18: what each answer to a code means, and what it says of the counter.
@Suite struct StatusWordTests {
    /// A card that tells no counters and answers `status` to each command with a code, having counted nothing.
    private func outcome(of status: UInt16, to operation: Operation) throws -> String {
        let bench = try OperationBench(.fineid, tries: [.authentication: operation == .unblock ? 0 : 3]) {
            $0.behaviour.countersByGetData = false
        }
        let before = bench.card.state
        bench.reader.interfere = { _, command in
            command.carriesSecret ? .answer(ResponseAPDU(status: StatusWord(rawValue: status))) : .proceed
        }
        let outcome = bench.outcome(operation)
        #expect(bench.reader.commandsWithSecret == 1 && bench.card.state == before)
        #expect(bench.wire.emptyVerifies == 0)
        bench.expectOrder()
        return outcome
    }

    @Test(arguments: Operation.allCases)
    func aCounterIsTakenAsItIs(operation: Operation) throws {
        let judged = operation == .unblock ? "03" : "01"
        #expect(try outcome(of: 0x63C0, to: operation) == "blocked \(judged) (\(judged))")
        for tries in 1...15 {
            #expect(
                try outcome(of: 0x63C0 + UInt16(tries), to: operation)
                    == "wrong \(judged) \(tries) (\(judged))"
            )
        }
    }

    /// Status word, then what it means for VERIFY, CHANGE REFERENCE DATA and RESET RETRY COUNTER.
    private static let meanings: [(UInt16, [String])] = [
        (0x9000, ["ok", "ok", "ok"]),
        (0x6300, ["wrong 01 ? (01)", "wrong 01 ? (01)", "wrong 03 ? (03)"]),
        // The 630X of old YubiKeys is a counter there and nowhere else.
        (0x6303, ["unexpected 01 6303 (01)", "unexpected 01 6303 (01)", "unexpected 03 6303 (03)"]),
        (0x63B2, ["unexpected 01 63B2 (01)", "unexpected 01 63B2 (01)", "unexpected 03 63B2 (03)"]),
        (0x6400, ["unexpected 01 6400 (01)", "unexpected 01 6400 (01)", "unexpected 03 6400 (03)"]),
        (0x6401, ["unexpected 01 6401 (01)", "unexpected 01 6401 (01)", "unexpected 03 6401 (03)"]),
        (0x6581, ["unexpected 01 6581 (01)", "unexpected 01 6581 (01)", "unexpected 03 6581 (03)"]),
        (
            0x6700,
            ["not allowed 01 6700 (01)", "new code refused 01 6700 (01)", "new code refused 01 6700 (01)"]
        ),
        (0x6982, ["wrong 01 ? (01)", "wrong 01 ? (01)", "wrong 03 ? (03)"]),
        (0x6983, ["blocked 01 (01)", "blocked 01 (01)", "blocked 03 (03)"]),
        (0x6984, ["not initialized 01 (01)", "not initialized 01 (01)", "not initialized 03 (03)"]),
        (0x6985, ["not allowed 01 6985 (01)", "not allowed 01 6985 (01)", "not allowed 01 6985 (01)"]),
        (
            0x6A80,
            ["not allowed 01 6A80 (01)", "new code refused 01 6A80 (01)", "new code refused 01 6A80 (01)"]
        ),
        (0x6A81, ["not allowed 01 6A81 (01)", "not allowed 01 6A81 (01)", "not allowed 01 6A81 (01)"]),
        (0x6A86, ["not allowed 01 6A86 (01)", "not allowed 01 6A86 (01)", "not allowed 01 6A86 (01)"]),
        (0x6A88, ["not allowed 01 6A88 (01)", "not allowed 01 6A88 (01)", "not allowed 01 6A88 (01)"]),
        (0x6B00, ["unexpected 01 6B00 (01)", "unexpected 01 6B00 (01)", "unexpected 03 6B00 (03)"]),
        (0x6D00, ["not allowed 01 6D00 (01)", "not allowed 01 6D00 (01)", "not allowed 01 6D00 (01)"]),
        (0x6E00, ["not allowed 01 6E00 (01)", "not allowed 01 6E00 (01)", "not allowed 01 6E00 (01)"]),
        (0x6C08, ["unexpected 01 6C08 (01)", "unexpected 01 6C08 (01)", "unexpected 03 6C08 (03)"]),
        (0x6F00, ["unexpected 01 6F00 (01)", "unexpected 01 6F00 (01)", "unexpected 03 6F00 (03)"]),
        (0x9001, ["unexpected 01 9001 (01)", "unexpected 01 9001 (01)", "unexpected 03 9001 (03)"]),
        (0x0000, ["unexpected 01 0000 (01)", "unexpected 01 0000 (01)", "unexpected 03 0000 (03)"]),
        (0xFFFF, ["unexpected 01 FFFF (01)", "unexpected 01 FFFF (01)", "unexpected 03 FFFF (03)"]),
    ]

    @Test(arguments: meanings)
    func everyAnswerHasOneMeaning(status: UInt16, meanings: [String]) throws {
        for (operation, meaning) in zip([Operation.verify, .change, .unblock], meanings) {
            #expect(try outcome(of: status, to: operation) == meaning)
        }
    }

    /// No status word of all 65,536 but `9000` is success, and only `63CX`, `6300` and `6982` are a wrong code.
    @Test(arguments: [Instruction.verify, Instruction.changeReferenceData, Instruction.resetRetryCounter])
    func nothingElseIsSuccessOrAWrongCode(instruction: UInt8) {
        let pin = PINPolicy(
            id: "01",
            reference: PINReference(rawValue: 1),
            label: "",
            kind: .pin,
            length: 4...8,
            storedLength: 8
        )
        for number in UInt16.min...UInt16.max {
            let status = StatusWord(rawValue: number)
            let command = PresentedCommand(instruction, reference: pin.reference, judged: pin)
            let error = command.error(status)
            if (error == nil) != (number == 0x9000) { Issue.record("\(status) is taken as success") }
            guard case .wrong = error else { continue }
            if !(0x63C1...0x63CF).contains(number), number != 0x6300, number != 0x6982 {
                Issue.record("\(status) is taken as a wrong code")
            }
        }
    }

    // MARK: Cards that say less than they know

    @Test(arguments: [CardProfile.siths, .sithsT1, .fineid, .sithsTwoStep])
    func a63C0ForEverIsABlockedPIN(profile: CardProfile) throws {
        for code in [OperationBench.auth, OperationBench.wrong] {
            let bench = try OperationBench(profile, fault: .blockedAs63C0, tries: [.authentication: 0])
            bench.dialog.codes[.current] = [code]
            #expect(bench.outcome(.verify) == "blocked 01 (01)")
            #expect(bench.tries(.authentication) == 0)
            bench.expectOrder()
        }
    }

    @Test(arguments: [CardProfile.siths, .sithsT1, .fineid])
    func theTryThatBlocksIsToldBlockedHoweverTheCardSaysIt(profile: CardProfile) throws {
        for status in [[0x63, 0xC0], [0x69, 0x83]] as [[UInt8]] {
            let bench = try OperationBench(profile, tries: [.authentication: 1]) {
                $0.behaviour.statusOfLastWrongTry = HexBytes(status)
            }
            bench.dialog.codes[.current] = [OperationBench.wrong]
            #expect(bench.outcome(.verify, TryBudget(lastTry: true)) == "blocked 01 (01)")
            #expect(bench.tries(.authentication) == 0)
        }
    }

    /// A card that answers `6982` to a wrong code and to a blocked one: the counter is asked for afterwards.
    @Test(arguments: [
        (CardProfile.siths, 3, "wrong 01 2 (01)"), (.siths, 1, "blocked 01 (01)"),
        (.sithsT1, 2, "wrong 01 1 (01)"),
        (.sithsT1, 1, "blocked 01 (01)"), (.fineid, 3, "wrong 01 2 (01)"),
        (.sithsTwoStep, 1, "wrong 01 ? (01)"),
    ])
    func a6982IsExplainedWhereTheCardTellsItsCounters(
        profile: CardProfile,
        tries: Int,
        expected: String
    ) throws {
        for operation in [Operation.verify, .change] {
            let bench = try OperationBench(profile, tries: [.authentication: tries])
            bench.wire.answerInstead = { command in
                guard Instruction.carryingSecrets.contains(command[1]), command.count > 5 else { return nil }
                let answer = bench.card.process(command)
                return answer == [0x90, 0x00] ? answer : [0x69, 0x82]
            }
            bench.dialog.codes[.current] = [OperationBench.wrong]
            #expect(bench.outcome(operation, TryBudget(lastTry: true)) == expected)
            #expect(bench.tries(.authentication) == tries - 1)
            bench.expectOrder()
        }
    }
}
