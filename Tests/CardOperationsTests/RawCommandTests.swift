import CardApplications
import CardCore
import CardOperations
import Testing
import VirtualCards

@Suite struct RawCommandTests {
    private func error(_ texts: [String]) -> RawCommand.ParseError? {
        do throws(RawCommand.ParseError) {
            _ = try RawCommand.parse(texts)
            return nil
        } catch {
            return error
        }
    }

    @Test(arguments: [0x20, 0x21, 0x24, 0x25, 0x2C, 0x2D] as [UInt8])
    func aCodeInTheClearIsRefusedWhateverTheClass(instruction: UInt8) {
        for cla in UInt8.min...UInt8.max {
            let header = Hex.string(of: [cla, instruction, 0x00, 0x81])
            #expect(error([header + "06323436383130"]) == .codeInTheClear)
            // A chained one, an extended one, one with a wrong length.
            #expect(error([header + "000006323436383130"]) == .codeInTheClear)
            #expect(error([header + "0632"]) == .codeInTheClear)
            #expect(error(["00A4040C00", header + "06323436383130"]) == .codeInTheClear)
            // A question carries none.
            #expect(error([header]) == nil && error([header + "00"]) == nil)
        }
    }

    @Test(arguments: [
        ("00200081{pin}", [RawCommand.Code.pin]), ("00 20 00 81 {pin}", [.pin]), ("00200083{puk}", [.puk]),
        ("00240081{pin}{new}", [.pin, .new]), ("002C0081{puk}{new}", [.puk, .new]), ("002C0281{new}", [.new]),
        ("002c0181 {puk} ", [.puk]),
    ])
    func placeholdersStandBehindTheHeader(text: String, codes: [RawCommand.Code]) throws {
        let command = try #require(RawCommand.parse([text]).first)
        #expect(command.codes == codes && command.bytes.count == 4)
    }

    @Test(arguments: [
        ("", RawCommand.ParseError.incomplete), ("00A4", .incomplete), ("00A404", .incomplete),
        ("0", .notHexadecimal),
        ("00B0000G", .notHexadecimal), ("00A4040C0CA0", .incomplete), ("00B00000000", .notHexadecimal),
        ("0020008106{pin}", .misplacedCode), ("00200081{pin}00", .misplacedCode),
        ("00B00000{pin}", .misplacedCode),
        ("00D60000{new}", .misplacedCode), ("00200081{code}", .misplacedCode),
        ("00200081{PIN}", .misplacedCode),
        ("00200081{pin", .misplacedCode), ("00200081{pin}}", .misplacedCode), ("00200081{}", .misplacedCode),
        ("00200081{pin}{pin}", .misplacedCode), ("00200081{pin}{puk}", .misplacedCode),
        ("00240081{new}{pin}", .misplacedCode), ("002C0081{pin}{new}", .misplacedCode),
        ("00240081{pin}{new}{new}", .misplacedCode), ("{pin}", .incomplete), ("00200081}", .notHexadecimal),
    ])
    func anythingElseIsRefused(text: String, expected: RawCommand.ParseError) {
        #expect(error([text]) == expected)
    }

    @Test func nothingIsSelectedBetweenOurSelectionAndACode() {
        #expect(error(["00A4040C00", "00200081{pin}"]) == .selectBeforeCode)
        #expect(error(["00200081{pin}", "00A4000C", "00240081{pin}{new}"]) == .selectBeforeCode)
        #expect(error(["00200081{pin}", "00A4040C00"]) == nil)
        #expect(error(["00A4040C00", "00B0000000"]) == nil)
    }

    // MARK: Sending

    @Test func commandsGoOutAsTheyAreAndNothingIsAdded() throws {
        let bench = try OperationBench(.siths)
        let answers = try bench.send([
            "00A404000CA000000063504B43532D3135", "00B0910000", "00B0910005", "00FF0000",
        ])
        #expect(answers.map { $0.suffix(4) }.first?.hasPrefix("61") == true)
        #expect(answers[1].count == 516)
        #expect(answers[2] == "A70A3008049000")
        #expect(answers[3] == "6D00")
        #expect(bench.reader.commands == 4 && bench.ledger.begun == 1)
        #expect(bench.dialog.events.isEmpty)
        bench.expectOrder()
    }

