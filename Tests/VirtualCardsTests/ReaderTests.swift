import Testing
import VirtualCards

@testable import CardCore

@Suite struct ReaderTests {
    private func secret(_ digits: String) -> SecretBytes {
        SecretBytes(capacity: 16) { output in for byte in digits.utf8 { output.append(byte) } }
    }

    private let selectApplication = CommandAPDU(
        ins: Instruction.select,
        p1: 0x04,
        data: [0xA0, 0, 0, 0, 0x63, 0x50, 0x4B, 0x43, 0x53, 0x2D, 0x31, 0x35],
        expectedLength: 256
    )

    @Test(arguments: [(CardProfile.siths, 3, false), (.sithsT1, 2, true)])
    func theChannelKeepsToTheCardsProtocol(profile: CardProfile, commands: Int, extended: Bool) throws {
        let reader = InMemoryReader(card: try Bench(profile).card)
        #expect(reader.limits.extendedLength == extended)
        var channel = reader.channel()
        let selected = try channel.exchange(selectApplication)
        #expect(selected.status.isSuccess && selected.data.first == 0x6F)
        let odf = try channel.exchange(
            CommandAPDU(ins: Instruction.readBinary, p1: 0x91, expectedLength: 256)
        )
        #expect(odf.status.isSuccess && odf.data.count == 256)
        #expect(reader.commands == commands)
        #expect(reader.log.last == .init(cla: 0, ins: 0xB0, p1: 0x91, p2: 0, carriesSecret: false))
    }

    @Test func aCommandCanBeKeptFromTheCardOrItsAnswerLost() throws {
        let bench = try Bench(.siths)
        let reader = InMemoryReader(card: bench.card)
        var channel = reader.channel()
        _ = try channel.exchange(selectApplication)
        reader.interfere = { _, command in command.carriesSecret ? .refuse(.cardRemoved) : .proceed }
        #expect(throws: TransportError.cardRemoved) {
            try channel.exchange(SecretCommandAPDU(ins: 0x20, p1: 0, p2: 0x81, data: secret("111111")))
        }
        #expect(bench.tries("81") == 3)
        reader.interfere = { _, _ in .loseAnswer(.noAnswer(cardRemoved: false)) }
        #expect(throws: TransportError.noAnswer(cardRemoved: false)) {
            try channel.exchange(SecretCommandAPDU(ins: 0x20, p1: 0, p2: 0x81, data: secret("111111")))
        }
        #expect(bench.tries("81") == 2)
        reader.interfere = nil
        let answer = try channel.exchange(
            SecretCommandAPDU(ins: 0x20, p1: 0, p2: 0x81, data: secret("246810"))
        )
        #expect(answer.status.isSuccess)
        #expect(reader.commandsWithSecret == 3)
        reader.interfere = { _, _ in .refuse(.cardReset) }
        #expect(throws: TransportError.cardReset) { try channel.exchange(selectApplication) }
        #expect(bench.card.verified.isEmpty)
    }

    @Test func theReadersMessagesAreAnsweredAndCounted() throws {
        let session = CardSession(card: try Bench(.siths).card)
        #expect(session.reply(to: [1]) == .nothing)
        #expect(session.reply(to: [4]) == .send(try Bench.image(.siths).atr.bytes))
        #expect(session.reply(to: [2]) == .nothing)
        #expect(session.reply(to: [0, 0x20, 0, 0x81]) == .send([0x6A, 0x88]))
        #expect(session.reply(to: [0, 0]) == .send([0x67, 0x00]))
        #expect(session.reply(to: [0]) == .nothing)
        #expect(session.reply(to: [9]) == .nothing)
        #expect(session.reply(to: []) == .nothing)
        #expect(session.counts.line == "commands=2 command_bytes=6 response_bytes=4 resets=2")
    }

    @Test func aCardCanLeaveOrFallSilent() throws {
        let wrong: [UInt8] = [0, 0x20, 0, 0x81, 6] + Array("111111".utf8)
        for (fault, reply, tries) in [
            (CardFault.removeBefore(2), CardSession.Reply.leave, 2), (.removeAfter(2), .leave, 1),
            (.mute(2), .nothing, 2),
        ] {
            let bench = try Bench(.siths)
            let session = CardSession(card: bench.card, fault: fault)
            #expect(session.reply(to: wrong) == .send([0x63, 0xC2]))
            #expect(session.reply(to: wrong) == reply)
            #expect(bench.tries("81") == tries)
        }
    }
}
