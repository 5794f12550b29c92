import CardCore
import CardOperations
import Testing
import VirtualCards

/// Another program selects another application at the prompt, which has a directory of the same name and takes codes.
@Suite struct ForeignApplicationTests {
    @Test(arguments: CardProfile.pkcs15, Operation.allCases)
    func noCodeGoesToAnotherApplication(profile: CardProfile, operation: Operation) throws {
        let bench = try OperationBench(profile, tries: [.authentication: operation == .unblock ? 0 : 2])
        let stolen = intrude(on: bench)
        #expect(bench.outcome(operation) == "ok")
        #expect(stolen().isEmpty)
        bench.expectOrder()
    }

    @Test(arguments: [CardProfile.siths, .sithsT1, .sithsTwoStep])
    func norDoesARawCommandWithACode(profile: CardProfile) throws {
        let bench = try OperationBench(profile, tries: [.authentication: 2])
        let stolen = intrude(on: bench)
        #expect(try bench.outcome(sending: ["00200081{pin}"]) == "ok")
        #expect(stolen().isEmpty)
        bench.expectOrder()
    }

    /// Puts the foreign application in place before the second transaction; returns the codes that it was given.
    private func intrude(on bench: OperationBench) -> () -> [[UInt8]] {
        var isForeign = false
        var stolen: [[UInt8]] = []
        bench.ledger.beforeTransaction = { number in if number == 2 { isForeign = true } }
        bench.wire.answerInstead = { command in
            guard isForeign else { return nil }
            switch command[1] {
            case Instruction.select where command[2] == 0x04 && command.dropFirst(5).starts(with: aid):
                isForeign = false
                return nil
            case Instruction.select: return [0x90, 0x00]
            case Instruction.getDataWithTags: return nil
            case Instruction.verify where command.count <= 5: return [0x63, 0xC3]
            case let ins where Instruction.carryingSecrets.contains(ins):
                stolen.append(command)
                return [0x90, 0x00]
            default: return [0x6D, 0x00]
            }
        }
        return { stolen }
    }
}
