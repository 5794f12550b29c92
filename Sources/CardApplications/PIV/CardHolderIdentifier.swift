internal import CardCore

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
