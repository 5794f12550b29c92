internal import CardCore

/// The codes of a PIV card (NIST SP 800-73-4, part 1, table 4b and part 2, 2.4.3).
enum PIVCodes {
    static let globalPIN = PINReference(rawValue: 0x00)
    static let pin = PINReference(rawValue: 0x80)
    static let puk = PINReference(rawValue: 0x81)

    /// The PIN to ask for: the application's, unless the Discovery Object prefers the global one.
    static func preferred(_ discovery: DiscoveryObject?) -> PINReference {
        discovery?.prefersGlobalPIN == true ? globalPIN : pin
    }

    static func id(_ reference: PINReference) -> String { Hex.string(of: [reference.rawValue]) }

    /// Six to eight digits filled up with `FF`; the PUK has eight octets of any kind.
    ///
    /// Cards are in use whose issuer has set a PIN of four digits, or one with letters, before the standard forbade it: such a
    /// PIN can be presented, and not chosen. A YubiKey takes any characters for both, and six to eight of them (Yubico, "PIN
    /// and PUK").
    static func policies(discovery: DiscoveryObject?, isYubiKey: Bool) -> [PINPolicy] {
        func policy(_ reference: PINReference, _ label: String, _ kind: PINPolicy.Kind) -> PINPolicy {
            let isStandardPIN = !isYubiKey && kind == .pin
            return PINPolicy(
                id: id(reference),
                reference: reference,
                label: label,
                kind: kind,
                encoding: .utf8,
                length: isStandardPIN ? 4...8 : isYubiKey ? 6...8 : 8...8,
                storedLength: 8,
                padByte: 0xFF,
                newCodeRule: isStandardPIN
                    ? PINPolicy.NewCodeRule(encoding: .asciiNumeric, length: 6...8) : nil
            )
        }
        var own = policy(pin, "PIV PIN", .pin)
        var puk = policy(self.puk, "PUK", .puk)
        own.unblocking = [Unblocking(by: puk.id, means: .codeAndNewPIN, evidence: .documented)]
        puk.role = .puk
        puk.verifyIsAllowed = false
        puk.unblockIsAllowed = false
        guard let discovery, discovery.allowsGlobalPIN else {
            own.role = .auth
            return [own, puk]
        }
        var global = policy(globalPIN, "Global PIN", .pin)
        // RESET RETRY COUNTER of this application reaches its own PIN alone (part 2, 3.2.3).
        global.unblockIsAllowed = false
        if discovery.prefersGlobalPIN {
            global.role = .auth
            return [global, own, puk]
        }
        own.role = .auth
        return [own, global, puk]
    }
}
