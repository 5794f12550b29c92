import CardApplications
import CardCore
import CardOperations
import Testing
import VirtualCards

/// FINEID citizen cards tell their counters by GET DATA, so that the last try is guarded.
///
/// Known from the dialogues of DVV's specimen cards in web-eid/libelectronic-id (`select-certificate-script-FIN-V3.hpp` and
/// `-V4.hpp`), whose ATRs these are. Whether an empty VERIFY is free is not known: here it costs a try.
@Suite struct FINEIDCounterTests {
    private static let atrs: [[UInt8]] = [
        [
            0x3B, 0x7F, 0x96, 0, 0, 0x80, 0x31, 0xB8, 0x65, 0xB0, 0x85, 0x04, 0x02, 0x1B, 0x12, 0x00, 0xF6,
            0x82, 0x90, 0,
        ],
        [
            0x3B, 0x7F, 0x96, 0, 0, 0x80, 0x31, 0xB8, 0x65, 0xB0, 0x85, 0x05, 0, 0x11, 0x12, 0x24, 0x60, 0x82,
            0x90, 0,
        ],
    ]

    private func bench(_ atr: [UInt8], tries: [CodeRole: Int] = [:]) throws -> OperationBench {
        try OperationBench(.fineid, tries: tries) { image in
            image.atr = HexBytes(atr)
            image.behaviour.emptyVerify = .costsTry
        }
    }

    @Test(arguments: atrs)
    func countersAreReadWithoutSpendingATry(atr: [UInt8]) throws {
        let bench = try bench(atr, tries: [.authentication: 4, .puk: 7])
        let before = bench.card.state
        let pins = try bench.report([]).pins
        #expect(pins.map(\.status.remainingTries) == [4, 5, 7])
        #expect(pins.map(\.policy.maximumTries) == [5, 5, nil])
        #expect(bench.card.state == before && bench.wire.emptyVerifies == 0)
    }

    @Test(arguments: atrs, Operation.allCases)
    func lastTryIsGuarded(atr: [UInt8], operation: Operation) throws {
        let tries: [CodeRole: Int] =
            operation == .unblock ? [.authentication: 0, .puk: 1] : [.authentication: 1]
        let bench = try bench(atr, tries: tries)
        let before = bench.card.state
        #expect(
            bench.outcome(operation)
                == (operation == .unblock ? "refused lastPUKTry 03" : "refused lastTry 01")
        )
        #expect(bench.reader.commandsWithSecret == 0 && bench.card.state == before)
        bench.expectOrder()
        let insisting = try self.bench(atr, tries: tries)
        #expect(insisting.outcome(operation, TryBudget(lastTry: true, lastPUKTry: true)) == "ok")
        #expect(insisting.wire.emptyVerifies == 0)
    }

    /// A card with these references that does not answer GET DATA is asked once for each code, and in no other way.
    @Test func cardThatDoesNotAnswerIsAskedOnceForEachCode() throws {
        let bench = try OperationBench(.fineid) { image in
            image.behaviour.countersByGetData = false
            image.behaviour.emptyVerify = .costsTry
        }
        #expect(try bench.report([]).pins.map(\.status) == [.unknown, .unknown, .unknown])
        #expect(bench.wire.commands.count { $0[1] == Instruction.getDataWithTags } == 3)
        #expect(bench.wire.emptyVerifies == 0)
    }

    /// Nothing documents GET DATA for organisation and health care cards, which are IDEMIA's and not Thales'.
    @Test func organisationCardIsNotAsked() throws {
        let bench = try OperationBench(.fineidHealth) { $0.behaviour.emptyVerify = .costsTry }
        #expect(try bench.report([]).pins.map(\.status) == [.unknown, .unknown, .unknown])
        #expect(bench.wire.commands.allSatisfy { $0[1] != Instruction.getDataWithTags })
        #expect(bench.wire.emptyVerifies == 0)
    }
}
