internal import CardCore

extension FileSystemCard {
    /// GET CHALLENGE (ISO/IEC 7816-4, 11.5.3).
    ///
    /// A challenge of eight bytes stands for the administrator's key until SELECT, a reset, a presented code or the
    /// response; the standard promises no more than the next command.
    func getChallenge(_ command: CommandAPDU) -> Answer {
        guard command.data.isEmpty, let count = command.expectedLength, count <= 256 else {
            return Answer(status: 0x6700)
        }
        let random = [UInt8].random(count: count)
        challenge = count == 8 ? random : nil
        return Answer(data: random, status: 0x9000)
    }

    /// EXTERNAL AUTHENTICATE (ISO/IEC 7816-4, 11.5.4): the challenge, encrypted by the administrator's key.
    func externalAuthenticate(_ command: CommandAPDU) -> Answer {
        guard command.p1 == 0 else { return Answer(status: 0x6A86) }
        guard let key = administratorKeyInReach, key.reference.bytes == [command.p2] else {
            return Answer(status: 0x6A88)
        }
        guard command.data.count == 8 else { return Answer(status: 0x6700) }
        let name = key.reference.text
        let tries = state.codes[name]?.remainingTries ?? 0
        guard tries > 0 else { return Answer(status: 0x6983) }
        // Without a challenge there is nothing that could be wrong, so nothing is counted.
        guard let challenge else { return Answer(status: 0x6985) }
        self.challenge = nil
        guard let expected = key.response(to: challenge), command.data == expected else {
            verified.remove(command.p2)
            state.codes[name]?.remainingTries = tries - 1
            return Answer(status: 0x63C0 | UInt16(clamping: tries - 1))
        }
        state.codes[name]?.remainingTries = key.maximumTries
        verified.insert(command.p2)
        return .success
    }
}

extension FileSystemImage.AdministratorKey {
    /// What answers `challenge`: one block, encrypted.
    package func response(to challenge: [UInt8]) -> [UInt8]? {
        challenge.count == 8 ? TripleDES(key: value.bytes)?.encrypt(challenge) : nil
    }
}
