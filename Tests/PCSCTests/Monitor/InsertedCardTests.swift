import CardCore
import Testing

@testable import PCSC

@Suite(.serialized, .timeLimit(.minutes(10)))
struct InsertedCardTests {
    @Test func aTellingOfTheMonitorIsEnoughToTalkToTheCard() async throws {
        try await CardInReader.run(atr: CardInReader.t1) { inserted in
            let atr = try #require(Hex.bytes(of: CardInReader.t1))
            let told = InsertedCard(reader: inserted.reader, eventCount: 1, atr: atr)
            var card = try told.connect()
            #expect(card.atrBytes == atr)
            #expect(card.limits == ChannelLimits(transmissionProtocol: .t1, extendedLength: true))
            #expect(try card.send("80440000") == "009000")
        }
    }

    @Test func aCardThatLeavesInTheMiddleOfACommandIsTakenForRemovedWithoutAsking() async throws {
        try await CardInReader.run { inserted in
            let told = InsertedCard(reader: inserted.reader, eventCount: 1, atr: [0x3B, 0x00])
            var card = try told.connect()
            #expect(throws: TestError.command(.noAnswer(cardRemoved: true))) { try card.send("80500000") }
            try await inserted.wait(for: .empty)
            #expect(throws: PCSCError.noCard) { _ = try told.connect() }
        }
    }

    @Test func aResetByAnotherProgramEndsTheConnectionAndANewOneWorks() async throws {
        try await CardInReader.run { inserted in
            let told = InsertedCard(reader: inserted.reader, eventCount: 1, atr: [0x3B, 0x00])
            var card = try told.connect()
            try await HelperProgram.run("client.py", [inserted.reader.name, "shared"]) { other in
                try await other.tell("reset")
                #expect(throws: TestError.beginning(.cardRemoved)) { try card.send("80440000") }
                var again = try told.connect()
                #expect(try again.send("80440000") == "019000")
            }
        }
    }

    @Test func aCardThatOthersKeepIsBusyInTime() async throws {
        try await CardInReader.run { inserted in
            let told = InsertedCard(reader: inserted.reader, eventCount: 1, atr: [0x3B, 0x00])
            try await HelperProgram.run("client.py", [inserted.reader.name, "exclusive"]) { _ in
                let error = #expect(throws: PCSCError.self) { _ = try told.connect() }
                guard case .busy? = error else {
                    Issue.record("\(String(describing: error))")
                    return
                }
            }
            try await HelperProgram.run("client.py", [inserted.reader.name, "transaction"]) { other in
                let error = #expect(throws: PCSCError.self) {
                    var card = try told.connect(within: .milliseconds(300))
                    try card.withTransaction(within: .milliseconds(300)) {
                        (_: inout Transaction) throws(PCSCError) in
                    }
                }
                guard case .busy? = error else {
                    Issue.record("\(String(describing: error))")
                    return
                }
                try await other.tell("end")
            }
        }
    }
}
