/// Writes BER by hand, minimal or not.
enum ASN1Builder {
    /// How the length field is written.
    enum LengthForm: CaseIterable {
        case minimal
        case oneOctetLong
        case twoOctets
        case fourOctets
    }

    static func tlv(_ tag: UInt8, _ content: [UInt8], _ form: LengthForm = .minimal) -> [UInt8] {
        let count = content.count
        let octets = [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: count >> $0) }
        let length: [UInt8] =
            switch form {
            case .minimal where count < 0x80: [octets[3]]
            case .minimal where count < 0x100, .oneOctetLong where count < 0x100: [0x81, octets[3]]
            case .minimal where count < 0x1_0000, .oneOctetLong where count < 0x1_0000,
                .twoOctets where count < 0x1_0000:
                [0x82] + octets[2...]
            default: [0x84] + octets
            }
        return [tag] + length + content
    }

    static func sequence(_ parts: [UInt8]..., form: LengthForm = .minimal) -> [UInt8] {
        tlv(0x30, parts.flatMap(\.self), form)
    }

    /// A BIT STRING of named bits, trailing zeros left out as DER wants it.
    static func bits(_ positions: [Int]) -> [UInt8] {
        guard let last = positions.max() else { return [0x03, 0x01, 0x00] }
        var octets = [UInt8](repeating: 0, count: last / 8 + 1)
        for position in positions { octets[position / 8] |= 0x80 >> UInt8(position % 8) }
        return tlv(0x03, [UInt8(7 - last % 8)] + octets)
    }

    static func text(_ text: String) -> [UInt8] { tlv(0x0C, Array(text.utf8)) }
    static func octets(_ octets: [UInt8]) -> [UInt8] { tlv(0x04, octets) }
    static func integer(_ octets: UInt8...) -> [UInt8] { tlv(0x02, octets) }
    static func path(_ identifiers: [UInt8]) -> [UInt8] { sequence(octets(identifiers)) }
}

/// A reproducible source of random numbers (splitmix64).
struct SeededGenerator: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var value = state
        value = (value ^ (value >> 30)) &* 0xBF58_476D_1CE4_E5B9
        value = (value ^ (value >> 27)) &* 0x94D0_49BB_1331_11EB
        return value ^ (value >> 31)
    }
}
