internal import CardCore
internal import X509

/// A key of the PIV application and where its certificate lies (NIST SP 800-73-4, part 1, tables 3 and 4b).
struct PIVSlot: Hashable, Sendable {
    /// The key reference, `9A`.
    let reference: UInt8
    let tag: [UInt8]
    let label: String
    let needsPIN: Bool
    /// Card authentication shows the card and not its holder; key management decrypts.
    let use: Certificate.Use

    var id: String { Hex.string(of: [reference]) }

    static let current = [
        PIVSlot(
            reference: 0x9A,
            tag: [0x5F, 0xC1, 0x05],
            label: "PIV Authentication",
            needsPIN: true,
            use: .login
        ),
        PIVSlot(
            reference: 0x9C,
            tag: [0x5F, 0xC1, 0x0A],
            label: "Digital Signature",
            needsPIN: true,
            use: .signature
        ),
        PIVSlot(
            reference: 0x9D,
            tag: [0x5F, 0xC1, 0x0B],
            label: "Key Management",
            needsPIN: true,
            use: .other
        ),
        PIVSlot(
            reference: 0x9E,
            tag: [0x5F, 0xC1, 0x01],
            label: "Card Authentication",
            needsPIN: false,
            use: .other
        ),
    ]

    /// The keys that key management has had before, `82` to `95`.
    static let retired = (0..<20).map { (number: UInt8) in
        PIVSlot(
            reference: 0x82 + number,
            tag: [0x5F, 0xC1, 0x0D + number],
            label: "Retired Key Management \(number + 1)",
            needsPIN: true,
            use: .other
        )
    }
}
