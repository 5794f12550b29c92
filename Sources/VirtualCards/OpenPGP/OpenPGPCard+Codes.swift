internal import CardCore

extension OpenPGPCard {
    /// VERIFY (7.2.2): mode 81 or 82 with PW1, 83 with PW3; P1 = FF logs out.
    func verify(_ command: CommandAPDU) -> Answer {
        guard let name = Self.codeName(ofMode: command.p2) else { return Answer(status: 0x6B00) }
        if command.p1 == 0xFF, image.behaviour.logout {
            guard command.data.isEmpty else { return Answer(status: 0x6700) }
            verified.remove(command.p2)
            return .success
        }
        guard command.p1 == 0x00 else { return Answer(status: 0x6B00) }
        guard isInitialized(name) else { return Answer(status: 0x6984) }
        guard !command.data.isEmpty else {
            return Answer(status: verified.contains(command.p2) ? 0x9000 : counterStatus(of: name))
        }
        guard let rule = image.rule(named: name), rule.length.contains(command.data.count) else {
            let isTooShort = command.data.count < (image.rule(named: name)?.length.lowerBound ?? 0)
            return Answer(status: isTooShort ? 0x6A80 : 0x6700)
        }
        if let refusal = present(command.data, to: name) { return Answer(status: refusal) }
        verified.insert(command.p2)
        return .success
    }

    /// CHANGE REFERENCE DATA (7.2.3): PW1 by reference 81, PW3 by 83, the old code and the new one.
    func changeReferenceData(_ command: CommandAPDU) -> Answer {
        guard command.p1 == 0x00, command.p2 != 0x82, let name = Self.codeName(ofMode: command.p2) else {
            return Answer(status: 0x6B00)
        }
        guard fault != .noChange else { return Answer(status: 0x6985) }
        let answer = replace(name, with: command.data, provenBy: name)
        // As SmartPGP does: PW1 is to be verified again, PW3 stays verified.
        if answer.status == 0x9000 {
            if name == OpenPGPImage.pw3 { verified.insert(0x83) } else { verified.subtract([0x81, 0x82]) }
        }
        return answer
    }

    /// RESET RETRY COUNTER for PW1 (7.2.4): with the resetting code (P1 = 00) or after PW3 (P1 = 02).
    func resetRetryCounter(_ command: CommandAPDU) -> Answer {
        guard command.p2 == 0x81, command.p1 == 0x00 || command.p1 == 0x02 else {
            return Answer(status: 0x6B00)
        }
        if fault == .lyingUnblock { return .success }
        let answer: Answer
        if command.p1 == 0x00 {
            answer = asUnblocking(
                replace(OpenPGPImage.pw1, with: command.data, provenBy: OpenPGPImage.resettingCode)
            )
        } else {
            guard verified.contains(0x83) else { return Answer(status: 0x6982) }
            answer = Answer(status: store(command.data, as: OpenPGPImage.pw1))
        }
        if answer.status == 0x9000 { verified.subtract([0x81, 0x82]) }
        return answer
    }

    /// PUT DATA `D3`: a new resetting code with a full counter, or with no data none (4.3.4).
    func putResettingCode(_ code: [UInt8]) -> Answer {
        guard code.isEmpty else { return Answer(status: store(code, as: OpenPGPImage.resettingCode)) }
        state.codes[OpenPGPImage.resettingCode] = .init(value: "", remainingTries: 0, initialized: false)
        return .success
    }

    /// PW status bytes, `C4` (4.4.1): validity, maximum lengths and counters of PW1, resetting code and PW3.
    var passwordStatus: [UInt8] {
        let names = [OpenPGPImage.pw1, OpenPGPImage.resettingCode, OpenPGPImage.pw3]
        let lengths = names.map { UInt8(clamping: image.rule(named: $0)?.length.upperBound ?? 0) }
        return [signatureKeepsPW1 ? 1 : 0] + lengths + names.map { UInt8(clamping: remainingTries(of: $0)) }
    }

    private static func codeName(ofMode mode: UInt8) -> String? {
        switch mode {
        case 0x81, 0x82: OpenPGPImage.pw1
        case 0x83: OpenPGPImage.pw3
        default: nil
        }
    }

    private func remainingTries(of name: String) -> Int { state.codes[name]?.remainingTries ?? 0 }

    private func isInitialized(_ name: String) -> Bool {
        fault != .noActivation && (state.codes[name]?.initialized ?? false)
    }

    /// Compares a code and counts; `nil` when it is the right one.
    private func present(_ code: [UInt8], to name: String) -> UInt16? {
        guard fault != .noActivation else { return 0x6984 }
        // A resetting code that has not been set has a counter of zero.
        let left = remainingTries(of: name)
        guard left > 0 else { return blockedStatus }
        guard let value = state.codes[name]?.value, code == Array(value.utf8), !derivesCodes else {
            verified.subtract(name == OpenPGPImage.pw3 ? [0x83] : [0x81, 0x82])
            state.codes[name]?.remainingTries = left - 1
            return image.behaviour.tellsTriesOfWrongCode ? counterStatus(of: name) : 0x6982
        }
        let full = image.rule(named: name)?.maximumTries ?? 0
        state.codes[name]?.remainingTries = full
        return nil
    }

    /// Whether the KDF-DO says that codes come derived (4.3.2), which no plain code can match.
    private var derivesCodes: Bool {
        dataObjects["00F9"].map { $0.bytes.starts(with: [0x81, 0x01]) && $0.bytes.dropFirst(2).first != 0 }
            ?? false
    }

    private func counterStatus(of name: String) -> UInt16 {
        0x63C0 | UInt16(clamping: min(remainingTries(of: name), 15))
    }

    private var blockedStatus: UInt16 { fault == .blockedAs63C0 ? 0x63C0 : 0x6983 }

    /// Takes the code of `proof` and the new one of `name` out of one data field and puts the new one in place.
    private func replace(_ name: String, with data: [UInt8], provenBy proof: String) -> Answer {
        guard let shortest = image.rule(named: proof)?.length.lowerBound,
            let new = image.rule(named: name)?.length, data.count >= shortest + new.lowerBound
        else { return Answer(status: 0x6700) }
        // Nothing marks where the first code ends: the card takes as many octets as its own code has.
        let length = state.codes[proof]?.value.utf8.count ?? 0
        if let refusal = present(Array(data.prefix(length)), to: proof) { return Answer(status: refusal) }
        return Answer(status: store(Array(data.dropFirst(length)), as: name))
    }

    /// Makes `code` the value of `name` and fills its counter.
    private func store(_ code: [UInt8], as name: String) -> UInt16 {
        guard fault != .noActivation else { return 0x6984 }
        guard let rule = image.rule(named: name), rule.length.contains(code.count) else { return 0x6700 }
        guard let value = String(validating: code, as: UTF8.self) else { return 0x6A80 }
        state.codes[name] = .init(value: value, remainingTries: rule.maximumTries, initialized: true)
        return 0x9000
    }

    private func asUnblocking(_ answer: Answer) -> Answer {
        guard fault == .unblockAs6982, answer.status == 0x6983 || answer.status & 0xFFF0 == 0x63C0 else {
            return answer
        }
        return Answer(status: 0x6982)
    }
}
