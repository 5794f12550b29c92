/// One stay of a card in a virtual reader (vpcd): what it answers to the reader's messages, without any I/O.
package final class CardSession {
    /// What the card does about one message.
    package enum Reply: Equatable, Sendable {
        case nothing
        case send([UInt8])
        /// It leaves the reader: the connection is to be closed.
        case leave
    }

    /// What went between reader and card.
    package struct Counts: Equatable, Sendable {
        /// Command APDUs, GET RESPONSE included.
        package var commands = 0
        package var commandBytes = 0
        package var responseBytes = 0
        /// Power-ons and resets.
        package var resets = 0

        /// The line that `kortvakt-card --count` writes, without its newline.
        package var line: String {
            "commands=\(commands) command_bytes=\(commandBytes) response_bytes=\(responseBytes) resets=\(resets)"
        }
    }

    private let card: any VirtualCard
    private let fault: CardFault?
    package private(set) var counts = Counts()

    /// Control messages of vpcd, one byte each.
    private enum Control {
        static let powerOff: UInt8 = 0
        static let powerOn: UInt8 = 1
        static let reset: UInt8 = 2
        static let answerToReset: UInt8 = 4
    }

    package init(card: any VirtualCard, fault: CardFault? = nil) {
        self.card = card
        self.fault = fault
    }

    /// Answers one message: a control message of one byte, or a command APDU.
    package func reply(to message: [UInt8]) -> Reply {
        switch (message.count, message.first) {
        case (1, Control.powerOn), (1, Control.reset):
            counts.resets += 1
            card.reset()
            return .nothing
        case (1, Control.powerOff):
            card.reset()
            return .nothing
        case (1, Control.answerToReset): return .send(card.atr)
        case (2..., _): return reply(toCommand: message)
        default: return .nothing
        }
    }

    private func reply(toCommand command: [UInt8]) -> Reply {
        counts.commands += 1
        counts.commandBytes += command.count
        if case .removeBefore(let number) = fault, counts.commands >= number { return .leave }
        if case .mute(let number) = fault, counts.commands >= number { return .nothing }
        let response = card.process(command)
        if case .removeAfter(let number) = fault, counts.commands >= number { return .leave }
        counts.responseBytes += response.count
        return .send(response)
    }
}