    @Test func anExtendedLengthIsNeverSentUnderT0() throws {
        let bench = try OperationBench(.siths)
        #expect(outcome(bench, ["00B00000000200"]).hasPrefix("card transport commandTooLong"))
        let update = "00D60000000100" + String(repeating: "00", count: 256)
        #expect(outcome(bench, [update]).hasPrefix("card transport commandTooLong"))
        #expect(bench.reader.commands == 0)
        // What fits a short command goes out as one, and without the Le that T=0 has no place for.
        #expect(
            try bench.send(["00A4040C00000CA000000063504B43532D3135", "00A404000CA000000063504B43532D313500"]
            )[0] == "9000"
        )
        #expect(bench.wire.commands.map(\.count) == [17, 17])
        let extended = try OperationBench(.sithsT1)
        #expect(
            try extended.send(["00A4040C0CA000000063504B43532D3135", "00B09100000200"]).last?.count == 1_028
        )
    }

    @Test(arguments: [CardProfile.siths, .sithsTwoStep])
    func aCodeGoesOutOnceUnderTheUsualRules(profile: CardProfile) throws {
        let bench = try OperationBench(profile, tries: [.authentication: 2])
        #expect(try bench.send(["00200081{pin}", "00B0000001"]) == ["9000", "6986"])
        #expect(bench.tries(.authentication) == 3)
        #expect(bench.reader.commandsWithSecret == 1)
        bench.expectOrder()
        let wrong = try OperationBench(profile, tries: [.authentication: 2])
        wrong.dialog.codes[.current] = [OperationBench.wrong]
        #expect(throws: OperationError.self) { try wrong.send(["00200081{pin}", "00B0000001"]) }
        #expect(wrong.tries(.authentication) == 1)
        // A code that is not accepted ends the run.
        #expect(wrong.wire.commands.last?[1] == Instruction.verify)
        wrong.expectOrder()
    }

    @Test func changeAndUnblockGoThroughTheCommandToo() throws {
        let changing = try OperationBench(.siths)
        #expect(try changing.send(["00240081{pin}{new}"]) == ["9000"])
        #expect(changing.value(.authentication) == OperationBench.new)
        changing.expectOrder()
        let unblocking = try OperationBench(.siths, tries: [.authentication: 0])
        #expect(try unblocking.send(["002C0081{puk}{new}"]) == ["9000"])
        #expect(unblocking.counters == [3, 3, 10])
        unblocking.expectOrder()
        let steps = try OperationBench(.sithsTwoStep, tries: [.authentication: 0])
        #expect(try steps.send(["00200083{puk}", "002C0281{new}"]) == ["9000", "9000"])
        #expect(steps.counters == [3, 3, 10])
        steps.expectOrder()
    }

    private func outcome(
        _ bench: OperationBench,
        _ texts: [String],
        _ budget: TryBudget = TryBudget()
    ) -> String {
        do {
            _ = try bench.send(texts, budget)
            return "ok"
        } catch let error as OperationError {
            return error.brief
        } catch {
            return "\(error)"
        }
    }

    @Test func theLastTryTheReferenceAndTheFormAreLookedAtFirst() throws {
        let last = try OperationBench(.siths, tries: [.authentication: 1])
        #expect(outcome(last, ["00200081{pin}"]) == "refused lastTry 01")
        #expect(outcome(last, ["00200081{pin}"], TryBudget(lastTry: true)) == "ok")
        let puk = try OperationBench(.siths, tries: [.authentication: 0, .puk: 1])
        #expect(outcome(puk, ["002C0081{puk}{new}"], TryBudget(lastTry: true)) == "refused lastPUKTry 03")
        #expect(outcome(puk, ["00200083{puk}"], TryBudget(lastTry: true)) == "refused lastPUKTry 03")
        let other = try OperationBench(.siths)
        #expect(outcome(other, ["00200084{pin}"]) == "no such PIN 84")
        #expect(outcome(other, ["00200001{pin}"]) == "no such PIN 01")
        other.dialog.codes[.current] = ["12345"]
        #expect(outcome(other, ["00200081{pin}"]) == "refused tooShort(minimum: 6) 01")
        other.dialog.codes = [.current: [OperationBench.auth], .new: ["111111"]]
        #expect(outcome(other, ["00240081{pin}{new}"]) == "refused trivialPIN 01")
        for bench in [puk, other] { #expect(bench.reader.commandsWithSecret == 0) }
        let blocked = try OperationBench(.siths, tries: [.authentication: 0])
        #expect(outcome(blocked, ["00200081{pin}"]) == "blocked 01 (01)")
        #expect(blocked.dialog.requests.isEmpty)
    }

    @Test func aSecondCodeThatWouldSpendTheLastTryIsNotSent() throws {
        let bench = try OperationBench(.siths, tries: [.authentication: 2])
        bench.ledger.beforeTransaction = { number in if number == 2 { bench.spend(1, of: 0x81) } }
        #expect(outcome(bench, ["00200081{pin}"]) == "refused lastTry 01")
        #expect(bench.reader.commandsWithSecret == 0)
    }

    /// An empty VERIFY costs a try on some cards, so that the counter is read again before the code.
    @Test func questionsThatCostTriesDoNotLeadToTheLastOne() throws {
        let bench = try OperationBench(.fineid) { image in
            image.atr = HexBytes([
                0x3B, 0x7F, 0x96, 0x00, 0x00, 0x80, 0x31, 0xB8, 0x65, 0xB0, 0x85, 0x04, 0x02, 0x1B, 0x12,
                0x00, 0xF6,
                0x82, 0x90, 0x00,
            ])
            image.behaviour.emptyVerify = .costsTry
        }
        bench.dialog.codes[.current] = [OperationBench.wrong]
        let questions = [String](repeating: "00200011", count: 4)
        #expect(outcome(bench, questions + ["00200011{pin}"]) == "refused lastTry 01")
        #expect(bench.reader.commandsWithSecret == 0)
        #expect(bench.counters.first == 1)
    }

    /// What unblocks the PUK is another code, with a counter of its own.
    @Test func aPUKIsNotReset() throws {
        let bench = try OperationBench(.siths, tries: [.signature: 1]) { image in
            let signature = image.pins.first { $0.role == .signature }?.reference
            for index in image.pins.indices where image.pins[index].role == .puk {
                image.pins[index].unblockedBy = signature
            }
        }
        bench.dialog.codes[.new] = ["86427531"]
        #expect(
            outcome(bench, ["002C00\(bench.reference(.puk)){puk}{new}"]) == "refused unblockNotAllowed 03"
        )
        #expect(bench.reader.commandsWithSecret == 0)
    }

    /// T=0 takes at most 255 octets.
    @Test func aCommandThatIsTooLongDoesNotMakeAnAcceptedCodeUnknown() throws {
        let bench = try OperationBench(.siths)
        let long = "00DA000000012C" + String(repeating: "00", count: 300)
        #expect(outcome(bench, ["00200081{pin}", long]) == "after 01")
    }

    @Test(arguments: [TransportError.cardRemoved, .noAnswer(cardRemoved: true)])
    func aFaultAtAnyCommandIsToldAndNothingMoreIsSent(fault: TransportError) throws {
        for number in 1...60 {
            let bench = try OperationBench(.siths)
            let fresh = bench.card.state
            bench.reader.interfere = { sent, _ in
                guard sent == number else { return .proceed }
                return fault.commandWasNotSent ? .refuse(fault) : .loseAnswer(fault)
            }
            let outcome = outcome(bench, ["00240081{pin}{new}", "00B0000001"])
            bench.expectOrder()
            guard bench.reader.commands >= number else {
                #expect(outcome == "ok" && number > 8)
                return
            }
            #expect(bench.reader.commands == number)
            let hasSent = bench.reader.log[..<(number - 1)].contains(where: \.carriesSecret)
            let isCode = bench.reader.log[number - 1].carriesSecret && !fault.commandWasNotSent
            #expect(outcome == (hasSent || isCode ? "outcome unknown 01 (01)" : "card transport \(fault)"))
            if !hasSent, !isCode { #expect(bench.card.state == fresh) }
        }
        Issue.record("the run never ends")
    }
}
