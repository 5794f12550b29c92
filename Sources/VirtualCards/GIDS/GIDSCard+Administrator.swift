internal import CardCore

extension GIDSCard {
    /// GENERAL AUTHENTICATE with the administrator's key, external (8 bytes) or mutual (16 bytes).
    ///
    /// A dynamic authentication template `7C` with `81`, empty or with the host's challenge, asks for the card's
    /// challenge; with `82` it answers it (GidsApplet; OpenSC's gids driver for the mutual form).
    func generalAuthenticate(_ command: CommandAPDU) -> Answer {
        guard command.p1 == 0, command.p2 == 0 else { return Answer(status: 0x6A86) }
        let span = command.data.span
        guard let template = try? BERTLV(parsing: span, in: 0..<span.count), template.tag == 0x7C,
            let objects = try? BERTLV.objects(in: span, range: template.value)
        else { return Answer(status: 0x6984) }
        if let object = objects.first(where: { $0.tag == 0x81 }) {
            return challenge(answering: Array(command.data[object.value]))
        }
        if let object = objects.first(where: { $0.tag == 0x82 }) {
            return judge(Array(command.data[object.value]))
        }
        return Answer(status: 0x6984)
    }

    private func challenge(answering host: [UInt8]) -> Answer {
        administrator = .none
        guard host.isEmpty || host.count == 16 else { return Answer(status: 0x6984) }
        let challenge = [UInt8].random(count: host.isEmpty ? 8 : 16)
        administrator =
            host.isEmpty ? .challenged(challenge) : .mutuallyChallenged(card: challenge, host: host)
        let length = UInt8(challenge.count)
        return Answer(data: [0x7C, length + 2, 0x81, length] + challenge, status: 0x9000)
    }

    private func judge(_ response: [UInt8]) -> Answer {
        guard response.count <= 40 else { return Answer(status: 0x6984) }
        let pending = administrator
        switch pending {
        case .none, .authenticated: return Answer(status: 0x6985)
        case .challenged, .mutuallyChallenged: administrator = .none
        }
        if fault == .lyingUnblock { return .success }
        guard administratorTries > 0 else {
            return Answer(status: fault == .unblockAs6982 ? 0x6982 : 0x6983)
        }
        // Each response has one challenge: right or wrong, another needs a new one.
        guard administratorKeyIsChosen, response.count % 8 == 0,
            let plain = TripleDES(key: image.administratorKey.value.bytes)?.decrypt(response),
            let answer = accepted(plain, for: pending)
        else {
            let left = max(administratorTries - 1, 0)
            state.codes[GIDSImage.administratorName]?.remainingTries = left
            return Answer(status: 0x6982)
        }
        state.codes[GIDSImage.administratorName]?.remainingTries = image.administratorKey.maximumTries
        administrator = .authenticated
        return answer
    }

    /// The card's answer to a right response, `nil` for a wrong one.
    private func accepted(_ plain: [UInt8], for pending: Administrator) -> Answer? {
        switch pending {
        case .challenged(let challenge):
            return plain == challenge ? .success : nil
        case .mutuallyChallenged(let card, let host):
            // The card's challenge, the host's, 7 bytes of key material, padding 80.
            guard plain.count == 40, plain.prefix(32) == (card + host)[...], plain.last == 0x80 else {
                return nil
            }
            let proof = host + card + .random(count: 7) + [0x80]
            guard let sealed = TripleDES(key: image.administratorKey.value.bytes)?.encrypt(proof) else {
                return nil
            }
            return Answer(data: [0x7C, 0x2A, 0x82, 0x28] + sealed, status: 0x9000)
        case .none, .authenticated:
            return nil
        }
    }

    private var administratorTries: Int { state.codes[GIDSImage.administratorName]?.remainingTries ?? 0 }
}
