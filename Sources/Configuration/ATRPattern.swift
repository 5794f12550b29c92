/// The Answers-to-Reset of one product, with bytes that may differ.
///
/// Written in hexadecimal with or without spaces or colons; `xx` or `..` stands for any byte, `*` at the end for any
/// further bytes.
package struct ATRPattern: Hashable, Sendable {
    /// `nil` for any byte.
    private let bytes: [UInt8?]
    private let acceptsMore: Bool

    /// `nil` when `text` is no pattern of 2...33 bytes (ISO/IEC 7816-3, 8.2.1) that begins with a fixed one.
    package init?(_ text: String) {
        var digits = text.utf8.filter { $0 != UInt8(ascii: " ") && $0 != UInt8(ascii: ":") }
        acceptsMore = digits.last == UInt8(ascii: "*")
        if acceptsMore { digits.removeLast() }
        guard digits.count.isMultiple(of: 2), (2...33).contains(digits.count / 2) else { return nil }
        var bytes: [UInt8?] = []
        for index in stride(from: 0, to: digits.count, by: 2) {
            switch (digits[index], digits[index + 1]) {
            case (UInt8(ascii: "x"), UInt8(ascii: "x")), (UInt8(ascii: "X"), UInt8(ascii: "X")),
                (UInt8(ascii: "."), UInt8(ascii: ".")):
                bytes.append(nil)
            case (let high, let low):
                guard let high = Self.nibble(high), let low = Self.nibble(low) else { return nil }
                bytes.append(high << 4 | low)
            }
        }
        guard bytes[0] != nil else { return nil }
        self.bytes = bytes
    }

    /// Whether an ATR with these bytes is meant.
    package func matches(_ atr: [UInt8]) -> Bool {
        guard acceptsMore ? atr.count >= bytes.count : atr.count == bytes.count else { return false }
        return zip(bytes, atr).allSatisfy { pattern, byte in pattern == nil || pattern == byte }
    }

    /// How many bytes are fixed: where two patterns match, the one with more says more.
    package var specificity: Int { bytes.count { $0 != nil } }

    static func nibble(_ digit: UInt8) -> UInt8? {
        switch digit {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): digit - UInt8(ascii: "0")
        case UInt8(ascii: "A")...UInt8(ascii: "F"): digit - UInt8(ascii: "A") + 10
        case UInt8(ascii: "a")...UInt8(ascii: "f"): digit - UInt8(ascii: "a") + 10
        default: nil
        }
    }
}
