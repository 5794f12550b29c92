internal import CardCore

/// What the historical bytes of Thales (Gemalto) cards say: `80 31 .. 65 B0 8x <generation> 12 <profile> 82 90 00`.
///
/// The pre-issuing data, tag 6, tells maker and operating system; the two octets of tag 1 tell the profile (pcsc-tools list).
package struct ThalesATR: Hashable, Sendable {
    /// `B0`, `84` or `85`, and three octets that name the generation.
    let preIssuingData: [UInt8]
    /// Two octets; empty where there are none.
    let profile: [UInt8]

    /// Whether the card is a MultiApp of the generations whose ATR is that of the Swedish cards.
    let isMultiApp: Bool

    /// IDPrime 840, 940 and 941.
    static let idPrime: [UInt8] = [0x0F, 0xFE]
    /// IAS Classic, which many issuers use.
    static let iasClassic: [UInt8] = [0x0F, 0xFF]

    /// `nil` where the card is none of this maker's.
    init?(_ atr: ATR) {
        func value(_ tag: UInt8) -> [UInt8]? { atr.compactTLV.first { $0.tag == tag }?.value }
        guard let data = value(6), data.count == 5, data[0] == 0xB0, data[1] == 0x84 || data[1] == 0x85
        else { return nil }
        preIssuingData = data
        profile = value(1) ?? []
        isMultiApp = atr.historicalBytes.starts(with: [0x80, 0x31, 0x80, 0x65, 0xB0, 0x85])
    }
}
