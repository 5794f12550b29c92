/// Hexadecimal text of bytes, upper case, without separators.
package enum Hex {
    package static func string(of bytes: some Sequence<UInt8>) -> String {
        let digits = Array("0123456789ABCDEF".utf8)
        var text: [UInt8] = []
        for byte in bytes {
            text.append(digits[Int(byte >> 4)])
            text.append(digits[Int(byte & 0xF)])
        }
        return String(decoding: text, as: UTF8.self)
    }

    /// The bytes that `text` spells, `nil` when it spells none.
    ///
    /// White space and `:` between digits are skipped.
    package static func bytes(of text: String) -> [UInt8]? {
        var nibbles: [UInt8] = []
        for character in text.utf8 {
            if let digit = digit(character) {
                nibbles.append(digit)
            } else if ![UInt8(ascii: " "), UInt8(ascii: "\t"), UInt8(ascii: ":")].contains(character) {
                return nil
            }
        }
        guard nibbles.count.isMultiple(of: 2) else { return nil }
        return stride(from: 0, to: nibbles.count, by: 2).map { nibbles[$0] << 4 | nibbles[$0 + 1] }
    }

    /// The value of a digit in ASCII, `nil` for any other character.
    package static func digit(_ character: UInt8) -> UInt8? {
        switch character {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): character - UInt8(ascii: "0")
        case UInt8(ascii: "A")...UInt8(ascii: "F"): character - UInt8(ascii: "A") + 10
        case UInt8(ascii: "a")...UInt8(ascii: "f"): character - UInt8(ascii: "a") + 10
        default: nil
        }
    }
}
