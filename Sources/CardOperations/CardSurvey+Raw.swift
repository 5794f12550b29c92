internal import CardApplications
internal import CardCore

extension CardSurvey {
    /// What a placeholder of `command` stands for on this card.
    func codes(
        of command: RawCommand
    ) throws(OperationError) -> [(policy: PINPolicy, purpose: CodeRequest.Purpose)] {
        guard !command.codes.isEmpty else { return [] }
        let reference = PINReference(rawValue: command.bytes[3])
        let matches = policies.filter { $0.reference == reference }
        guard matches.count <= 1 else { throw .whichPIN(matches) }
        guard let named = matches.first else {
            throw .noSuchPIN(Hex.string(of: [reference.rawValue]), known: policies)
        }
        guard named.kind != .key else { throw .refused(.verifyNotAllowed, named) }
        // Nobody knows how this code goes over the wire.
        guard named.verifyIsAllowed || named.changeIsAllowed || named.kind != .pin else {
            throw .refused(.verifyNotAllowed, named)
        }
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
                let isReset = [Instruction.resetRetryCounter, Instruction.resetRetryCounterWithData]
                let puk = unblockings(of: named).first { !$0.unblocking.isResponse }?.code
                guard isReset.contains(command.bytes[1]), let puk else {
                    throw .refused(.noUnblockingCode, named)
                }
                found.append((puk, .unblocking))
            }
        }
        return found
    }

    /// Reads the counter of every code that `commands` present, and refuses what would spend a last try unasked.
    mutating func check(
        _ commands: [RawCommand],
        budget: TryBudget,
        on channel: inout AnyCardChannel
    ) throws(OperationError) {
        for command in commands {
            for code in try codes(of: command) where code.purpose != .new {
                try budget.check(readStatus(of: code.policy, on: &channel), of: code.policy)
            }
        }
    }

    /// Takes the application up again for the first code, in a new transaction, and checks all of them again.
    mutating func resume(
        with first: RawCommand,
        of commands: [RawCommand],
        budget: TryBudget,
        on channel: inout AnyCardChannel
    ) throws(OperationError) {
        if let code = try codes(of: first).first { try resume(for: code.policy, on: &channel) }
        try check(commands, budget: budget, on: &channel)
    }
}
