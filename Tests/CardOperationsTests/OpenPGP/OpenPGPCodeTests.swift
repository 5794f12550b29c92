import CardApplications
import CardCore
import CardOperations
import Testing
import VirtualCards

/// What OpenPGP cards answer to codes beyond the specification's words.
@Suite struct OpenPGPCodeTests {
    private func bench(
        tries: [CodeRole: Int] = [:],
        edit: (inout OpenPGPImage) throws -> Void = { _ in }
    ) throws -> ImageBench {
        let bench = try ImageBench(.openpgp, tries: tries, edit: edit)
        bench.dialog.codes[.unblocking] = [CardState.defaultCodes[.resettingCode] ?? ""]
        return bench
    }

    /// The AID of a YubiKey, manufacturer 0006, with the version of the specification.
    private func yubiKey(_ version: [UInt8], tries: [CodeRole: Int] = [:]) throws -> ImageBench {
        try bench(tries: tries) { image in
            image.aid.bytes.replaceSubrange(6..<10, with: version + [0x00, 0x06])
        }
    }

    /// Executes commands with `instruction` and answers `6985` for them, as a YubiKey NEO does to a wrong code.
    private func answer6985(_ bench: ImageBench, to instruction: UInt8, executing: Bool) {
        let card = bench.card
        bench.wire.answerInstead = { command in
            guard command[1] == instruction else { return nil }
            if executing { _ = card.process(command) }
            return [0x69, 0x85]
        }
    }

    // MARK: 6985

    @Test(arguments: [[0x02, 0x00], [0x03, 0x04]] as [[UInt8]])
    func wrongCodeIsToldByItsCounter(version: [UInt8]) throws {
        let change = try yubiKey(version)
        change.dialog.codes[.current] = [ImageBench.wrong]
        answer6985(change, to: Instruction.changeReferenceData, executing: true)
        #expect(change.change() == "wrong PW1 2 (PW1)")

        let unblock = try yubiKey(version, tries: [.authentication: 0])
        unblock.dialog.codes[.unblocking] = [ImageBench.wrongPUK]
        answer6985(unblock, to: Instruction.resetRetryCounter, executing: true)
        #expect(unblock.unblock(.unnamed, with: "resetting-code") == "wrong RC 2 (RC)")
    }

    @Test func lastTryThatIsSpentBlocks() throws {
        let bench = try yubiKey([0x02, 0x00], tries: [.authentication: 0, .resettingCode: 1])
        bench.dialog.codes[.unblocking] = [ImageBench.wrongPUK]
        answer6985(bench, to: Instruction.resetRetryCounter, executing: true)
        let budget = TryBudget(lastPUKTry: true)
        #expect(bench.unblock(.unnamed, with: "resetting-code", budget) == "blocked RC (RC)")
    }

    /// Yubico, "PIN complexity": firmware 5.7, which names version 3.4.
    @Test func complexityOfAYubiKeyNamesTheNewCode() throws {
        let change = try yubiKey([0x03, 0x04])
        answer6985(change, to: Instruction.changeReferenceData, executing: false)
        #expect(change.change() == "new code too simple PW1 (PW1)")
        for code in ["resetting-code", "admin"] {
            let unblock = try yubiKey([0x03, 0x04], tries: [.authentication: 0])
            let role: CodeRole = code == "admin" ? .administrator : .resettingCode
            unblock.dialog.codes[.unblocking] = [CardState.defaultCodes[role] ?? ""]
            answer6985(unblock, to: Instruction.resetRetryCounter, executing: false)
            #expect(unblock.unblock(.unnamed, with: code) == "new code too simple PW1 (PW1)")
        }
    }

    @Test func olderYubiKeyRefusesTheNewCodeWithoutSayingWhy() throws {
        let bench = try yubiKey([0x02, 0x00])
        answer6985(bench, to: Instruction.changeReferenceData, executing: false)
        #expect(bench.change() == "new code refused PW1 6985 (PW1)")
    }

