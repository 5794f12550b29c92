import CardApplications
import CardCore
import CardOperations
import Testing
import VirtualCards

/// How many commands an operation with a PIV card sends at most, GET RESPONSE counted.
@Suite struct PIVBudgetTests {
    @Test(arguments: [("T=1", 6), ("T=0", 9)], Operation.allCases)
    func operationKeepsToItsBudget(row: (protocol: String, limit: Int), operation: Operation) throws {
        let bench = try ImageBench(.piv, tries: [.authentication: operation == .unblock ? 0 : 2]) {
            (image: inout PIVImage) in
            image.transmissionProtocol = row.protocol
        }
        #expect(bench.run(operation) == "ok")
        #expect(bench.reader.commands <= row.limit, "\(bench.reader.commands)")
        try expectProofs(bench, operation)
    }

    @Test(arguments: Operation.allCases)
    func yubiKeyKeepsToItsBudget(operation: Operation) throws {
        let bench = try ImageBench(.pivYubiKey, tries: [.authentication: operation == .unblock ? 0 : 2]) {
            (_: inout PIVImage) in
        }
        #expect(bench.run(operation) == "ok")
        #expect(bench.reader.commands <= 8, "\(bench.reader.commands)")
        try expectProofs(bench, operation)
    }

    /// In each transaction the application is proven and the counter read, before the question and before the code.
    private func expectProofs(_ bench: ImageBench, _ operation: Operation) throws {
        #expect(bench.ledger.begun == 2)
        let codes = bench.wire.commands.indices.filter { index in
            let command = bench.wire.commands[index]
            return Instruction.carryingSecrets.contains(command[1]) && command.count > 5
        }
        #expect(codes.count == 1)
        let before = bench.wire.commands[..<(try #require(codes.first))]
        let proofs = [Instruction.select, Instruction.getDataWithTags, 0xF7]
        let selections = before.count { proofs.contains($0[1]) }
        #expect(selections >= 2)
        // The PUK's counter cannot be read but on a YubiKey; the blocked PIN's is read before the question.
        let counters = before.count { [Instruction.verify, 0xF7].contains($0[1]) }
        #expect(counters >= (operation == .unblock && !bench.families.contains("openpgp") ? 1 : 2))
    }
}
