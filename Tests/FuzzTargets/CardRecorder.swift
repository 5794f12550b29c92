internal import CardApplications
internal import CardCore
internal import CardOperations
internal import VirtualCards

/// One thing to do with a software card, in what the card and the person are told.
struct CardScene: Sendable {
    let name: String
    let operation: HostileInput.Operation
    var text = ""
    /// As in `HostileInput`: a person who can be asked, and says yes.
    var flags: UInt8 = 0x30
    /// The kind of new code, and in the upper half which of several is chosen.
    var newCode: UInt8 = 0
    /// Tries left before it begins; the others are full.
    var tries: [CodeRole: Int] = [:]
    /// Codes that a fresh card does not have.
    var codes: [CodeRole: String] = [:]
}

/// Plays scenes on a software card and writes down its answers as inputs of a target for whole cards.
struct CardRecorder {
    let image: any SoftwareCardImage
    let families: [String]

    func inputs(of scenes: [CardScene]) -> [(name: String, bytes: [UInt8])] {
        scenes.flatMap { scene in
            // A card that takes the codes, and one that does not.
            let accepting = record(scene, accepting: true)
            var inputs = [
                (scene.name, accepting.encoded),
                ("\(scene.name)-wrong", record(scene, accepting: false).encoded),
            ]
            if scene.flags & Self.lastTries != 0 {
                // The same card, where nobody has allowed the last try.
                var unasked = accepting
                unasked.options[2] &= ~Self.lastTries
                inputs.append(("\(scene.name)-unasked", unasked.encoded))
            }
            if scene.operation == .unblock {
                // The same card, reset by somebody else between a challenge and its response.
                var reset = accepting
                reset.options[5] = 3 << 3
                inputs.append(("\(scene.name)-reset", reset.encoded))
            }
            return inputs
        }
    }

    /// The flags for the last try of a PIN and of what unblocks one.
    private static let lastTries: UInt8 = 3

    private func record(_ scene: CardScene, accepting: Bool) -> HostileInput {
        var state = CardState(fresh: image, codes: scene.codes)
        for (role, tries) in scene.tries { state.setRemainingTries(tries, of: role, on: image) }
        let card = image.makeCard(state: state, fault: nil)
        card.reset()
        var input = HostileInput(
            atr: card.atr,
            options: [
                card.transmissionProtocol == .t1 ? 1 : 0, scene.operation.rawValue, scene.flags, 0,
                scene.newCode, 0,
            ],
            text: Array(scene.text.utf8),
            steps: []
        )
        input.steps = CardTarget.steps(of: input, families: families, answering: card.process) { request in
            guard accepting else { return nil }
            switch request.purpose {
            case .new: return nil
            case .response(let challenge, _):
                return card.response(to: challenge).map { Array(Hex.string(of: $0).utf8) }
            case .current, .unblocking:
                let role = Self.role(of: request.pin)
                return (scene.codes[role] ?? CardState.defaultCodes[role]).map { Array($0.utf8) }
            }
        }
        return input
    }

    private static func role(of pin: PINPolicy) -> CodeRole {
        switch pin.role {
        case .puk: .puk
        case .sign: .signature
        case .resettingCode: .resettingCode
        case .admin: .administrator
        case .auth, nil: .authentication
        }
    }
}