    @Test func otherCardsExplainNothing() throws {
        let bench = try bench()
        answer6985(bench, to: Instruction.changeReferenceData, executing: false)
        #expect(bench.change() == "unexpected PW1 6985 (PW1)")
    }

    // MARK: Counters

    /// The related data without `C4`, which is then asked for alone (4.4.1).
    @Test func countersAreReadAloneWhereTheRelatedDataLacksThem() throws {
        let bench = try bench(tries: [.authentication: 2])
        let card = bench.card
        bench.wire.answerInstead = { command in
            guard command.starts(with: [0x00, 0xCA, 0x00, 0x6E]) else { return nil }
            // C4 becomes a tag that means nothing.
            var answer = card.process(command)
            let start = answer.indices.last { answer[$0...].starts(with: [0xC4, 0x07]) }
            if let start { answer[start] = 0xCF }
            return answer
        }
        let report = try bench.report([])
        #expect(report.pins.map(\.status.remainingTries) == [2, 3, 3])
        #expect(bench.verify() == "ok")
        #expect(bench.dialog.requests.map(\.status.remainingTries) == [2])
    }

    /// A PW1 that is too short is 6A80, and counts nothing.
    @Test func tooShortCodeIsNoWrongOne() throws {
        let bench = try bench()
        bench.answer("00200082", "6A80")
        #expect(bench.verify() == "not allowed PW1 6A80 (PW1)")
        bench.wire.answerInstead = nil
        #expect(bench.card.process([0x00, 0x20, 0x00, 0x82, 0x04] + Array("1234".utf8)) == [0x6A, 0x80])
        #expect(bench.card.state.codes["81"]?.remainingTries == 3)
    }

    // MARK: Resetting code

    @Test func resettingCodeWithoutTriesIsBlockedOrNeverSet() throws {
        let bench = try bench(tries: [.authentication: 0, .resettingCode: 0])
        let code = try #require(try bench.report([]).pins.first { $0.policy.role == .resettingCode })
        #expect(code.policy.isInitialized)
        #expect(code.status == .blockedOrNeverSet)
        #expect(bench.unblock(.unnamed, with: "resetting-code") == "blocked RC (RC)")
        #expect(bench.dialog.requests.isEmpty)
        // Without a name the administrator's code is the only one left.
        bench.dialog.codes[.unblocking] = [CardState.defaultCodes[.administrator] ?? ""]
        #expect(bench.unblock() == "ok")
    }

    /// All counters are zero: no advice may name one of the codes.
    @Test(arguments: Operation.allCases)
    func noCodeIsNamedWhereNoneWorks(operation: Operation) throws {
        let bench = try bench(tries: [.authentication: 0, .resettingCode: 0, .administrator: 0])
        #expect(bench.run(operation) == "blocked PW1 (PW1)")
        #expect(bench.dialog.events.isEmpty)
    }

    // MARK: Before any code is asked for

    @Test(arguments: Operation.allCases)
    func derivedCodesAreRefusedBeforeAnyQuestion(operation: Operation) throws {
        // Capability bit 1 of C0 stands in the fixture; F9 says algorithm 03, iterated and salted S2K (4.3.2).
        let bench = try bench(tries: [.authentication: 2]) { image in
            image.dataObjects["00F9"] = HexBytes([0x81, 0x01, 0x03])
        }
        bench.dialog.isInteractive = true
        #expect(bench.run(operation) == "card derived codes")
        #expect(bench.dialog.events.isEmpty)
        #expect(bench.reader.commandsWithSecret == 0)
    }

    @Test(arguments: Operation.allCases)
    func terminatedCardIsSaid(operation: Operation) throws {
        let bench = try bench()
        bench.answer("00A40400", "6285")
        #expect(bench.run(operation) == "card terminated")
        #expect(outcome { () throws(OperationError) in try bench.report() } == "card terminated")
        #expect(bench.dialog.events.isEmpty)
    }
}
