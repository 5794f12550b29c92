import CardTesting
import Synchronization
import Testing
import VirtualReaders

@testable import CardCore
@testable import PCSC

/// A connection belongs to one card, and what a card sends back to a secret to nobody.
@Suite(.serialized, .timeLimit(.minutes(10)))
struct ExchangedCardTests {
    @Test func aCardThatWasExchangedBehindAResetIsGone() async throws {
        try await SharedCardService.withSlot { service, slot in
            let reader = Reader(nameBytes: Array(service.readerName(slot: slot).utf8))
            func insert() async throws -> CardInReader {
                let process = try await service.insertCard("/usr/bin/python3", slot: slot) { address in
                    [HelperProgram.path("card.py"), address, CardInReader.t0]
                }
                let inserted = CardInReader(process: process, reader: reader)
                try await inserted.wait(for: .present)
                return inserted
            }
            let first = try await insert()
            let context = try Context()
            var card = try context.connect(reader)
            #expect(try card.send("80420000") == "6982")
            await first.process.remove()
            try await first.wait(for: .empty)
            let second = try await insert()
            try await HelperProgram.run("client.py", [reader.name, "shared"]) { other in
                try await other.tell("reset")
                // The service tells of the reset and no more of the removal.
                for _ in 1...2 {
                    #expect(throws: TestError.beginning(.cardRemoved)) { try card.send("80400000") }
                }
                // It remembers nothing, so nothing has reached it; and the transaction did not stay.
                var fresh = try context.connect(reader)
                #expect(try fresh.send("80420000") == "6982")
                #expect(try fresh.send("80440000") == "019000")
            }
            await second.process.remove()
            try await second.wait(for: .empty)
        }
    }

    @Test func anEchoOfASecretIsNotTraced() async throws {
        let lines = Lines()
        let trace = CardTrace { line in lines.text.withLock { $0 += line } }
        try await CardInReader.run { inserted in
            var card = try Context().connect(inserted.reader)
            try card.withTransaction(trace: trace) { (transaction: inout Transaction) throws(TestError) in
                let secret = SecretBytes(capacity: 6) { output in
                    output.append(repeating: 0x37, count: 6)
                }
                // VERIFY to this card, which answers it with six octets AA.
                let command = SecretCommandAPDU(cla: 0x80, ins: 0x20, p1: 0x00, p2: 0x06, data: secret)
                do throws(TransportError) {
                    let response = try transaction.transmit(EncodedCommand(command))
                    #expect(Hex.string(of: response.bytes) == "AAAAAAAAAAAA9000")
                } catch {
                    throw .command(error)
                }
            }
        }
        let text = lines.text.withLock { $0 }
        #expect(text.contains("> 80200006") && text.contains("< 9000 "))
        #expect(!text.contains("AA") && !text.contains("3737"))
    }

    private final class Lines: Sendable {
        let text = Mutex("")
    }
}
