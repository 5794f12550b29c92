import CardCore
import VirtualCards

/// Keeps every command that reaches the card behind it, byte by byte.
final class RecordingCard: VirtualCard {
    private let card: any SoftwareCard
    private(set) var commands: [[UInt8]] = []
    /// Answers in place of the card where it returns something.
    var answerInstead: (([UInt8]) -> [UInt8]?)?

    init(_ card: any SoftwareCard) { self.card = card }

    var atr: [UInt8] { card.atr }
    var transmissionProtocol: TransmissionProtocol { card.transmissionProtocol }
    func reset() { card.reset() }

    func process(_ command: [UInt8]) -> [UInt8] {
        commands.append(command)
        return answerInstead?(command) ?? card.process(command)
    }

    /// How many commands hold these digits.
    func count(of digits: String) -> Int {
        let wanted = Array(digits.utf8)
        return commands.count { command in
            command.indices.contains { command[$0...].starts(with: wanted) }
        }
    }

    /// VERIFY without data: a question on some cards, a lost try on others.
    var emptyVerifies: Int { commands.count { $0[1] == Instruction.verify && $0.count <= 5 } }
}
