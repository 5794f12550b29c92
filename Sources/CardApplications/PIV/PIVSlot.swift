internal import CardCore

/// A key of the PIV application and where its certificate lies (NIST SP 800-73-4, part 1, tables 3 and 4b).
struct PIVSlot: Hashable, Sendable {
    /// The key reference, `9A`.
    let reference: UInt8
    let tag: [UInt8]
    let label: String
    let needsPIN: Bool

    var id: String { Hex.string(of: [reference]) }

    static let current = [
        PIVSlot(reference: 0x9A, tag: [0x5F, 0xC1, 0x05], label: "PIV Authentication", needsPIN: true),
        PIVSlot(reference: 0x9C, tag: [0x5F, 0xC1, 0x0A], label: "Digital Signature", needsPIN: true),
        PIVSlot(reference: 0x9D, tag: [0x5F, 0xC1, 0x0B], label: "Key Management", needsPIN: true),
        PIVSlot(reference: 0x9E, tag: [0x5F, 0xC1, 0x01], label: "Card Authentication", needsPIN: false),
    ]

    /// The keys that key management has had before, `82` to `95`.
    static let retired = (0..<20).map { (number: UInt8) in
        PIVSlot(
            reference: 0x82 + number,
            tag: [0x5F, 0xC1, 0x0D + number],
            label: "Retired Key Management \(number + 1)",
            needsPIN: true
        )
    }
}

/// The key history object: how many retired keys there are (NIST SP 800-73-4, part 1, 3.3.3).
enum KeyHistory {
    static let tag: [UInt8] = [0x5F, 0xC1, 0x0C]
    /// Octets of the address of certificates that are kept elsewhere (part 1, table 20).
    private static let maximumAddressLength = 118

    /// How many certificates are on the card, those of the first retired slots; none where the object makes no sense.
    ///
    /// The address of the others is not kept: nothing is ever fetched from where a card says.
    static func certificatesOnCard(_ object: PIVObject) -> Int {
        guard let onCard = object.value(of: 0xC1), onCard.count == 1,
            let elsewhere = object.value(of: 0xC2), elsewhere.count == 1,
            Int(onCard[0]) + Int(elsewhere[0]) <= PIVSlot.retired.count,
            object.value(of: 0xF3)?.count ?? 0 <= maximumAddressLength
        else { return 0 }
        return Int(onCard[0])
    }
}

/// What lies in a certificate's object (NIST SP 800-73-4, part 1, table 10).
enum PIVCertificate {
    /// Octets of a certificate, unpacked.
    static let maximumLength = 16_384

    /// The certificate; `nil` where there is none, or it cannot be unpacked within the limit.
    static func der(in object: PIVObject) -> [UInt8]? {
        guard let value = object.value(of: 0x70), !value.isEmpty else { return nil }
        // CertInfo bit 0 is the standard's; OpenSC's PIV driver has met cards that set bit 7.
        guard let information = object.value(of: 0x71)?.first, information & 0x81 != 0 else {
            return value.count <= maximumLength ? value : nil
        }
        return Inflate.inflate(value, format: .gzip, limit: maximumLength)
    }
}

/// The card holder unique identifier (NIST SP 800-73-4, part 1, table 9).
enum CardHolderIdentifier {
    static let tag: [UInt8] = [0x5F, 0xC1, 0x02]

    /// The GUID in hexadecimal, else the FASC-N; `nil` where neither is there.
    static func serialNumber(in object: PIVObject) -> String? {
        for (tag, length) in [(0x34, 16), (0x30, 25)] as [(UInt32, Int)] {
            if let value = object.value(of: tag), value.count == length, value.contains(where: { $0 != 0 }) {
                return Hex.string(of: value)
            }
        }
        return nil
    }
}
