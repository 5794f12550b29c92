internal import CardCore

/// The codes of a GIDS application; their references and lengths are fixed.
enum GIDSPolicies {
    /// Octets of a challenge and of its response: one block of triple DES.
    static let challengeLength = 8

    /// The user's PIN: 4 to 16 bytes, presented as it is (OpenSC's gids driver, GidsApplet).
    static let pin = PINPolicy(
        id: "80",
        reference: PINReference(rawValue: 0x80),
        label: "",
        kind: .pin,
        role: .auth,
        encoding: .utf8,
        length: 4...16,
        storedLength: 16
    )

    /// The PUK that a card may have in place of the key (Windows Inbox Smart Card Minidriver, PIN unblock key creation).
    static let puk = PINPolicy(
        id: "81",
        reference: PINReference(rawValue: 0x81),
        label: "",
        kind: .puk,
        role: .puk,
        encoding: .utf8,
        length: 4...16,
        storedLength: 16,
        verifyIsAllowed: false,
        changeIsAllowed: false,
        unblockIsAllowed: false
    )

    /// The administrator's key.
    ///
    /// No P2 of a command with a code means it: `FF` is no reference of this application.
    static let administratorKey = PINPolicy(
        id: "admin",
        reference: PINReference(rawValue: 0xFF),
        label: "",
        kind: .key,
        role: .admin,
        length: challengeLength...challengeLength,
        storedLength: challengeLength,
        verifyIsAllowed: false,
        changeIsAllowed: false,
        unblockIsAllowed: false
    )

    /// What the card has, the PUK only where it has one.
    static func policies(pinTries: Int?, hasPUK: Bool, pukTries: Int?) -> [PINPolicy] {
        var (pin, puk) = (pin, puk)
        pin.maximumTries = pinTries
        puk.maximumTries = pukTries
        let byPUK = Unblocking(by: puk.id, means: .codeAndNewPIN, evidence: .documented)
        // GidsApplet's tests answer a challenge of 8 bytes and reset the PIN; mysmartlogon.com's notes on GIDS say that
        // Windows does so too since version 10, and the mutual form with 40 bytes before.
        let byKey = Unblocking(
            by: administratorKey.id,
            means: .response(challengeLength: challengeLength, responseLength: challengeLength),
            evidence: .documented
        )
        pin.unblocking = hasPUK ? [byPUK, byKey] : [byKey]
        return hasPUK ? [pin, puk, administratorKey] : [pin, administratorKey]
    }
}
