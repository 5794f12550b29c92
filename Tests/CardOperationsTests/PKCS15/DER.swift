/// Data objects for the files of software cards, with the shortest lengths.
enum DER {
    static func object(_ tag: UInt8, _ parts: [UInt8]...) -> [UInt8] {
        let content = parts.flatMap(\.self)
        let count = UInt8(truncatingIfNeeded: content.count)
        return [tag] + (content.count < 0x80 ? [count] : [0x81, count]) + content
    }

    static func sequence(_ parts: [UInt8]...) -> [UInt8] { object(0x30, parts.flatMap(\.self)) }
    static func octets(_ bytes: [UInt8]) -> [UInt8] { object(0x04, bytes) }
    static func integer(_ value: UInt8) -> [UInt8] { object(0x02, value < 0x80 ? [value] : [0, value]) }
    static func text(_ text: String) -> [UInt8] { object(0x0C, Array(text.utf8)) }
    static func path(_ path: [UInt8]) -> [UInt8] { sequence(octets(path)) }

    /// A named BIT STRING of up to 16 bits, bit 0 of the standard first.
    static func bits(_ numbers: Int...) -> [UInt8] {
        var octets: [UInt8] = [0, 0]
        for number in numbers { octets[number / 8] |= 0x80 >> UInt8(number % 8) }
        return object(0x03, [0], octets)
    }
}

/// A PIN as an entry of EF.AOD (ISO/IEC 7816-15, 8.9).
struct PINEntry {
    var id: UInt8
    var label = "PIN"
    var unblockedBy: UInt8?
    /// caseSensitive, initialized, needsPadding: what `pkcs15-init` sets.
    var flags: [UInt8] = DER.bits(0, 4, 5)
    var minimumLength: UInt8 = 4
    var storedLength: UInt8 = 8
    var maximumLength: UInt8 = 8
    var reference: UInt8
    /// Data objects after `padChar`.
    var extra: [UInt8] = []
    var path: [UInt8]?

    var bytes: [UInt8] {
        let common = DER.sequence(
            DER.text(label),
            DER.bits(0, 1),
            unblockedBy.map { DER.octets([$0]) } ?? []
        )
        let attributes = DER.sequence(
            flags,
            [0x0A, 0x01, 0x01],
            DER.integer(minimumLength),
            DER.integer(storedLength),
            DER.integer(maximumLength),
            DER.object(0x80, [reference]),
            DER.octets([0x00]),
            extra,
            path.map(DER.path) ?? []
        )
        return DER.sequence(common, DER.sequence(DER.octets([id])), DER.object(0xA1, attributes))
    }
}

/// An RSA key as an entry of EF.PrKD (ISO/IEC 7816-15, 8.4).
struct KeyEntry {
    var id: UInt8
    var pin: UInt8
    var usage: [UInt8]
    var reference: UInt8
    /// References of algorithms in EF.CIAInfo; nothing is said of them where there are none.
    var algorithms: [UInt8] = []

    /// Signs and decrypts, as `pkcs15-init` has it for a certificate to log in with.
    static let login = DER.bits(1, 2)
    /// Signs, and binds its holder, as `pkcs15-init` has it for nonRepudiation.
    static let signature = DER.bits(2, 9)

    var bytes: [UInt8] {
        DER.sequence(
            DER.sequence(DER.text("Key"), DER.bits(0), DER.octets([pin])),
            DER.sequence(
                DER.octets([id]),
                usage,
                DER.integer(reference),
                algorithms.isEmpty ? [] : DER.object(0xA1, algorithms.flatMap(DER.integer))
            ),
            DER.object(
                0xA1,
                DER.sequence(DER.path([0x3F, 0x00, 0x50, 0x15, 0x4B, reference]), [0x02, 0x02, 0x08, 0x00])
            )
        )
    }
}
