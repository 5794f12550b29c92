/// An AID under which cards keep an application of a known family.
package struct ApplicationName: Hashable, Sendable {
    /// The name in the group's brackets; a later file with the same one changes this entry.
    package let id: String
    /// 5...16 bytes.
    package let aid: [UInt8]
    /// The family to try under it (`pkcs15`).
    package let family: String
    /// Where this is known from.
    package let source: String

    /// The bytes of an AID, with or without spaces between them; `nil` when there are not 5...16 of them.
    static func identifier(_ text: String) -> [UInt8]? {
        let digits = text.utf8.filter { $0 != UInt8(ascii: " ") }
        guard digits.count.isMultiple(of: 2), (5...16).contains(digits.count / 2) else { return nil }
        var bytes: [UInt8] = []
        for index in stride(from: 0, to: digits.count, by: 2) {
            guard let high = ATRPattern.nibble(digits[index]), let low = ATRPattern.nibble(digits[index + 1])
            else { return nil }
            bytes.append(high << 4 | low)
        }
        return bytes
    }
}
