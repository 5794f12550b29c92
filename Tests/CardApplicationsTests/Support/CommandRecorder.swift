import CardCore
import VirtualCards

/// Every command that reaches a card, which `answer` can replace.
final class CommandRecorder: VirtualCard {
    private let card: any VirtualCard
    private let answer: (([UInt8]) -> [UInt8]?)?
    private(set) var commands: [[UInt8]] = []

    init(_ card: any VirtualCard, answer: (([UInt8]) -> [UInt8]?)? = nil) {
        self.card = card
        self.answer = answer
    }

    var atr: [UInt8] { card.atr }
    var transmissionProtocol: TransmissionProtocol { card.transmissionProtocol }
    func reset() { card.reset() }

    func process(_ command: [UInt8]) -> [UInt8] {
        commands.append(command)
        return answer?(command) ?? card.process(command)
    }
}
