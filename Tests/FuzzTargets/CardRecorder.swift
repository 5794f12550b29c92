internal import CardApplications
internal import CardCore
internal import CardOperations
internal import VirtualCards

/// Plays the operations on a software card and writes down its answers as inputs of the target `card`.
struct CardRecorder {
    /// One thing to do, in what the card and the person are told.
    private struct Scene {
        let name: String
        let operation: HostileInput.Operation
        var text = ""
        var flags: UInt8 = 0x30
        var newCode: UInt8 = 0
        /// Tries left of PIN and PUK before it begins.
        var tries: (pin: Int, puk: Int)?
    }

    private static let scenes: [Scene] = [
        Scene(name: "report", operation: .report),
        Scene(name: "verify", operation: .verify),
        Scene(name: "verify-sign", operation: .verify, text: "sign"),
        Scene(name: "verify-last", operation: .verify, flags: 0x31, tries: (1, 10)),
        Scene(name: "verify-blocked", operation: .verify, tries: (0, 10)),
        Scene(name: "change", operation: .change),
        Scene(name: "change-date", operation: .change, newCode: 3),
        Scene(name: "change-trivial", operation: .change, flags: 0x38, newCode: 2),
        Scene(name: "unblock", operation: .unblock, flags: 0x34, tries: (0, 10)),
        Scene(name: "unblock-last", operation: .unblock, flags: 0x36, tries: (0, 1)),
        Scene(name: "unblock-dead", operation: .unblock, flags: 0x36, tries: (0, 0)),
        Scene(name: "raw", operation: .raw, text: "00A4040C0CA000000063504B43532D3135\n00B0910000"),
        Scene(name: "raw-verify", operation: .raw, text: "00200081\n00200081{pin}\n00B0000010"),
        Scene(name: "raw-unblock", operation: .raw, text: "002C0081{puk}{new}"),
        Scene(name: "raw-steps", operation: .raw, text: "00200083{puk}\n002C0281{new}", tries: (0, 10)),
        Scene(name: "raw-change", operation: .raw, text: "00240081{pin}{new}\n00200082{pin}"),
        Scene(name: "raw-other", operation: .raw, text: "00200081{puk}", tries: (1, 10)),
        Scene(name: "raw-new", operation: .raw, text: "00240081{new}", tries: (1, 10)),
    ]

    private let image: FileSystemImage

    init(_ image: FileSystemImage) { self.image = image }

    func all() -> [(name: String, bytes: [UInt8])] {
        Self.scenes.flatMap { scene in
            // A card that takes the codes, and one that does not.
            [
                (scene.name, record(scene, accepting: true)),
                ("\(scene.name)-wrong", record(scene, accepting: false)),
            ]
        }
    }

    private func record(_ scene: Scene, accepting: Bool) -> [UInt8] {
        var state = CardState(fresh: image)
        if let tries = scene.tries {
            state.setRemainingTries(tries.pin, of: .authentication, on: image)
            state.setRemainingTries(tries.puk, of: .puk, on: image)
        }
        let card = FileSystemCard(image: image, state: state)
        card.reset()
        var input = HostileInput(
            atr: image.atr.bytes,
            options: [
                card.transmissionProtocol == .t1 ? 1 : 0, scene.operation.rawValue, scene.flags, 0,
                scene.newCode, 0,
            ],
            text: Array(scene.text.utf8),
            steps: []
        )
        input.steps = CardTarget.steps(of: input, answering: card.process) { request in
            guard accepting else { return nil }
            let role: CodeRole =
                switch request.pin.role {
                case .puk: .puk
                case .sign: .signature
                default: .authentication
                }
            return request.purpose == .new ? nil : CardState.defaultCodes[role].map { Array($0.utf8) }
        }
        return input.encoded
    }
}
