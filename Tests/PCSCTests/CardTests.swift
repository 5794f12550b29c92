import CardTesting
import PCSC
import Synchronization
import Testing
import VirtualReaders

@testable import CardCore

@Suite(.serialized, .timeLimit(.minutes(10)))
struct CardTests {
    @Test func readersSayWhetherTheyHoldACardAndWhich() async throws {
        try await CardInReader.run { inserted in
            let context = try Context()
            #expect(try context.readers().contains(inserted.reader))
            let status = try #require(try context.statuses().first { $0.reader == inserted.reader })
            #expect(status.presence == .present)
            #expect(Hex.string(of: status.atr) == CardInReader.t0)
            #expect(!status.isExclusive && !status.isInUse)
            await inserted.process.remove()
            try await inserted.wait(for: .empty)
            let after = try context.status(of: [inserted.reader])[0]
            #expect(after.eventCount == status.eventCount &+ 1)
            #expect(after.atr.isEmpty)
            #expect(throws: PCSCError.noCard) { _ = try context.connect(inserted.reader) }
        }
    }

    @Test func aReaderThatIsNotThereIsNotFound() async throws {
        try await SharedCardService.withSlot { _, _ in
            let context = try Context()
            let none = Reader(nameBytes: Array("No Such Reader".utf8))
            #expect(throws: PCSCError.readerNotFound) { _ = try context.connect(none) }
            #expect(throws: PCSCError.readerNotFound) { try context.status(of: [none]) }
        }
    }

    @Test(arguments: [
        (CardInReader.t0, ChannelLimits(transmissionProtocol: .t0)),
        (CardInReader.t1, ChannelLimits(transmissionProtocol: .t1, extendedLength: true)),
    ])
    func aCommandGoesThereAndBack(atr: String, limits: ChannelLimits) async throws {
        try await CardInReader.run(atr: atr) { inserted in
            var card = try Context().connect(inserted.reader)
            #expect(card.limits == limits)
            #expect(Hex.string(of: card.atrBytes) == atr)
            #expect(try card.send("8022000003010203") == "80220000030102039000")
            #expect(
                try card.withTransaction { (t: inout Transaction) throws(PCSCError) in t.wasReset } == false
            )
        }
    }

    @Test func theLongestAnswerThatTheVirtualReaderPassesOnArrivesWhole() async throws {
        try await CardInReader.run(atr: CardInReader.t1) { inserted in
            var card = try Context().connect(inserted.reader)
            #expect(try card.send("8020FFFD").utf8.count == 2 * 0xFFFF)
        }
    }

    /// One byte; with none at all the virtual reader waits for more.
    @Test func anAnswerShorterThanAStatusWordIsAFaultAndNoTrap() async throws {
        try await CardInReader.run { inserted in
            var card = try Context().connect(inserted.reader)
            let error = #expect(throws: TestError.self) { try card.send("80620001") }
            guard case .command(let fault) = error else {
                Issue.record("\(String(describing: error))")
                return
            }
            #expect(!fault.commandWasNotSent)
        }
    }

    @Test func theTraceShowsEachCommandAndHidesTheSecret() async throws {
        try await CardInReader.run { inserted in
            let lines = Mutex<[String]>([])
            let trace = CardTrace { line in lines.withLock { $0.append(line) } }
            var card = try Context().connect(inserted.reader)
            try card.withTransaction(trace: trace) { (transaction: inout Transaction) throws(TestError) in
                _ = try transaction.send("80440000")
                let secret = SecretBytes(capacity: 4) { output in
                    for byte in Array("7391".utf8) { output.append(byte) }
                }
                do throws(TransportError) {
                    let command = SecretCommandAPDU(cla: 0x80, ins: 0x22, p1: 0, p2: 0, data: secret)
                    let answer = try transaction.transmit(try EncodedCommand(command))
                    #expect(Hex.string(of: answer.bytes).hasPrefix("8022000004" + "37333931"))
                } catch {
                    throw .command(error)
                }
            }
            let text = lines.withLock { $0 }
            #expect(text.count == 4)
            #expect(text[0] == "> 80440000\n")
            #expect(text[1].hasPrefix("< 009000 "))
            #expect(text[2] == "> 8022000004 <secret>\n")
        }
    }

    @Test func aCardThatLeavesIsRemovedForTheNextTransaction() async throws {
        try await CardInReader.run { inserted in
            var card = try Context().connect(inserted.reader)
            #expect(try card.send("80440000") == "009000")
            await inserted.process.remove()
            try await inserted.wait(for: .empty)
            #expect(throws: TestError.beginning(.cardRemoved)) { try card.send("80440000") }
        }
    }

    @Test func aCardThatLeavesInTheMiddleOfACommandGivesNoAnswerAndIsGone() async throws {
        try await CardInReader.run { inserted in
            var card = try Context().connect(inserted.reader)
            #expect(throws: TestError.command(.noAnswer(cardRemoved: true))) { try card.send("80500000") }
        }
    }

    @Test func anAnswerToResetThatIsNoneIsAProtocolMismatch() async throws {
        try await CardInReader.run(atr: "FFFFFF") { inserted in
            let context = try Context()
            #expect(throws: PCSCError.protocolMismatch) { _ = try context.connect(inserted.reader) }
        }
    }

    @Test func droppingTheSecurityStatusMakesALoneCardForget() async throws {
        try await CardInReader.run { inserted in
            let context = try Context()
            var card = try context.connect(inserted.reader)
            #expect(try card.send("80400000", "80420000") == "9000")
            #expect(try card.dropSecurityStatus() == .dropped)
            var again = try context.connect(inserted.reader)
            #expect(try again.send("80420000") == "6982")
        }
    }

    @Test func droppingTheSecurityStatusLeavesACardThatOthersUse() async throws {
        try await CardInReader.run { inserted in
            try await HelperProgram.run("client.py", [inserted.reader.name, "shared"]) { other in
                let context = try Context()
                var card = try context.connect(inserted.reader)
                #expect(try card.send("80400000") == "9000")
                guard case .othersConnected(let programs) = try card.dropSecurityStatus() else {
                    Issue.record("it was dropped")
                    return
                }
                #expect(programs.programs.contains { $0.pid == other.pid && $0.name == "python3" })
                var again = try context.connect(inserted.reader)
                #expect(try again.send("80420000") == "9000")
            }
        }
    }

    @Test func droppingTheSecurityStatusOfACardThatHasLeftIsDone() async throws {
        try await CardInReader.run { inserted in
            let card = try Context().connect(inserted.reader)
            await inserted.process.remove()
            try await inserted.wait(for: .empty)
            #expect(try card.dropSecurityStatus() == .dropped)
        }
    }
}
