import CardApplications
import CardCore
import CardOperations
import Testing
import VirtualCards

/// Unblocking with VERIFY of the PUK and then RESET RETRY COUNTER with the new PIN alone.
@Suite struct TwoStepTests {
    @Test func aPUKInAnotherDirectoryIsPresentedToNobody() throws {
        let bench = try OperationBench(.sithsTwoStep, tries: [.authentication: 0]) { image in
            try image.replace([0x3F, 0x00, 0x50, 0x15], with: [0x3F, 0x00, 0x50, 0x16], inCode: 2)
        }
        // The card has both directories.
        bench.wire.answerInstead = { command in
            command[1] == Instruction.select && command.suffix(2) == [0x50, 0x16] ? [0x90, 0x00] : nil
        }
        #expect(bench.outcome(.unblock) == "refused noUnblockingCode 01")
        #expect(bench.dialog.requests.isEmpty && bench.dialog.plans.isEmpty)
        #expect(bench.reader.commandsWithSecret == 0)
        #expect(bench.counters == [0, 3, 10])
        bench.expectOrder()
    }

    /// There is only a new PIN in the second command, so that none in it can be wrong.
    @Test(arguments: [
        ("6982", "not set"), ("6983", "not set"), ("63C0", "not set"), ("63C2", "not set"),
        ("6300", "not set"),
        ("6985", "not set"), ("6A86", "not set"), ("6F00", "not set"), ("6A80", "refused"),
        ("6700", "refused"),
    ])
    func secondStepSaysWhetherTheNewPINIsAtFault(status: String, meaning: String) throws {
        for isRaw in [false, true] {
            let bench = try OperationBench(.sithsTwoStep, tries: [.authentication: 0])
            bench.wire.answerInstead = { command in
                command[1] == Instruction.resetRetryCounter ? Hex.bytes(of: status) : nil
            }
            let refused =
                isRaw
                ? try bench.outcome(sending: ["00200083{puk}", "002C0281{new}"]) : bench.outcome(.unblock)
            #expect(refused == "new code \(meaning) 01 \(status) (01)")
            #expect(bench.reader.commandsWithSecret == 2)
            #expect(bench.counters == [0, 3, 10])
            bench.expectOrder()
        }
    }

    /// Sent by hand, with no PUK before it: nothing says that an unblocking code was accepted.
    @Test func newPINAloneIsNotAllowed() throws {
        let bench = try OperationBench(.sithsTwoStep, tries: [.authentication: 0])
        #expect(try bench.outcome(sending: ["002C0281{new}"]) == "not allowed 01 6982 (01)")
        #expect(bench.counters == [0, 3, 10])
    }

    /// The PUK was sent, whatever became of the command behind it.
    @Test(arguments: [
        ["00200083{puk}", "002C0281{new}"], ["00200083{puk}", "00B0000001", "002C0281{new}"],
        ["00200083{puk}", "00B0000001"],
    ])
    func aCardThatLeavesBehindAnAcceptedCodeLeavesTheOutcomeOpen(texts: [String]) throws {
        let bench = try OperationBench(.sithsTwoStep, tries: [.authentication: 0])
        var isAccepted = false
        bench.reader.interfere = { _, command in
            guard !isAccepted else { return .refuse(.cardRemoved) }
            isAccepted = command.carriesSecret
            return .proceed
        }
        #expect(try bench.outcome(sending: texts) == "outcome unknown 03 (03)")
        #expect(bench.wire.commands.count { $0[1] == Instruction.resetRetryCounter } == 0)
    }

    @Test func theOperationItselfSaysTheSameOfACardThatLeavesBetweenTheSteps() throws {
        let bench = try OperationBench(.sithsTwoStep, tries: [.authentication: 0])
        bench.reader.interfere = { _, command in
            command.ins == Instruction.resetRetryCounter ? .refuse(.cardRemoved) : .proceed
        }
        #expect(bench.outcome(.unblock) == "outcome unknown 03 (03)")
    }
}

extension OperationBench {
    /// Sends commands; the error in words, or `ok`.
    func outcome(sending texts: [String]) throws -> String {
        do {
            _ = try send(texts)
            return "ok"
        } catch let error as OperationError {
            return error.brief
        }
    }
}
