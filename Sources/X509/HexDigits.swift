/// Bytes in hexadecimal.
package enum HexDigits {
    private static let small = Array("0123456789abcdef".utf8)
    private static let capital = Array("0123456789ABCDEF".utf8)

    /// Two digits for each byte, nothing between them.
    package static func text(of bytes: some Collection<UInt8>, uppercase: Bool = false) -> String {
        let digits = uppercase ? capital : small
        var text: [UInt8] = []
        text.reserveCapacity(bytes.count * 2)
        for byte in bytes {
            text.append(digits[Int(byte >> 4)])
            text.append(digits[Int(byte & 0x0F)])
        }
        return String(decoding: text, as: UTF8.self)
    }
}
