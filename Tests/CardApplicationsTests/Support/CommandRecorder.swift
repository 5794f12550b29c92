import CardCore
import VirtualCards

/// A software card and every command that reaches it.
final class CommandRecorder: VirtualCard {
    private let card: any VirtualCard
    private(set) var commands: [[UInt8]] = []

    init(_ card: any VirtualCard) { self.card = card }

    var atr: [UInt8] { card.atr }
    var transmissionProtocol: TransmissionProtocol { card.transmissionProtocol }
    func reset() { card.reset() }

    func process(_ command: [UInt8]) -> [UInt8] {
        commands.append(command)
        return card.process(command)
    }
}
