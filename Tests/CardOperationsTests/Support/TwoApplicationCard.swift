import CardCore
import VirtualCards

/// A card with two applications, of which one is current: leaving one by its name forgets what was verified in it.
final class TwoApplicationCard: VirtualCard {
    private let applications: [any SoftwareCard]
    private let answerToReset: [UInt8]
    /// Which application is current, 0 or 1.
    private(set) var current = 0
    /// How often an application was left for the other one.
    private(set) var changes = 0
    private(set) var commands: [[UInt8]] = []

    /// `first` is current after a reset; `atr` is that of neither.
    init(_ first: any SoftwareCard, _ second: any SoftwareCard, atr: [UInt8] = [0x3B, 0x80, 0x01, 0x81]) {
        applications = [first, second]
        answerToReset = atr
    }

    var atr: [UInt8] { answerToReset }
    var transmissionProtocol: TransmissionProtocol { .t1 }

    func reset() {
        current = 0
        for application in applications { application.reset() }
    }

    func process(_ command: [UInt8]) -> [UInt8] {
        commands.append(command)
        guard command.starts(with: [0x00, Instruction.select, 0x04]) else {
            return applications[current].process(command)
        }
        let answer = applications[current].process(command)
        if answer.suffix(2).first == 0x90 || answer.suffix(2).first == 0x61 { return answer }
        let other = applications[1 - current].process(command)
        guard other.suffix(2).first == 0x90 || other.suffix(2).first == 0x61 else { return answer }
        applications[current].reset()
        current = 1 - current
        changes += 1
        return other
    }
}
