internal import CardCore

extension OpenPGPImage {
    package func makeCard(state: CardState, fault: CardFault?) -> any SoftwareCard {
        OpenPGPCard(image: self, state: state, fault: fault)
    }

    /// Names of the codes in the state: the references of PW1 and PW3, the tag by which the resetting code is written.
    package static let (pw1, resettingCode, pw3) = ("81", "D3", "83")

    package var codeRules: [CodeRule] {
        [
            rule(Self.pw1, .authentication, passwords.pw1),
            rule(Self.resettingCode, .resettingCode, passwords.resettingCode),
            rule(Self.pw3, .administrator, passwords.pw3),
        ]
    }

    func rule(named name: String) -> CodeRule? { codeRules.first { $0.name == name } }

    private func rule(_ name: String, _ role: CodeRole, _ password: Password) -> CodeRule {
        CodeRule(
            name: name,
            role: role,
            length: password.minimumLength...password.maximumLength,
            digitsOnly: false,
            maximumTries: password.maximumTries,
            isSetUp: password.isSetUp
        )
    }

    /// The first rule that the image breaks, `nil` when it is sound.
    package var flaw: String? {
        guard version == 1 else { return "version \(version) is not known" }
        guard aid.bytes.count == 16, aid.bytes.starts(with: Self.applicationIdentifier) else {
            return "\(aid.text) is not the AID of an OpenPGP card"
        }
        for password in [passwords.pw1, passwords.resettingCode, passwords.pw3] {
            guard (1...127).contains(password.maximumLength),
                (1...password.maximumLength).contains(password.minimumLength),
                (1...15).contains(password.maximumTries)
            else { return "the rules of a password do not fit together" }
        }
        guard certificates.count == 3 else { return "there is room for three certificates" }
        return nil
    }

    /// RID of the FSFE and the application's number (4.2.1).
    static let applicationIdentifier: [UInt8] = [0xD2, 0x76, 0x00, 0x01, 0x24, 0x01]
}
