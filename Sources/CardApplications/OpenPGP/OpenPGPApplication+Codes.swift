package import CardCore

extension OpenPGPApplication {
    /// PW1 in the mode that allows no signature; PW3 in its only one.
    package mutating func verify(
        _ policy: PINPolicy,
        _ code: consuming SecretBytes,
        on channel: inout CodeChannel
    ) throws(PINError) {
        let mode = policy.id == OpenPGPCodes.pw1 ? OpenPGPCodes.Mode.other : policy.reference.rawValue
        let data = SecretBytes(capacity: 255) { output in policy.encode(code, into: &output) }
        try present(
            PresentedCommand(Instruction.verify, reference: PINReference(rawValue: mode), judged: policy),
            data,
            on: &channel
        )
    }

    /// What the standard's words mean here.
    ///
    /// A wrong code is `6982`, without a counter (7.2.2), so the counter is always asked for afterwards, as gpg does; `63CX` is
    /// by the specification the answer to a question without a code, and is not believed here. The YubiKey NEO says `6985`
    /// both to a wrong code and to a wrong length in the two commands with two codes, and a YubiKey with PIN complexity to a
    /// new code that is too simple (Yubico, "PIN complexity", firmware 5.7, which names version 3.4): whether a try was spent, the
    /// counter tells.
    package func error(_ status: StatusWord, of command: PresentedCommand) -> PINError? {
        let error = command.error(status)
        switch error {
        case .wrong(let id, _): return .wrong(id: id, remainingTries: nil)
        case .blocked(let id) where status != .authenticationMethodBlocked:
            return .wrong(id: id, remainingTries: nil)
        default: break
        }
        switch status {
        case .conditionsNotSatisfied where command.instruction != Instruction.verify:
            return refusal(of: command, status)
        case .wrongParameters: return .notAllowed(id: command.changed.id, status)
        default: return error
        }
    }

    /// What `6985` says of a command with a new code whose counter has not gone down.
    private func refusal(of command: PresentedCommand, _ status: StatusWord) -> PINError {
        if data.isYubiKey, data.version >= (3, 4) { return .newCodeTooSimple(id: command.changed.id) }
        if data.isYubiKey { return .newCodeRefused(id: command.changed.id, status) }
        return command.p1 == 0x00
            ? .unexpected(id: command.judged.id, status) : .notAllowed(id: command.changed.id, status)
    }

    /// Logs out with VERIFY P1 = FF (7.2.2) what the commands of this transaction may have verified.
    package mutating func logOut(on channel: inout CodeChannel) throws(TransportError) -> Bool {
        guard data.promisesLogout else { return false }
        if data.isYubiKey {
            guard try keyKnowsLogout(on: &channel.plain) else { return false }
        }
        for mode in Set(channel.presented.flatMap(Self.modes)).sorted() {
            let command = CommandAPDU(ins: Instruction.verify, p1: 0xFF, p2: mode)
            guard try channel.isAccepted(command) else { return false }
        }
        return true
    }

    /// Asks a YubiKey for its version, which only Yubico's own command F1 tells.
    private func keyKnowsLogout(on channel: inout AnyCardChannel) throws(TransportError) -> Bool {
        let response = try channel.exchange(CommandAPDU(ins: 0xF1, expectedLength: 256), limit: 256)
        guard response.status.isSuccess, response.data.count == 3 else { return false }
        return (response.data[0], response.data[1]) >= (5, 6)
    }

    /// The modes that a command may leave verified.
    ///
    /// SmartPGP leaves PW3 verified by CHANGE; what others do to PW1 the specification does not say.
    private static func modes(after command: PresentedCommand) -> [UInt8] {
        if command.instruction == Instruction.verify { return [command.reference.rawValue] }
        return command.changed.id == OpenPGPCodes.pw1
            ? [OpenPGPCodes.Mode.signature, OpenPGPCodes.Mode.other] : [command.reference.rawValue]
    }

    /// VERIFY without data tells whether a mode is verified (7.2.2), of the cards that know the whole command.
    package mutating func isLoggedIn(on channel: inout AnyCardChannel) throws(TransportError) -> Bool {
        guard data.promisesLogout else { return false }
        for mode in OpenPGPCodes.Mode.all.sorted() {
            if try channel.emptyVerify(PINReference(rawValue: mode)).isSuccess { return true }
        }
        return false
    }
}
