package import CardCore

extension PIVApplication {
    // MARK: Counters

    /// Whether the card tells the counter of `policy` by GET METADATA, as far as is known.
    func asksMetadata(of policy: PINPolicy) -> Bool {
        yubiKey?.mayHaveMetadata == true && !withoutMetadata.contains(policy.reference)
            && policy.reference != PIVCodes.globalPIN
    }

    /// By GET METADATA of a YubiKey, or by an empty VERIFY, which by the standard costs no try (part 2, 3.2.1).
    package mutating func status(
        of policy: PINPolicy,
        on channel: inout AnyCardChannel
    ) throws(CardError) -> PINStatus {
        if let counters = takeCounters(of: policy) { return PINStatus(remainingTries: counters.remaining) }
        if asksMetadata(of: policy) {
            if let counters = try metadata(of: policy, on: &channel) {
                noteMaximum(counters, of: policy)
                return PINStatus(remainingTries: counters.remaining)
            }
            // Firmware before 5.3.
            withoutMetadata.insert(policy.reference)
        }
        // VERIFY does not take the PUK (part 2, 3.2.1).
        guard policy.reference != PIVCodes.puk else { return .unknown }
        let answer = try transported { () throws(TransportError) in
            try channel.emptyVerify(policy.reference)
        }
        if let tries = tries(in: answer) { return PINStatus(remainingTries: tries) }
        return switch answer {
        case .authenticationMethodBlocked: PINStatus(remainingTries: 0)
        // Verified already: not blocked, and the counter is not told.
        case .success: PINStatus(remainingTries: nil, isBlocked: false)
        default: .unknown
        }
    }

    /// `nil` where the card does not answer; no other application answers like this.
    func metadata(
        of policy: PINPolicy,
        on channel: inout AnyCardChannel
    ) throws(CardError) -> YubiKey.Counters? {
        try transported { () throws(TransportError) in
            try YubiKey.counters(of: policy.reference.rawValue, on: &channel)
        }
    }

    package mutating func isLoggedIn(on channel: inout AnyCardChannel) throws(TransportError) -> Bool {
        if try channel.emptyVerify(PIVCodes.pin).isSuccess { return true }
        guard discovery?.allowsGlobalPIN == true else { return false }
        return try channel.emptyVerify(PIVCodes.globalPIN).isSuccess
    }

    /// `63CX`, and on YubiKeys before version 4 `630X` (go-piv/piv-go issue 60).
    private func tries(in status: StatusWord) -> Int? {
        if let tries = status.remainingTries { return tries }
        guard yubiKey?.countsWithout63C == true, status.rawValue & 0xFFF0 == 0x6300 else { return nil }
        return Int(status.sw2)
    }

    /// What differs from the standard's words.
    ///
    /// A wrong PUK is `63CX` (part 2, 3.2.3); `6982` comes from cards whose issuer has switched unblocking off. A YubiKey with
    /// PIN complexity answers `6985` to a new code that is too simple (Yubico, "PIN complexity", firmware 5.7). Where one of them
    /// was a wrong code after all, the counter tells.
    package func error(_ status: StatusWord, of command: PresentedCommand) -> PINError? {
        switch (command.instruction, status) {
        case (Instruction.resetRetryCounter, .securityStatusNotSatisfied):
            return .unblockingRefused(id: command.judged.id, status)
        case (Instruction.resetRetryCounter, .conditionsNotSatisfied),
            (Instruction.changeReferenceData, .conditionsNotSatisfied):
            if yubiKey != nil { return .newCodeTooSimple(id: command.changed.id) }
        default: break
        }
        guard status.remainingTries == nil, let tries = tries(in: status) else {
            return command.error(status)
        }
        return command.error(StatusWord(rawValue: 0x63C0 | UInt16(truncatingIfNeeded: tries & 0x0F)))
    }

    // MARK: Unblocking and logging out

    /// RESET RETRY COUNTER with the PUK and the new PIN (part 2, 3.2.3).
    package mutating func unblock(
        _ pin: PINPolicy,
        by unblocking: Unblocking,
        of puk: PINPolicy,
        _ code: consuming SecretBytes,
        to new: consuming SecretBytes,
        on channel: inout CodeChannel
    ) throws(PINError) {
        guard unblocking.means == .codeAndNewPIN, pin.reference == PIVCodes.pin else {
            throw .card(.notSupported)
        }
        try resetRetryCounter(pin, by: puk, code, to: new, on: &channel)
    }

    /// VERIFY with P1 = FF for each code that may be verified (part 2, 3.2.1); the PUK leaves no verification of its own.
    package mutating func logOut(on channel: inout CodeChannel) throws(TransportError) -> Bool {
        let references = Set(
            channel.presented.map { $0.reference == PIVCodes.puk ? PIVCodes.pin : $0.reference }
        )
        var isLoggedOut = true
        for reference in references.sorted(by: { $0.rawValue < $1.rawValue }) {
            let command = CommandAPDU(ins: Instruction.verify, p1: 0xFF, p2: reference.rawValue)
            let isAccepted = try channel.isAccepted(command)
            isLoggedOut = isLoggedOut && isAccepted
        }
        return isLoggedOut
    }
}
