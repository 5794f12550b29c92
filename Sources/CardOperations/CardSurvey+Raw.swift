internal import CardApplications
internal import CardCore

extension CardSurvey {
    /// What a placeholder of `command` stands for on this card.
    func codes(
        of command: RawCommand
    ) throws(OperationError) -> [(policy: PINPolicy, purpose: CodeRequest.Purpose)] {
        guard !command.codes.isEmpty else { return [] }
        let reference = PINReference(rawValue: command.bytes[3])
        var matches = policies.filter { $0.reference == reference }
        // A PUK that the card does not name has the reference of its PIN, and no command of its own.
        if matches.count > 1 {
            matches.removeAll { $0.kind == .puk && !$0.verifyIsAllowed && !$0.changeIsAllowed }
        }
        guard matches.count <= 1 else { throw .whichPIN(matches) }
        guard let named = matches.first else {
            throw .noSuchPIN(Hex.string(of: [reference.rawValue]), known: policies)
        }
        guard named.kind != .key else { throw .refused(.verifyNotAllowed, named) }
        // Nobody knows how this code goes over the wire.
        guard named.verifyIsAllowed || named.changeIsAllowed || named.kind != .pin else {
            throw .refused(.verifyNotAllowed, named)
        }
        let isReset = [Instruction.resetRetryCounter, Instruction.resetRetryCounterWithData]
            .contains(command.bytes[1])
        // The code that unblocks another one is judged by a counter that is not its own.
        if isReset, named.kind != .pin { throw .refused(.unblockNotAllowed, named) }
        var found: [(policy: PINPolicy, purpose: CodeRequest.Purpose)] = []
        for code in command.codes {
            switch code {
            case .pin: found.append((named, .current))
            case .new: found.append((named, .new))
            case .puk:
                guard named.kind == .pin else {
                    found.append((named, .unblocking))
                    continue
                }
                // VERIFY and CHANGE present the code of their own reference; only RESET RETRY COUNTER takes another's.
                let puk = unblockings(of: named).first { !$0.unblocking.isResponse }?.code
                guard isReset, let puk else {
                    throw .refused(.noUnblockingCode, named)
                }
                found.append((puk, .unblocking))
            }
        }
        return found
    }

    /// The codes whose tries `commands` put at stake, in the order in which they are presented.
    func countedCodes(of commands: [RawCommand]) throws(OperationError) -> [PINPolicy] {
        var counted: [PINPolicy] = []
        for command in commands {
            for code in try codes(of: command) where code.purpose != .new { counted.append(code.policy) }
        }
        // A command with a new code alone presents none that counts, and still has to reach this application.
        return counted.isEmpty ? try newCodes(of: commands) : counted
    }

    private func newCodes(of commands: [RawCommand]) throws(OperationError) -> [PINPolicy] {
        guard let first = commands.first else { return [] }
        return try codes(of: first).map(\.policy)
    }

    /// What `command` presents, as the application judges it.
    func presentedCommand(_ command: RawCommand) throws(OperationError) -> PresentedCommand {
        let codes = try codes(of: command)
        // Without its code the header alone would be a question that some cards count.
        guard let judged = codes.first?.policy, let changed = codes.last?.policy else { throw .cancelled }
        return PresentedCommand(
            command.bytes[1],
            p1: command.bytes[2],
            reference: PINReference(rawValue: command.bytes[3]),
            judged: judged,
            changed: changed
        )
    }
}
