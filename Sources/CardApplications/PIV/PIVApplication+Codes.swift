package import CardCore

extension PIVApplication {
    // MARK: Counters

    /// Whether the card tells the counter of `policy` by GET METADATA, as far as is known.
    func asksMetadata(of policy: PINPolicy) -> Bool {
        yubiKey?.mayHaveMetadata == true && policy.reference != PIVCodes.globalPIN
    }

    /// Whether there is a question for the counter of `policy`; VERIFY does not take the PUK (part 2, 3.2.1).
    func canBeAsked(_ policy: PINPolicy) -> Bool {
        asksMetadata(of: policy) || policy.reference != PIVCodes.puk
    }

    /// By GET METADATA of a YubiKey, or by an empty VERIFY, which by the standard costs no try (part 2, 3.2.1).
    package mutating func status(
        of policy: PINPolicy,
        on channel: inout AnyCardChannel
    ) throws(CardError) -> PINStatus {
        if asksMetadata(of: policy) {
            if let counters = try metadata(of: policy, on: &channel) {
                return PINStatus(remainingTries: counters.remaining)
            }
            // Firmware before 5.3, or something else is selected.
            if try makeCurrentIfNeeded(on: &channel),
                let counters = try metadata(of: policy, on: &channel)
            {
                return PINStatus(remainingTries: counters.remaining)
            }
            yubiKey?.mayHaveMetadata = false
        }
        guard policy.reference != PIVCodes.puk else {
            _ = try makeCurrentIfNeeded(on: &channel)
            return .unknown
        }
        return try askByVerify(policy.reference, on: &channel)
    }

    private mutating func metadata(
        of policy: PINPolicy,
        on channel: inout AnyCardChannel
    ) throws(CardError) -> YubiKey.Counters? {
        let counters = try transported { () throws(TransportError) in
            try YubiKey.counters(of: policy.reference.rawValue, on: &channel)
        }
        // No other application answers like this.
        if counters != nil { isCurrent = true }
        return counters
    }

    /// Whether the application had to be selected.
    private mutating func makeCurrentIfNeeded(on channel: inout AnyCardChannel) throws(CardError) -> Bool {
        isCurrent ? false : try makeCurrent(on: &channel)
    }

    /// The empty VERIFY.
    ///
    /// Where it is not certain what is selected, the answer counts as proof only if it tells the very counter that this
    /// application told before; after any other the application is made sure of.
    private mutating func askByVerify(
        _ reference: PINReference,
        on channel: inout AnyCardChannel
    ) throws(CardError) -> PINStatus {
        if !isCurrent, counters[reference] == nil { try makeCurrent(on: &channel) }
        var answer = try emptyVerify(reference, on: &channel)
        if !isCurrent {
            if let tries = tries(in: answer), tries > 0, tries == counters[reference] {
                isCurrent = true
            } else if try makeCurrent(on: &channel) {
                answer = try emptyVerify(reference, on: &channel)
            }
        }
        counters[reference] = tries(in: answer)
        if let tries = tries(in: answer) {
            if reference == PIVCodes.pin, afterUnblocking == .sent { afterUnblocking = .notVerified }
            return PINStatus(remainingTries: tries)
        }
        return switch answer {
        case .authenticationMethodBlocked: PINStatus(remainingTries: 0)
        // Verified by somebody already: not blocked, and the counter stays in the dark.
        case .success: PINStatus(remainingTries: nil, isBlocked: false)
        default: .unknown
        }
    }

    private func emptyVerify(
        _ reference: PINReference,
        on channel: inout AnyCardChannel
    ) throws(CardError) -> StatusWord {
        let command = CommandAPDU(ins: Instruction.verify, p2: reference.rawValue)
        return try transported { () throws(TransportError) in
            try channel.exchange(command, limit: 256).status
        }
    }

    /// `63CX`, and on YubiKeys before version 4 `630X` (go-piv/piv-go issue 60).
    private func tries(in status: StatusWord) -> Int? {
        if let tries = status.remainingTries { return tries }
        guard yubiKey?.countsWithout63C == true, status.rawValue & 0xFFF0 == 0x6300 else { return nil }
        return Int(status.sw2)
    }

    package func error(_ status: StatusWord, of command: PresentedCommand) -> PINError? {
        guard status.remainingTries == nil, let tries = tries(in: status) else {
            return command.error(status)
        }
        return command.error(StatusWord(rawValue: 0x63C0 | UInt16(truncatingIfNeeded: tries & 0x0F)))
    }

    // MARK: Unblocking and forgetting

    /// RESET RETRY COUNTER with the PUK and the new PIN (part 2, 3.2.3).
    package mutating func unblock(
        _ pin: PINPolicy,
        by unblocking: Unblocking,
        of puk: PINPolicy,
        _ code: consuming SecretBytes,
        to new: consuming SecretBytes,
        on channel: inout AnyCardChannel
    ) throws(PINError) {
        guard unblocking.means == .codeAndNewPIN, pin.reference == PIVCodes.pin else {
            throw .card(.notSupported)
        }
        afterUnblocking = .sent
        try resetRetryCounter(pin, by: puk, code, to: new, on: &channel)
    }

    /// VERIFY with P1 = FF for each code that was presented (part 2, 3.2.1).
    ///
    /// RESET RETRY COUNTER leaves the verification as it was (part 2, 3.2.3), so where the card has answered since that
    /// the PIN is not verified, there is nothing to end.
    package mutating func endSecurityStatus(on channel: inout AnyCardChannel) throws(TransportError) -> Bool {
        guard afterUnblocking != .notVerified else { return true }
        var isEnded = true
        for reference in presented.sorted(by: { $0.rawValue < $1.rawValue }) {
            let command = CommandAPDU(ins: Instruction.verify, p1: 0xFF, p2: reference.rawValue)
            let status = try channel.exchange(command, limit: 256).status
            isEnded = isEnded && status.isSuccess
        }
        return isEnded && !presented.isEmpty
    }
}
