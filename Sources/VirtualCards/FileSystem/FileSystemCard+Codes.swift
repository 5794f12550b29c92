internal import CardCore

extension FileSystemCard {
    /// VERIFY (ISO/IEC 7816-4, 11.5.6).
    func verify(_ command: CommandAPDU) -> Answer {
        guard command.p1 == 0 else { return Answer(status: 0x6A86) }
        guard let pin = pin(command.p2) else { return Answer(status: 0x6A88) }
        if command.data.isEmpty { return Answer(status: statusWithoutCode(of: pin)) }
        if let refusal = present(command.data, to: pin) { return Answer(status: refusal) }
        verified.insert(command.p2)
        return .success
    }

    /// CHANGE REFERENCE DATA with the old and the new code (ISO/IEC 7816-4, 11.5.7).
    func changeReferenceData(_ command: CommandAPDU) -> Answer {
        guard command.p1 == 0 else { return Answer(status: 0x6A86) }
        guard let pin = pin(command.p2) else { return Answer(status: 0x6A88) }
        // The holder of these cards cannot change the PUK.
        guard fault != .noChange, pin.role != .puk else { return Answer(status: 0x6985) }
        return replace(pin, with: command.data, provenBy: pin)
    }

    /// RESET RETRY COUNTER (ISO/IEC 7816-4, 11.5.10), in the one form that this card's family knows.
    func resetRetryCounter(_ command: CommandAPDU) -> Answer {
        let form: UInt8 = image.behaviour.unblock == .oneStep ? 0x00 : 0x02
        guard command.p1 == form else { return Answer(status: 0x6A86) }
        guard let pin = pin(command.p2), let unblocker = pin.unblockedBy?.bytes.first else {
            return Answer(status: 0x6A88)
        }
        if fault == .lyingUnblock { return .success }
        if image.behaviour.unblock == .oneStep {
            guard let puk = self.pin(unblocker) else { return Answer(status: 0x6A88) }
            return asUnblocking(replace(pin, with: command.data, provenBy: puk))
        }
        guard verified.contains(unblocker) else { return Answer(status: 0x6982) }
        return Answer(status: store(command.data, as: pin))
    }

    /// The code with this reference, where it can be used from the current DF.
    func pin(_ reference: UInt8) -> FileSystemImage.PIN? {
        image.pins.first { $0.reference.bytes == [reference] && isInReach($0) }
    }

    func remainingTries(of pin: FileSystemImage.PIN) -> Int {
        state.codes[pin.reference.text]?.remainingTries ?? 0
    }

    func isInitialized(_ pin: FileSystemImage.PIN) -> Bool {
        fault != .noActivation && state.codes[pin.reference.text]?.initialized ?? false
    }

    /// The answer to VERIFY without data: a question on most cards, a lost try on some.
    private func statusWithoutCode(of pin: FileSystemImage.PIN) -> UInt16 {
        guard isInitialized(pin) else { return 0x6984 }
        guard remainingTries(of: pin) > 0 else { return blockedStatus }
        switch image.behaviour.emptyVerify {
        case .free: return verified.isSuperset(of: pin.reference.bytes) ? 0x9000 : counterStatus(of: pin)
        case .costsTry: return countWrongTry(of: pin)
        }
    }

    /// Compares a code and counts; `nil` when it is the right one.
    private func present(_ code: [UInt8], to pin: FileSystemImage.PIN) -> UInt16? {
        challenge = nil
        guard isInitialized(pin) else { return 0x6984 }
        guard remainingTries(of: pin) > 0 else { return blockedStatus }
        guard let value = state.codes[pin.reference.text]?.value, code == pin.padded(Array(value.utf8)) else {
            return countWrongTry(of: pin)
        }
        state.codes[pin.reference.text]?.remainingTries = pin.maximumTries
        return nil
    }

    private func countWrongTry(of pin: FileSystemImage.PIN) -> UInt16 {
        verified.subtract(pin.reference.bytes)
        let left = max(remainingTries(of: pin) - 1, 0)
        state.codes[pin.reference.text]?.remainingTries = left
        guard left == 0 else { return counterStatus(of: pin) }
        let status = image.behaviour.statusOfLastWrongTry.bytes
        return fault == .blockedAs63C0 ? 0x63C0 : UInt16(status[0]) << 8 | UInt16(status[1])
    }

    private func counterStatus(of pin: FileSystemImage.PIN) -> UInt16 {
        0x63C0 | UInt16(min(remainingTries(of: pin), 15))
    }

    private var blockedStatus: UInt16 { fault == .blockedAs63C0 ? 0x63C0 : 0x6983 }

    /// Takes `proof` and the new code of `pin` out of one data field and puts the new one in place.
    private func replace(
        _ pin: FileSystemImage.PIN,
        with data: [UInt8],
        provenBy proof: FileSystemImage.PIN
    ) -> Answer {
        let shortest = proof.shortestEncoding + pin.shortestEncoding
        guard (shortest...(proof.longestEncoding + pin.longestEncoding)).contains(data.count) else {
            return Answer(status: 0x6700)
        }
        // A code without padding has no mark where it ends: the card takes as many bytes as its own code has.
        let length =
            proof.padding == nil
            ? state.codes[proof.reference.text]?.value.utf8.count ?? 0 : proof.storedLength
        if let refusal = present(Array(data.prefix(length)), to: proof) { return Answer(status: refusal) }
        let status = store(Array(data.dropFirst(length)), as: pin)
        if status == 0x9000, proof == pin { verified.formUnion(pin.reference.bytes) }
        return Answer(status: status)
    }

    /// Makes `code` the value of `pin` and fills its counter.
    private func store(_ code: [UInt8], as pin: FileSystemImage.PIN) -> UInt16 {
        guard isInitialized(pin) else { return 0x6984 }
        guard let plain = pin.unpadded(code), pin.rule.allows(plain) else { return 0x6A80 }
        state.codes[pin.reference.text]?.value = String(decoding: plain, as: UTF8.self)
        state.codes[pin.reference.text]?.remainingTries = pin.maximumTries
        return 0x9000
    }

    private func asUnblocking(_ answer: Answer) -> Answer {
        guard fault == .unblockAs6982, answer.status == 0x6983 || answer.status & 0xFFF0 == 0x63C0 else {
            return answer
        }
        return Answer(status: 0x6982)
    }
}

extension FileSystemImage.PIN {
    var shortestEncoding: Int { padding == nil ? minimumLength : storedLength }
    var longestEncoding: Int { padding == nil ? maximumLength : storedLength }

    func padded(_ code: [UInt8]) -> [UInt8] {
        guard let fill = padding?.bytes.first, code.count < storedLength else { return code }
        return code + [UInt8](repeating: fill, count: storedLength - code.count)
    }

    /// The code without its padding; `nil` when it is not as long as a padded one has to be.
    func unpadded(_ code: [UInt8]) -> [UInt8]? {
        guard let fill = padding?.bytes.first else { return code }
        guard code.count == storedLength else { return nil }
        return Array(code.prefix((code.lastIndex { $0 != fill } ?? -1) + 1))
    }
}
