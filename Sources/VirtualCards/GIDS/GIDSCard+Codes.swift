internal import CardCore

extension GIDSCard {
    /// VERIFY: P2 `80` or `00` is the PIN, and `82` forgets everything that is verified (OpenSC's gids driver).
    func verify(_ command: CommandAPDU) -> Answer {
        guard command.p1 == 0 else { return Answer(status: 0x6A86) }
        if command.p2 == 0x82 {
            forgetAuthentication()
            return .success
        }
        guard Self.isPIN(command.p2) else { return Answer(status: 0x6A88) }
        guard isInitialized else { return Answer(status: 0x6984) }
        guard remainingTries > 0 else { return Answer(status: blockedStatus) }
        // A code of no possible length is not counted, and the question is answered alike when the PIN is verified.
        guard (image.pin.minimumLength...image.pin.maximumLength).contains(command.data.count) else {
            return Answer(status: counterStatus)
        }
        return present(command.data) ? .success : Answer(status: counterStatus)
    }

    /// CHANGE REFERENCE DATA with old and new PIN, or with the new one alone after VERIFY (P1 = 01).
    func changeReferenceData(_ command: CommandAPDU) -> Answer {
        guard command.p1 <= 1 else { return Answer(status: 0x6A86) }
        guard Self.isPIN(command.p2) else { return Answer(status: 0x6A88) }
        guard isInitialized else { return Answer(status: 0x6984) }
        guard fault != .noChange else { return Answer(status: 0x6985) }
        if command.p1 == 1 {
            guard fits(command.data) else { return Answer(status: 0x6700) }
            guard isUserVerified else { return Answer(status: 0x6982) }
            return store(command.data)
        }
        let (shortest, longest) = (2 * image.pin.minimumLength, 2 * image.pin.maximumLength)
        guard (shortest...longest).contains(command.data.count) else { return Answer(status: counterStatus) }
        guard remainingTries > 0 else { return Answer(status: blockedStatus) }
        // Nothing marks where the old PIN ends: the card takes as many bytes as its own has.
        let length = min(state.codes[GIDSImage.pinName]?.value.utf8.count ?? 0, command.data.count)
        guard present(Array(command.data.prefix(length))) else { return Answer(status: counterStatus) }
        let new = Array(command.data.dropFirst(length))
        return fits(new) ? store(new) : Answer(status: 0x6700)
    }

    /// RESET RETRY COUNTER with the new PIN after the administrator's authentication (P1 = 02); it ends all of them.
    func resetRetryCounter(_ command: CommandAPDU) -> Answer {
        guard command.p1 == 2 else { return Answer(status: 0x6A86) }
        guard command.p2 == 0x80 else { return Answer(status: 0x6A88) }
        if fault == .lyingUnblock { return .success }
        guard administrator == .authenticated else { return Answer(status: 0x6982) }
        guard fits(command.data) else { return Answer(status: 0x6700) }
        let answer = store(command.data)
        guard answer.status == 0x9000 else { return answer }
        state.codes[GIDSImage.pinName]?.remainingTries = image.pin.maximumTries
        forgetAuthentication()
        return answer
    }

    /// The counters of the PIN, `7F71`, in the applet's form.
    var pinStatus: [UInt8] {
        [
            0x97, 0x01, UInt8(truncatingIfNeeded: remainingTries),
            0x93, 0x01, UInt8(truncatingIfNeeded: image.pin.maximumTries),
        ]
    }

    private static func isPIN(_ reference: UInt8) -> Bool { reference == 0x80 || reference == 0x00 }

    private var isInitialized: Bool {
        fault != .noActivation && state.codes[GIDSImage.pinName]?.initialized ?? false
    }

    private var remainingTries: Int { state.codes[GIDSImage.pinName]?.remainingTries ?? 0 }

    private var counterStatus: UInt16 { 0x63C0 | UInt16(min(max(remainingTries, 0), 15)) }

    private var blockedStatus: UInt16 { fault == .blockedAs63C0 ? 0x63C0 : 0x6983 }

    private func fits(_ code: [UInt8]) -> Bool {
        (image.pin.minimumLength...image.pin.maximumLength).contains(code.count)
    }

    /// Compares a code and counts.
    private func present(_ code: [UInt8]) -> Bool {
        guard let value = state.codes[GIDSImage.pinName]?.value, code == Array(value.utf8) else {
            isUserVerified = false
            let left = max(remainingTries - 1, 0)
            state.codes[GIDSImage.pinName]?.remainingTries = left
            return false
        }
        isUserVerified = true
        state.codes[GIDSImage.pinName]?.remainingTries = image.pin.maximumTries
        return true
    }

    private func store(_ code: [UInt8]) -> Answer {
        // The state keeps text.
        guard code.allSatisfy({ (0x20...0x7E).contains($0) }) else { return Answer(status: 0x6A80) }
        state.codes[GIDSImage.pinName]?.value = String(decoding: code, as: UTF8.self)
        return .success
    }
}
