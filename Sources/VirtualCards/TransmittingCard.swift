internal import CardCore

/// A software card that sees whole commands, behind the rules of its transmission protocol.
protocol TransmittingCard: SoftwareCard {
    var transmission: TransmissionRules { get set }
    /// Answers a command without the chaining bit and with all of its data.
    func execute(_ command: CommandAPDU) -> Answer
}

extension TransmittingCard {
    /// Answers the bytes of one command, and tells of a new state before that.
    func respond(to command: [UInt8]) -> [UInt8] {
        let before = state
        // A copy, because `execute` may touch everything else of the card.
        var rules = transmission
        let answer = rules.respond(to: command, execute)
        transmission = rules
        if state != before { stateDidChange?(state) }
        return answer.bytes
    }
}
