package import CardCore

/// Unblocking by the administrator's key.
extension IDPrimeApplication {
    /// Makes the card identifier the current file, which can be read again without selecting, then asks.
    package mutating func requestChallenge(
        of puk: PINPolicy,
        on channel: inout CodeChannel
    ) throws(CardError) -> [UInt8] {
        guard try readCardIdentifier(on: &channel.plain) != nil else { throw .malformed(file: "cardid") }
        let command = CommandAPDU(
            ins: Instruction.getChallenge,
            p1: 0x00,
            p2: IDPrimePINs.challengeParameter,
            expectedLength: IDPrimePINs.blockLength
        )
        let response = try transported { () throws(TransportError) in
            try channel.plain.exchange(command, limit: IDPrimePINs.blockLength)
        }
        guard response.status.isSuccess, response.data.count == IDPrimePINs.blockLength else {
            throw .unexpected(response.status, instruction: Instruction.getChallenge)
        }
        return response.data
    }

    package mutating func confirmsChallenge(on channel: inout AnyCardChannel) throws(CardError) -> Bool {
        guard let cardIdentifier else { return false }
        let response = try transported { () throws(TransportError) in
            try files.readCurrent(count: cardIdentifier.count, on: &channel)
        }
        return response.status.isSuccess && response.data == cardIdentifier
    }

    package mutating func unblock(
        _ pin: PINPolicy,
        by unblocking: Unblocking,
        of puk: PINPolicy,
        _ code: consuming SecretBytes,
        to new: consuming SecretBytes,
        on channel: inout CodeChannel
    ) throws(PINError) {
        guard unblocking.isResponse else { throw .card(.notSupported) }
        let command = PresentedCommand(
            Instruction.externalAuthenticate,
            reference: puk.reference,
            judged: puk
        )
        try present(command, code, on: &channel)
        try resetRetryCounter(pin, to: new, after: puk, on: &channel)
    }

    package func error(_ status: StatusWord, of command: PresentedCommand) -> PINError? {
        let error = command.error(status)
        // A response has no new code in it that could be refused.
        guard command.instruction == Instruction.externalAuthenticate,
            case .newCodeRefused(let id, let status) = error
        else { return error }
        return .notAllowed(id: id, status)
    }
}
