import CardApplications
import CardCore
import CardOperations
import Testing
import VirtualCards

/// What PIV cards answer to codes beyond the standard's words.
@Suite struct PIVCodeTests {
    private func bench(
        _ profile: CardProfile = .piv,
        tries: [CodeRole: Int] = [:],
        codes: [CodeRole: String] = [:],
        edit: (inout PIVImage) throws -> Void = { _ in }
    ) throws -> ImageBench {
        try ImageBench(profile, tries: tries, codes: codes, edit: edit)
    }

    // MARK: Unblocking that is switched off

    @Test func refusedUnblockingIsNoWrongPUK() throws {
        let bench = try bench(tries: [.authentication: 0])
        bench.answer("002C0080", "6982")
        #expect(bench.unblock() == "unblocking refused 81 6982 (81)")
    }

    /// A YubiKey tells the counter of its PUK, and that is believed before the status word.
    @Test func wrongPUKIsToldByItsCounterWhateverTheStatus() throws {
        for status in ["6982", "6985", "6A80"] {
            let bench = try bench(.pivYubiKey, tries: [.authentication: 0])
            bench.dialog.codes[.unblocking] = [ImageBench.wrongPUK]
            let card = bench.card
            bench.wire.answerInstead = { command in
                guard command[1] == Instruction.resetRetryCounter else { return nil }
                _ = card.process(command)
                return Hex.bytes(of: status)
            }
            #expect(bench.unblock() == "wrong 81 2 (81)")
        }
    }

    // MARK: PIN complexity

    /// YubiKeys with firmware 5.7 (Yubico, "PIN complexity").
    @Test func yubiKeyWithComplexityNamesTheNewCode() throws {
        let change = try bench(.pivYubiKey)
        change.answer("00240080", "6985")
        #expect(change.change() == "new code too simple 80 (80)")
        let unblock = try bench(.pivYubiKey, tries: [.authentication: 0])
        unblock.answer("002C0080", "6985")
        #expect(unblock.unblock() == "new code too simple 80 (80)")
    }

    @Test func spentTryIsAWrongCodeAlsoWithComplexity() throws {
        let bench = try bench(.pivYubiKey)
        bench.dialog.codes[.current] = [ImageBench.wrong]
        let card = bench.card
        bench.wire.answerInstead = { command in
            guard command[1] == Instruction.changeReferenceData else { return nil }
            _ = card.process(command)
            return [0x69, 0x85]
        }
        #expect(bench.change() == "wrong 80 2 (80)")
    }

    @Test func otherCardsHaveNoComplexityRule() throws {
        let bench = try bench()
        bench.answer("00240080", "6985")
        #expect(bench.change() == "not allowed 80 6985 (80)")
    }

    // MARK: Global PIN

    /// Policy `60 20`: the global PIN opens the keys too, and is the primary one (SP 800-73-4, part 1, 3.3.2).
    private func globalBench(tries: [CodeRole: Int] = [:]) throws -> ImageBench {
        try bench(tries: tries) { image in
            let index = try #require(image.objects.firstIndex { $0.tag.bytes == [0x7E] })
            image.objects[index].content.bytes.replaceSubrange(18..<20, with: [0x60, 0x20])
            var global = try #require(image.codes.first { $0.role == .authentication })
            global.reference = HexBytes([0x00])
            global.role = .signature
            image.codes.append(global)
        }
    }

    /// Tries of the application's PIN and of the global one.
    @Test(arguments: [(0, 3), (2, 3), (0, 0), (2, 0)])
    func globalPINIsNoCandidateForUnblocking(row: (own: Int, global: Int)) throws {
        let bench = try globalBench(tries: [.authentication: row.own, .signature: row.global])
        #expect(bench.unblock() == "ok")
        #expect(bench.dialog.offered.isEmpty)
        #expect(bench.dialog.requests.map(\.pin.id) == ["81", "80"])
    }

    @Test func globalPINByNameIsRefused() throws {
        let bench = try globalBench(tries: [.authentication: 0])
        #expect(bench.unblock(.name("00")) == "refused unblockNotAllowed 00")
        #expect(bench.reader.commandsWithSecret == 0)
    }

    // MARK: PINs that the standard forbids

    @Test(arguments: ["1234", "geheim", "a1b2c3d4"])
    func presentPINNeedNotFollowTheRuleForNewOnes(old: String) throws {
        let verify = try bench(codes: [.authentication: old])
        #expect(verify.verify() == "ok")
        let change = try bench(codes: [.authentication: old])
        #expect(change.change() == "ok")
        #expect(change.dialog.requests.map(\.pin.allowedLength) == [4...8, 6...8])
    }

    @Test(arguments: [
        ("4711", "refused new tooShort(minimum: 6) 80"), ("hemlig", "refused new notDigits 80"),
    ])
    func newPINFollowsTheStandard(row: (new: String, outcome: String)) throws {
        let bench = try bench(codes: [.authentication: "1234"])
        bench.dialog.codes[.new] = [row.new]
        #expect(bench.change() == row.outcome)
        #expect(bench.reader.commandsWithSecret == 0)
    }

    // MARK: Maximum and termination

    @Test func metadataTellsTheMaximumOfEachCounter() throws {
        let bench = try bench(.pivYubiKey, tries: [.authentication: 2]) { image in
            for index in image.codes.indices { image.codes[index].maximumTries = index == 0 ? 3 : 5 }
        }
        let pins = try bench.report([]).pins
        #expect(pins.map(\.policy.maximumTries) == [3, 5])
        #expect(pins.map(\.status.remainingTries) == [2, 5])
    }

    @Test func terminatedApplicationIsSaid() throws {
        let bench = try bench { image in image.isDefaultApplication = false }
        bench.answer("00A40400", "6285")
        #expect(bench.verify() == "card terminated")
        #expect(outcome { () throws(OperationError) in try bench.report() } == "card terminated")
        #expect(bench.dialog.requests.isEmpty)
    }
}
