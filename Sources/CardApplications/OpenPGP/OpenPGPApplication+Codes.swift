package import CardCore

extension OpenPGPApplication {
    /// PW1 in the mode that allows no signature; PW3 in its only one.
    package mutating func verify(
        _ policy: PINPolicy,
        _ code: consuming SecretBytes,
        on channel: inout AnyCardChannel
    ) throws(PINError) {
        let mode = policy.id == OpenPGPCodes.pw1 ? OpenPGPCodes.Mode.other : policy.reference.rawValue
        let data = SecretBytes(capacity: 255) { output in policy.encode(code, into: &output) }
        willPresent(verifying: [mode])
        try present(
            PresentedCommand(Instruction.verify, reference: PINReference(rawValue: mode), judged: policy),
            data,
            on: &channel
        )
    }

    package mutating func change(
        _ policy: PINPolicy,
        from old: consuming SecretBytes,
        to new: consuming SecretBytes,
        on channel: inout AnyCardChannel
    ) throws(PINError) {
        // SmartPGP leaves PW3 verified; what others do to PW1 the specification does not say.
        willPresent(verifying: Self.modes(of: policy))
        try changeReferenceData(policy, from: old, to: new, on: &channel)
    }

    /// RESET RETRY COUNTER with the resetting code in front, or alone after PW3.
    package mutating func unblock(
        _ pin: PINPolicy,
        by unblocking: Unblocking,
        of puk: PINPolicy,
        _ code: consuming SecretBytes,
        to new: consuming SecretBytes,
        on channel: inout AnyCardChannel
    ) throws(PINError) {
        switch unblocking.means {
        case .codeAndNewPIN:
            willPresent(verifying: Self.modes(of: pin))
            try resetRetryCounter(pin, by: puk, code, to: new, on: &channel)
        case .verifyThenNewPIN:
            try verify(puk, code, on: &channel)
            willPresent(verifying: Self.modes(of: pin))
            try resetRetryCounter(pin, to: new, after: puk, on: &channel)
        case .response: throw .card(.notSupported)
        }
    }

    /// What the standard's words mean here.
    ///
    /// A wrong code is `6982`, without a counter (7.2.2), so the counter is always asked for afterwards, as gpg does; `63CX` is
    /// by the specification the answer to a question without a code, and is not believed here. The YubiKey NEO says `6985`
    /// both to a wrong code and to a wrong length in the two commands with two codes.
    package func error(_ status: StatusWord, of command: PresentedCommand) -> PINError? {
        let error = command.error(status)
        switch error {
        case .wrong(let id, _): return .wrong(id: id, remainingTries: nil)
        case .blocked(let id) where status != .authenticationMethodBlocked:
            return .wrong(id: id, remainingTries: nil)
        default: break
        }
        switch status {
        case .conditionsNotSatisfied where command.instruction != Instruction.verify && command.p1 == 0x00:
            return .unexpected(id: command.judged.id, status)
        case .wrongParameters: return .notAllowed(id: command.changed.id, status)
        default: return error
        }
    }

    /// Logs out with VERIFY P1 = FF (7.2.2) what the commands of this transaction may have verified.
    package mutating func endSecurityStatus(on channel: inout AnyCardChannel) throws(TransportError) -> Bool {
        // Commands that went out without our knowledge may have verified anything.
        let modes = touched ?? OpenPGPCodes.Mode.all
        guard data.promisesLogout else { return false }
        if data.isYubiKey {
            guard try keyKnowsLogout(on: &channel) else { return false }
        }
        for mode in modes.sorted() {
            let command = CommandAPDU(ins: Instruction.verify, p1: 0xFF, p2: mode)
            guard try channel.exchange(command, limit: 256).status.isSuccess else { return false }
        }
        touched = []
        return true
    }

    /// Asks a YubiKey for its version, which only Yubico's own command F1 tells.
    private func keyKnowsLogout(on channel: inout AnyCardChannel) throws(TransportError) -> Bool {
        let response = try channel.exchange(CommandAPDU(ins: 0xF1, expectedLength: 256), limit: 256)
        guard response.status.isSuccess, response.data.count == 3 else { return false }
        return (response.data[0], response.data[1]) >= (5, 6)
    }

    private static func modes(of policy: PINPolicy) -> Set<UInt8> {
        policy.id == OpenPGPCodes.pw1
            ? [OpenPGPCodes.Mode.signature, OpenPGPCodes.Mode.other] : [policy.reference.rawValue]
    }
}
