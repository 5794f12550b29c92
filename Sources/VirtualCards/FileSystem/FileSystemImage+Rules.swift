internal import CardCore

extension FileSystemImage {
    package func makeCard(state: CardState, fault: CardFault?) -> any SoftwareCard {
        FileSystemCard(image: self, state: state, fault: fault)
    }

    package var codeRules: [CodeRule] {
        pins.map(\.rule) + (administratorKey.map { [$0.rule] } ?? [])
    }

    /// The first rule that the image breaks, `nil` when it is sound.
    package var flaw: String? {
        guard version == 1 else { return "version \(version) is not known" }
        guard transmissionProtocol == "T=0" || transmissionProtocol == "T=1" else {
            return "protocol \(transmissionProtocol) is not known"
        }
        for file in files where !file.path.bytes.starts(with: [0x3F, 0x00]) || file.path.bytes.count % 2 != 0
        {
            return "path \(Hex.string(of: file.path.bytes)) does not lead down from 3F00"
        }
        for pin in pins {
            guard pin.reference.bytes.count == 1, (1...15).contains(pin.maximumTries),
                (1...pin.maximumLength).contains(pin.minimumLength), pin.maximumLength <= pin.storedLength,
                pin.storedLength <= 64, pin.padding?.bytes.count ?? 1 == 1
            else { return "the rules of PIN \(Hex.string(of: pin.reference.bytes)) do not fit together" }
        }
        if let key = administratorKey {
            guard key.reference.bytes.count == 1, key.value.bytes.count == 24,
                (1...15).contains(key.maximumTries),
                !pins.contains(where: { $0.reference == key.reference })
            else { return "the administrator's key has one reference of its own, 24 bytes and 1 to 15 tries" }
        }
        guard behaviour.statusOfLastWrongTry.bytes.count == 2,
            behaviour.selectWithoutFCI?.bytes.count ?? 2 == 2
        else { return "a status word has two bytes" }
        return nil
    }
}

extension FileSystemImage.PIN {
    var rule: CodeRule {
        CodeRule(
            name: reference.text,
            role: role,
            length: minimumLength...maximumLength,
            digitsOnly: digitsOnly ?? true,
            maximumTries: maximumTries
        )
    }
}

extension FileSystemImage.AdministratorKey {
    var rule: CodeRule {
        CodeRule(
            name: reference.text,
            role: .administrator,
            length: 0...0,
            maximumTries: maximumTries
        )
    }
}
