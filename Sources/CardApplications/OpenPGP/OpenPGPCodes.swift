/// The codes of an OpenPGP card (4.3): PW1 of the holder, the resetting code, PW3 of the administrator.
enum OpenPGPCodes {
    static let pw1 = "PW1"
    static let resettingCode = "RC"
    static let pw3 = "PW3"

    /// P2 of VERIFY (7.2.2): PW1 for one signature, PW1 for everything else, PW3.
    enum Mode {
        static let signature: UInt8 = 0x81
        static let other: UInt8 = 0x82
        static let administrator: UInt8 = 0x83
        static let all: Set<UInt8> = [signature, other, administrator]
    }

    static func policies(_ passwords: OpenPGPPasswordStatus) -> [PINPolicy] {
        [
            policy(
                pw1,
                .pin,
                .auth,
                // CHANGE REFERENCE DATA and RESET RETRY COUNTER know PW1 by this one alone (7.2.3, 7.2.4).
                reference: Mode.signature,
                minimum: 6,
                passwords.pw1,
                unblocking: [
                    Unblocking(by: resettingCode, means: .codeAndNewPIN, evidence: .documented),
                    Unblocking(by: pw3, means: .verifyThenNewPIN, evidence: .documented),
                ]
            ),
            // No command presents it alone; its place as a reference takes the tag by which it is written.
            policy(resettingCode, .puk, .resettingCode, reference: 0xD3, minimum: 8, passwords.resettingCode),
            policy(pw3, .puk, .admin, reference: Mode.administrator, minimum: 8, passwords.pw3),
        ]
    }

    static func password(
        of policy: PINPolicy,
        in passwords: OpenPGPPasswordStatus
    ) -> OpenPGPPasswordStatus.Password? {
        switch policy.id {
        case pw1: passwords.pw1
        case resettingCode: passwords.resettingCode
        case pw3: passwords.pw3
        default: nil
        }
    }

    private static func policy(
        _ id: String,
        _ kind: PINPolicy.Kind,
        _ role: PINRole,
        reference: UInt8,
        minimum: Int,
        _ password: OpenPGPPasswordStatus.Password,
        unblocking: [Unblocking] = []
    ) -> PINPolicy {
        // A card that tells a maximum below the specification's minimum tells nothing.
        let maximum = password.maximumLength < minimum ? 127 : password.maximumLength
        let isResettingCode = id == resettingCode
        return PINPolicy(
            id: id,
            reference: PINReference(rawValue: reference),
            label: id,
            kind: kind,
            role: role,
            encoding: password.isPINBlock ? .iso9564 : .utf8,
            // A PIN block of format 2 holds twelve digits in eight octets (ISO 9564-1, 9.3.3).
            length: minimum...(password.isPINBlock ? min(maximum, 12) : maximum),
            storedLength: password.isPINBlock ? 8 : maximum,
            unblocking: unblocking,
            verifyIsAllowed: !isResettingCode,
            changeIsAllowed: !isResettingCode,
            unblockIsAllowed: !unblocking.isEmpty
        )
    }
}
