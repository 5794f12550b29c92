package import CardCore

/// A software card in a reader that exists only in memory, which counts and can interfere.
///
/// Used from one thread. Channels of it are lent like those of a real reader; what was counted stays here.
package final class InMemoryReader {
    /// Header of one command, without its data.
    package struct Command: Hashable, Sendable {
        package let cla: UInt8
        package let ins: UInt8
        package let p1: UInt8
        package let p2: UInt8
        /// Whether it carried a code.
        package let carriesSecret: Bool

        package init(cla: UInt8, ins: UInt8, p1: UInt8, p2: UInt8, carriesSecret: Bool) {
            self.cla = cla
            self.ins = ins
            self.p1 = p1
            self.p2 = p2
            self.carriesSecret = carriesSecret
        }
    }

    /// What happens to one command on its way.
    package enum Interference: Sendable {
        case proceed
        /// It never reaches the card. A `.cardReset` resets the card as well.
        case refuse(TransportError)
        /// The card executes it, and its answer is lost.
        case loseAnswer(TransportError)
        /// This comes back in place of the card's answer, which is not asked.
        case answer(ResponseAPDU)
    }

    package let card: any VirtualCard
    package fileprivate(set) var limits: ChannelLimits
    /// Every command that was handed over, GET RESPONSE and those refused on the way included.
    package private(set) var log: [Command] = []
    package private(set) var commandBytes = 0
    package private(set) var responseBytes = 0
    private var wasReset = false
    /// Asked before each command, with its number from 1 and its header.
    package var interfere: ((Int, Command) -> Interference)?

    /// A reader with `card` in it, which is reset as a reader does on insertion.
    package init(card: any VirtualCard) {
        self.card = card
        limits = ChannelLimits(
            transmissionProtocol: card.transmissionProtocol,
            atr: try? ATR(parsing: card.atr)
        )
        card.reset()
    }

    package var commands: Int { log.count }
    /// How many commands carried a code.
    package var commandsWithSecret: Int { log.count { $0.carriesSecret } }

    package func channel() -> InMemoryChannel {
        defer { wasReset = false }
        return InMemoryChannel(reader: self, wasReset: wasReset)
    }

    /// Resets the card as another program does, which the next channel tells.
    package func reset() {
        card.reset()
        wasReset = true
    }

    fileprivate func transmit(_ bytes: [UInt8], carriesSecret: Bool) throws(TransportError) -> ResponseAPDU {
        guard bytes.count >= 4 else { throw .commandTooLong(length: bytes.count) }
        let command = Command(
            cla: bytes[0],
            ins: bytes[1],
            p1: bytes[2],
            p2: bytes[3],
            carriesSecret: carriesSecret
        )
        log.append(command)
        commandBytes += bytes.count
        switch interfere?(log.count, command) ?? .proceed {
        case .proceed: break
        case .refuse(let error):
            if error == .cardReset { card.reset() }
            throw error
        case .loseAnswer(let error):
            _ = card.process(bytes)
            throw error
        case .answer(let response): return response
        }
        let response = card.process(bytes)
        responseBytes += response.count
        return try ResponseAPDU(parsing: response.span)
    }
}

/// One transaction with a card in an `InMemoryReader`.
package struct InMemoryChannel: CardChannel, ~Copyable {
    private let reader: InMemoryReader

    package let wasReset: Bool

    fileprivate init(reader: InMemoryReader, wasReset: Bool) {
        self.reader = reader
        self.wasReset = wasReset
    }

    package var limits: ChannelLimits { reader.limits }

    package mutating func disableExtendedLength() { reader.limits.extendedLength = false }

    package mutating func transmit(_ command: borrowing EncodedCommand) throws(TransportError) -> ResponseAPDU
    {
        let secret = command.carriesSecret
        let bytes = command.withBytes { span in span.indices.map { span[$0] } }
        return try reader.transmit(bytes, carriesSecret: secret)
    }
}
