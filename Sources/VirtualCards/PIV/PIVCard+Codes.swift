internal import CardCore

extension PIVCard {
    /// VERIFY (part 2, 3.2.1): a code, the question for the counter, or with P1 = FF the end of what was verified.
    func verify(_ command: CommandAPDU) -> Answer {
        guard command.p1 == 0x00 || command.p1 == 0xFF else { return Answer(status: 0x6A86) }
        // The PUK is presented by RESET RETRY COUNTER and CHANGE REFERENCE DATA alone.
        guard command.p2 != 0x81, let code = code(command.p2) else { return Answer(status: 0x6A88) }
        if command.p1 == 0xFF {
            guard command.data.isEmpty else { return Answer(status: 0x6A80) }
            verified.remove(command.p2)
            return .success
        }
        guard !command.data.isEmpty else { return Answer(status: statusWithoutCode(of: code)) }
        guard command.data.count == Self.storedLength else { return Answer(status: 0x6A80) }
        if let refusal = present(command.data, to: code) { return Answer(status: refusal) }
        verified.insert(command.p2)
        hasJustVerified = true
        return .success
    }

    /// CHANGE REFERENCE DATA (part 2, 3.2.2); afterwards the code counts as verified.
    func changeReferenceData(_ command: CommandAPDU) -> Answer {
        guard command.p1 == 0x00 else { return Answer(status: 0x6A86) }
        guard let code = code(command.p2) else { return Answer(status: 0x6A88) }
        guard fault != .noChange else { return Answer(status: 0x6985) }
        let status = replace(code, with: command.data, provenBy: code)
        if status == 0x9000 { verified.insert(command.p2) }
        return Answer(status: status)
    }

    /// RESET RETRY COUNTER of the application's PIN with the PUK (part 2, 3.2.3); nothing gets verified by it.
    func resetRetryCounter(_ command: CommandAPDU) -> Answer {
        guard command.p1 == 0x00 else { return Answer(status: 0x6A86) }
        guard command.p2 == 0x80, let pin = code(0x80), let puk = code(0x81) else {
            return Answer(status: 0x6A88)
        }
        if fault == .lyingUnblock { return .success }
        let status = replace(pin, with: command.data, provenBy: puk)
        let isRefusal = status == 0x6983 || status & 0xFFF0 == 0x63C0
        if isRefusal { verified.remove(0x80) }
        return Answer(status: fault == .unblockAs6982 && isRefusal ? 0x6982 : status)
    }

    func code(_ reference: UInt8) -> PIVImage.Code? {
        image.codes.first { $0.reference.bytes == [reference] }
    }

    func remainingTries(of code: PIVImage.Code) -> Int {
        state.codes[code.reference.text]?.remainingTries ?? 0
    }

    private func isSetUp(_ code: PIVImage.Code) -> Bool {
        fault != .noActivation && state.codes[code.reference.text]?.initialized ?? false
    }

    private func statusWithoutCode(of code: PIVImage.Code) -> UInt16 {
        guard isSetUp(code) else { return 0x6984 }
        guard remainingTries(of: code) > 0 else { return blockedStatus }
        return verified.isSuperset(of: code.reference.bytes) ? 0x9000 : counterStatus(of: code)
    }

    /// Compares a padded code and counts; `nil` when it is the right one.
    private func present(_ data: [UInt8], to code: PIVImage.Code) -> UInt16? {
        guard isSetUp(code) else { return 0x6984 }
        guard remainingTries(of: code) > 0 else { return blockedStatus }
        let name = code.reference.text
        guard let value = state.codes[name]?.value, data == Self.padded(Array(value.utf8)) else {
            verified.subtract(code.reference.bytes)
            let left = max(remainingTries(of: code) - 1, 0)
            state.codes[name]?.remainingTries = left
            // The spec has 63C0 for the try that blocks, and 6983 for the next one.
            return counterStatus(of: code)
        }
        state.codes[name]?.remainingTries = code.maximumTries
        return nil
    }

    /// Takes `proof` and the new value of `code` out of `data`; a new value that cannot be costs no try.
    private func replace(
        _ code: PIVImage.Code,
        with data: [UInt8],
        provenBy proof: PIVImage.Code
    ) -> UInt16 {
        guard isSetUp(proof) else { return 0x6984 }
        guard remainingTries(of: proof) > 0 else { return blockedStatus }
        guard data.count == 2 * Self.storedLength,
            let new = Self.unpadded(Array(data[Self.storedLength...])), code.rule.allows(new)
        else { return 0x6A80 }
        if let refusal = present(Array(data[..<Self.storedLength]), to: proof) { return refusal }
        state.codes[code.reference.text]?.value = String(decoding: new, as: UTF8.self)
        state.codes[code.reference.text]?.remainingTries = code.maximumTries
        return 0x9000
    }

    private func counterStatus(of code: PIVImage.Code) -> UInt16 {
        0x63C0 | UInt16(min(remainingTries(of: code), 15))
    }

    private var blockedStatus: UInt16 { fault == .blockedAs63C0 ? 0x63C0 : 0x6983 }

    private static func padded(_ code: [UInt8]) -> [UInt8] {
        code + [UInt8](repeating: 0xFF, count: max(storedLength - code.count, 0))
    }

    /// The code in eight octets without its padding; `nil` where padding stands before the end, or no text is left.
    private static func unpadded(_ stored: [UInt8]) -> [UInt8]? {
        let code = Array(stored.prefix { $0 != 0xFF })
        guard stored[code.count...].allSatisfy({ $0 == 0xFF }), String(validating: code, as: UTF8.self) != nil
        else { return nil }
        return code
    }
}

extension PIVImage.Code {
    var rule: CodeRule {
        CodeRule(
            name: reference.text,
            role: role,
            length: minimumLength...maximumLength,
            digitsOnly: digitsOnly,
            maximumTries: maximumTries
        )
    }
}
