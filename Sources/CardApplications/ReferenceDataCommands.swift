package import CardCore

/// The three ISO/IEC 7816-4 commands that present a code (11.6.6, 11.6.7, 11.6.10), each sent exactly once.
///
/// What they return is `PINError`'s view of the status word: which words count a try is one table for all families.
package enum ReferenceDataCommands {
    /// VERIFY.
    package static func verify(
        _ policy: PINPolicy,
        _ code: consuming SecretBytes,
        on channel: inout AnyCardChannel
    ) throws(PINError) {
        let data = SecretBytes(capacity: 255) { output in policy.encode(code, into: &output) }
        try present(Instruction.verify, p1: 0x00, policy, judged: policy, data, on: &channel)
    }

    /// CHANGE REFERENCE DATA, P1 = 00: the old code and the new one, each padded as the card stores it.
    package static func change(
        _ policy: PINPolicy,
        from old: consuming SecretBytes,
        to new: consuming SecretBytes,
        on channel: inout AnyCardChannel
    ) throws(PINError) {
        let data = SecretBytes(capacity: 510) { output in
            policy.encode(old, into: &output)
            policy.encode(new, into: &output)
        }
        try present(Instruction.changeReferenceData, p1: 0x00, policy, judged: policy, data, on: &channel)
    }

    /// RESET RETRY COUNTER, P1 = 00: the unblocking code and the new one.
    package static func resetRetryCounter(
        _ policy: PINPolicy,
        unblockingCode puk: PINPolicy,
        _ code: consuming SecretBytes,
        to new: consuming SecretBytes,
        on channel: inout AnyCardChannel
    ) throws(PINError) {
        let data = SecretBytes(capacity: 510) { output in
            puk.encode(code, into: &output)
            policy.encode(new, into: &output)
        }
        try present(Instruction.resetRetryCounter, p1: 0x00, policy, judged: puk, data, on: &channel)
    }

    /// RESET RETRY COUNTER, P1 = 02: only the new code, after the unblocking code has been verified.
    package static func resetRetryCounter(
        _ policy: PINPolicy,
        to new: consuming SecretBytes,
        on channel: inout AnyCardChannel
    ) throws(PINError) {
        let data = SecretBytes(capacity: 255) { output in policy.encode(new, into: &output) }
        try present(Instruction.resetRetryCounter, p1: 0x02, policy, judged: policy, data, on: &channel)
    }

    /// Sends one command.
    ///
    /// `judged` is the code that a wrong answer is about: for RESET RETRY COUNTER the PUK.
    private static func present(
        _ instruction: UInt8,
        p1: UInt8,
        _ policy: PINPolicy,
        judged: PINPolicy,
        _ data: consuming SecretBytes,
        on channel: inout AnyCardChannel
    ) throws(PINError) {
        let command = SecretCommandAPDU(ins: instruction, p1: p1, p2: policy.reference.rawValue, data: data)
        let response: ResponseAPDU
        do throws(TransportError) {
            response = try channel.exchange(command)
        } catch {
            throw error.commandWasNotSent ? .card(.transport(error)) : .outcomeUnknown(id: judged.id, error)
        }
        guard let error = self.error(response.status, judged: judged, changed: policy, instruction, p1: p1)
        else {
            return
        }
        throw error
    }

    /// What `status` means for the code `judged`; `nil` is success.
    package static func error(
        _ status: StatusWord,
        judged: PINPolicy,
        changed: PINPolicy,
        _ instruction: UInt8,
        p1: UInt8 = 0x00
    ) -> PINError? {
        // With only a new code in the command there is none in it that could be wrong.
        let presentsCode =
            instruction == Instruction.verify || p1 == 0x00
            || p1 == 0x01 && instruction == Instruction.resetRetryCounter
        guard presentsCode else { return status.isSuccess ? nil : .notAllowed(id: changed.id, status) }
        if let tries = status.remainingTries {
            return tries == 0 ? .blocked(id: judged.id) : .wrong(id: judged.id, remainingTries: tries)
        }
        switch status {
        case .success: return nil
        case .verificationFailed: return .wrong(id: judged.id, remainingTries: nil)
        // Some cards answer 6982 to a wrong and to a blocked code alike; the counter is asked for afterwards.
        case .securityStatusNotSatisfied: return .wrong(id: judged.id, remainingTries: nil)
        case .authenticationMethodBlocked: return .blocked(id: judged.id)
        case .referenceDataNotUsable: return .notInitialized(id: judged.id)
        case .incorrectData, .wrongLength:
            return instruction == Instruction.verify
                ? .notAllowed(id: judged.id, status) : .newCodeRefused(id: changed.id, status)
        case .conditionsNotSatisfied, .functionNotSupported, .incorrectParameters, .referencedDataNotFound,
            .instructionNotSupported, .classNotSupported, .fileOrApplicationNotFound:
            return .notAllowed(id: changed.id, status)
        default: return .unexpected(id: judged.id, status)
        }
    }
}
