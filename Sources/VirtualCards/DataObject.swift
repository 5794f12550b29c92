/// A data object in BER-TLV (ISO/IEC 7816-4, 5.2.2), with a value of at most 65,535 octets.
func dataObject(_ tag: [UInt8], _ value: [UInt8]) -> [UInt8] {
    let count = value.count
    let length: [UInt8] =
        switch count {
        case ..<0x80: [UInt8(count)]
        case ..<0x100: [0x81, UInt8(count)]
        default: [0x82, UInt8(truncatingIfNeeded: count >> 8), UInt8(truncatingIfNeeded: count)]
        }
    return tag + length + value
}

extension [UInt8] {
    /// A challenge of `count` octets.
    static func random(count: Int) -> [UInt8] {
        var generator = SystemRandomNumberGenerator()
        return (0..<count).map { _ in UInt8.random(in: 0...255, using: &generator) }
    }
}
