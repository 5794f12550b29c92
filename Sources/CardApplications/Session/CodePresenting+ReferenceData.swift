package import CardCore

/// The three ISO/IEC 7816-4 commands that present a code (11.6.6, 11.6.7, 11.6.10), as most families take them.
extension CodePresenting {
    package func error(_ status: StatusWord, of command: PresentedCommand) -> PINError? {
        command.error(status)
    }

    package mutating func verify(
        _ policy: PINPolicy,
        _ code: consuming SecretBytes,
        on channel: inout CodeChannel
    ) throws(PINError) {
        let data = SecretBytes(capacity: 255) { output in policy.encode(code, into: &output) }
        let command = PresentedCommand(Instruction.verify, reference: policy.reference, judged: policy)
        try present(command, data, on: &channel)
    }

    package mutating func change(
        _ policy: PINPolicy,
        from old: consuming SecretBytes,
        to new: consuming SecretBytes,
        on channel: inout CodeChannel
    ) throws(PINError) {
        try changeReferenceData(policy, from: old, to: new, on: &channel)
    }

    /// RESET RETRY COUNTER with both codes, or VERIFY and RESET RETRY COUNTER.
    ///
    /// One form is never followed by the other: a failure that is not a counted wrong code explains nothing.
    package mutating func unblock(
        _ pin: PINPolicy,
        by unblocking: Unblocking,
        of puk: PINPolicy,
        _ code: consuming SecretBytes,
        to new: consuming SecretBytes,
        on channel: inout CodeChannel
    ) throws(PINError) {
        switch unblocking.means {
        case .codeAndNewPIN: try resetRetryCounter(pin, by: puk, code, to: new, on: &channel)
        case .verifyThenNewPIN:
            try verify(puk, code, on: &channel)
            try resetRetryCounter(pin, to: new, after: puk, on: &channel)
        case .response: throw .card(.notSupported)
        }
    }

    /// CHANGE REFERENCE DATA, P1 = 00: the old code and the new one, each padded as the card stores it.
    mutating func changeReferenceData(
        _ policy: PINPolicy,
        from old: consuming SecretBytes,
        to new: consuming SecretBytes,
        on channel: inout CodeChannel
    ) throws(PINError) {
        let data = SecretBytes(capacity: 510) { output in
            policy.encode(old, into: &output)
            policy.encode(new, into: &output)
        }
        let command = PresentedCommand(
            Instruction.changeReferenceData,
            reference: policy.reference,
            judged: policy
        )
        try present(command, data, on: &channel)
    }

    /// RESET RETRY COUNTER, P1 = 00: `puk`'s code and the new one, each padded as the card stores it.
    mutating func resetRetryCounter(
        _ pin: PINPolicy,
        by puk: PINPolicy,
        _ code: consuming SecretBytes,
        to new: consuming SecretBytes,
        on channel: inout CodeChannel
    ) throws(PINError) {
        let data = SecretBytes(capacity: 510) { output in
            puk.encode(code, into: &output)
            pin.encode(new, into: &output)
        }
        let command = PresentedCommand(
            Instruction.resetRetryCounter,
            reference: pin.reference,
            judged: puk,
            changed: pin
        )
        try present(command, data, on: &channel)
    }

    /// RESET RETRY COUNTER, P1 = 02: only the new code, after `puk` has been accepted.
    mutating func resetRetryCounter(
        _ pin: PINPolicy,
        to new: consuming SecretBytes,
        after puk: PINPolicy,
        on channel: inout CodeChannel
    ) throws(PINError) {
        let data = SecretBytes(capacity: 255) { output in pin.encode(new, into: &output) }
        let command = PresentedCommand(
            Instruction.resetRetryCounter,
            p1: 0x02,
            reference: pin.reference,
            judged: pin
        )
        do throws(PINError) {
            try present(command, data, on: &channel)
        } catch .card(.transport(let error)) {
            // The new code was not sent, but the unblocking one was.
            throw .outcomeUnknown(id: puk.id, error)
        }
    }

    /// Sends one command with its code, once, and judges the answer as this application has it.
    func present(
        _ command: PresentedCommand,
        _ data: consuming SecretBytes,
        on channel: inout CodeChannel
    ) throws(PINError) {
        try channel.present(command, data) { error($0, of: command) }
    }
}
