package import CardCore

/// A command that presents a code, without the code.
package struct PresentedCommand: Hashable, Sendable {
    package var instruction: UInt8
    package var p1: UInt8
    package var reference: PINReference
    /// The code that a wrong answer is about: for RESET RETRY COUNTER the PUK.
    package var judged: PINPolicy
    /// The code that gets a new value, or that is presented.
    package var changed: PINPolicy

    package init(
        _ instruction: UInt8,
        p1: UInt8 = 0x00,
        reference: PINReference,
        judged: PINPolicy,
        changed: PINPolicy? = nil
    ) {
        self.instruction = instruction
        self.p1 = p1
        self.reference = reference
        self.judged = judged
        self.changed = changed ?? judged
    }

    /// Whether the data has a code in it that can be wrong, and not only a new one.
    package var presentsCode: Bool {
        instruction == Instruction.verify || p1 == 0x00
            || p1 == 0x01 && instruction == Instruction.resetRetryCounter
    }

    /// What `status` says by ISO/IEC 7816-4, 11.6, and by what is seen on several cards; `nil` is success.
    package func error(_ status: StatusWord) -> PINError? {
        guard presentsCode else { return newCodeError(status) }
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

    /// What `status` says of a new code that went out alone, after the unblocking one was accepted: no code in it can be wrong.
    private func newCodeError(_ status: StatusWord) -> PINError? {
        switch status {
        case .success: nil
        case .incorrectData, .wrongLength: .newCodeRefused(id: changed.id, status)
        default: .newCodeNotSet(id: changed.id, status)
        }
    }
}
