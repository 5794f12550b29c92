internal import CardCore

/// What YubiKeys add to PIV (Yubico, "PIV extensions"); asked only of a card whose ATR says that it is one.
struct YubiKey: Hashable, Sendable {
    /// Whether it is one of those before version 4, which write a counter as `630X` (OpenSC's PIV driver).
    let countsWithout63C: Bool
    /// Whether GET METADATA, of firmware 5.3 and later, can be asked.
    let mayHaveMetadata: Bool

    /// `nil` where the historical bytes do not name a YubiKey.
    init?(atr: ATR) {
        let historical = atr.historicalBytes
        if historical.starts(with: Array("Yubikey".utf8)) {
            countsWithout63C = !historical.starts(with: Array("Yubikey4".utf8))
            mayHaveMetadata = false
            return
        }
        // Version 5 has it as card issuer's data; over NFC the last letter can differ.
        guard atr.compactTLV.contains(where: { $0.tag == 5 && $0.value.starts(with: Array("YubiKe".utf8)) })
        else { return nil }
        countsWithout63C = false
        mayHaveMetadata = true
    }

    /// One number for the whole key, whichever of its applications is asked.
    static let numberScope = "yubikey"

    /// Counters of one code.
    struct Counters: Hashable, Sendable {
        let maximum: Int
        let remaining: Int

        /// GET METADATA of a PIN or PUK: `01` algorithm `FF`, `06` total and remaining tries.
        init?(_ bytes: [UInt8]) {
            guard let elements = try? BERTLV.objects(in: bytes.span, range: 0..<bytes.count, limit: 16),
                let algorithm = elements.first(where: { $0.tag == 0x01 }), bytes[algorithm.value] == [0xFF],
                let tries = elements.first(where: { $0.tag == 0x06 }), tries.value.count == 2
            else { return nil }
            maximum = Int(bytes[tries.value.lowerBound])
            remaining = Int(bytes[tries.value.lowerBound + 1])
            guard remaining <= maximum else { return nil }
        }
    }

    /// GET METADATA `F7` of a code; `nil` where it is not answered, or not with counters.
    static func counters(
        of reference: UInt8,
        on channel: inout AnyCardChannel
    ) throws(TransportError) -> Counters? {
        let command = CommandAPDU(ins: 0xF7, p2: reference, expectedLength: 256)
        let response = try channel.exchange(command, limit: 256)
        return response.status.isSuccess ? Counters(response.data) : nil
    }

    /// The serial number `F8` as it is printed on the key; firmware 5 and later.
    static func serialNumber(on channel: inout AnyCardChannel) throws(TransportError) -> String? {
        let response = try channel.exchange(CommandAPDU(ins: 0xF8, expectedLength: 256), limit: 256)
        guard response.status.isSuccess, response.data.count == 4 else { return nil }
        return String(response.data.reduce(UInt32(0)) { $0 << 8 | UInt32($1) })
    }

    /// The version `FD` in words.
    static func product(on channel: inout AnyCardChannel) throws(TransportError) -> String? {
        let response = try channel.exchange(CommandAPDU(ins: 0xFD, expectedLength: 256), limit: 256)
        guard response.status.isSuccess, response.data.count == 3 else { return nil }
        return "YubiKey " + response.data.map { String($0) }.joined(separator: ".")
    }
}
