import CardCore
import CardOperations
import Testing
import VirtualCards

/// A card that sends a code back: nobody gets to see it.
@Suite struct EchoTests {
    private static let raw = ["00200081{pin}", "00240081{pin}{new}", "002C0081{puk}{new}", "002C0181{puk}"]

    private func bench(_ answer: @escaping (_ data: [UInt8]) -> [UInt8]) throws -> OperationBench {
        let bench = try OperationBench(.siths, tries: [.authentication: 2])
        var isAnnounced = false
        bench.wire.answerInstead = { command in
            if Instruction.carryingSecrets.contains(command[1]), command.count > 5 {
                isAnnounced = true
                return answer(Array(command.dropFirst(5)))
            }
            // What was announced is the code.
            guard isAnnounced, command[1] == Instruction.getResponse else { return nil }
            return Array(OperationBench.auth.utf8) + [0x90, 0x00]
        }
        return bench
    }

    @Test(arguments: raw)
    func anEchoIsNoPartOfTheResponse(text: String) throws {
        let bench = try bench { data in data + [0x90, 0x00] }
        #expect(try bench.send([text]) == ["9000"])
        bench.expectOrder()
    }

    @Test(arguments: raw, [[0x61, 0x06], [0x61, 0x00]] as [[UInt8]])
    func anAnnouncedResponseIsNeitherFetchedNorBelieved(text: String, announcement: [UInt8]) throws {
        let bench = try bench { _ in announcement }
        let refusal = #expect(throws: OperationError.self) { try bench.send([text]) }
        #expect(refusal?.brief.hasPrefix("unexpected") == true)
        let code = try #require(
            bench.wire.commands.firstIndex { $0.count > 5 && [0x20, 0x24, 0x2C].contains($0[1]) }
        )
        #expect(code == bench.wire.commands.count - 1)
        bench.expectOrder()
    }

    @Test(arguments: Operation.allCases)
    func theOperationsBelieveOnly9000(operation: Operation) throws {
        let bench = try bench { data in data + [0x61, 0x06] }
        #expect(bench.outcome(operation).hasPrefix("unexpected"))
        let code = try #require(bench.reader.log.lastIndex { $0.carriesSecret })
        let next = bench.reader.log.dropFirst(code + 1).first
        #expect(next?.ins != Instruction.getResponse)
        bench.expectOrder()
    }
}
