package import CardCore

extension GIDSApplication {
    /// The external authentication of GidsApplet: choose the key, then ask with an empty challenge of our own.
    ///
    /// MANAGE SECURITY ENVIRONMENT `81 A4` with key `80`, then GENERAL AUTHENTICATE `7C { 81 }`; the card answers with
    /// `7C { 81 challenge }`. Neither can cost a try.
    package mutating func requestChallenge(
        of puk: PINPolicy,
        on channel: inout CodeChannel
    ) throws(CardError) -> [UInt8] {
        guard puk.kind == .key else { throw .notSupported }
        let choose = CommandAPDU(
            ins: Instruction.manageSecurityEnvironment,
            p1: 0x81,
            p2: 0xA4,
            data: [0x83, 0x01, 0x80]
        )
        let ask = CommandAPDU(
            ins: Instruction.generalAuthenticate,
            data: [0x7C, 0x02, 0x81, 0x00],
            expectedLength: 256
        )
        let chosen = try transported { () throws(TransportError) in
            try channel.plain.exchange(choose, limit: 256)
        }
        // A card without the key, or one that knows only the mutual form, has no challenge for people.
        guard chosen.status.isSuccess else { throw .notSupported }
        let response = try transported { () throws(TransportError) in
            try channel.plain.exchange(ask, limit: 256)
        }
        guard response.status.isSuccess else { throw .notSupported }
        let bytes = response.data.span
        let challenge = try? BERTLV.value(of: [0x7C, 0x81], in: bytes, range: 0..<bytes.count)
        guard let challenge, challenge.count == GIDSPolicies.challengeLength else {
            throw .malformed(file: "challenge")
        }
        return Array(response.data[challenge])
    }

    /// By the key: GENERAL AUTHENTICATE with the response, once, then RESET RETRY COUNTER with the new PIN.
    ///
    /// By a PUK: RESET RETRY COUNTER with both, as any card.
    package mutating func unblock(
        _ pin: PINPolicy,
        by unblocking: Unblocking,
        of puk: PINPolicy,
        _ code: consuming SecretBytes,
        to new: consuming SecretBytes,
        on channel: inout CodeChannel
    ) throws(PINError) {
        guard unblocking.isResponse else {
            guard unblocking.means == .codeAndNewPIN else { throw .card(.notSupported) }
            return try resetRetryCounter(pin, by: puk, code, to: new, on: &channel)
        }
        guard code.count == GIDSPolicies.challengeLength else { throw .card(.notSupported) }
        let data = SecretBytes(capacity: 4 + GIDSPolicies.challengeLength) { output in
            let length = UInt8(truncatingIfNeeded: code.count)
            output.append(contentsOf: ([0x7C, length + 2, 0x82, length] as [UInt8]).span)
            code.withBytes { output.append(contentsOf: $0) }
        }
        let command = PresentedCommand(
            Instruction.generalAuthenticate,
            reference: PINReference(rawValue: 0x00),
            judged: puk
        )
        try present(command, data, on: &channel)
        try resetRetryCounter(pin, to: new, after: puk, on: &channel)
    }

    /// As the standard says, except for the response: nothing but a refusal of it is about the key.
    package func error(_ status: StatusWord, of command: PresentedCommand) -> PINError? {
        switch (command.instruction, status) {
        case (_, .success): nil
        // The challenge is not there any more (GidsApplet: 6985), or the card takes no such form: nothing was judged.
        case (Instruction.generalAuthenticate, .conditionsNotSatisfied),
            (Instruction.generalAuthenticate, .referenceDataNotUsable),
            (Instruction.generalAuthenticate, .incorrectData),
            (Instruction.generalAuthenticate, .wrongLength):
            .notAllowed(id: command.judged.id, status)
        // The new PIN after the response (P1 = 02): its length or its characters.
        case (Instruction.resetRetryCounter, .wrongLength), (Instruction.resetRetryCounter, .incorrectData):
            .newCodeRefused(id: command.changed.id, status)
        default: command.error(status)
        }
    }
}
