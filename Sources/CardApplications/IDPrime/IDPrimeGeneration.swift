internal import CardCore

/// What differs between the generations of IDPrime cards, told by the ATR; a card that is not in the table has none.
///
/// The table is that of OpenSC's idprime driver. A code that is padded in the wrong way is a wrong code, and counted: an
/// IDPrime 930 has taken its own PIN for a wrong one because it was padded (keyroost, a public client).
enum IDPrimeGeneration: Hashable, Sendable {
    /// IDPrime 3810, 830, 930, 3930 and SafeNet eToken 5110+: codes are presented as they are.
    case unpadded
    /// IDPrime 840: codes are padded (OpenSC issue 2202).
    case padded
    /// IDPrime 940, 940B, 940C and SafeNet eToken 5110 (OpenSC issue 3493): the same, and a file that tells which PIN
    /// opens which key.
    case paddedWithKeyReferences

    /// Pre-issuing data, tag 6 of the historical bytes.
    private static let generations: [[UInt8]: IDPrimeGeneration] = [
        [0xB0, 0x84, 0x41, 0x3D, 0xF6]: .unpadded,
        [0xB0, 0x84, 0x56, 0x51, 0x10]: .unpadded,
        [0xB0, 0x84, 0x61, 0x60, 0xFB]: .unpadded,
        [0xB0, 0x84, 0x65, 0x66, 0xFB]: .unpadded,
        [0xB0, 0x85, 0x03, 0x00, 0xEF]: .padded,
        [0xB0, 0x85, 0x59, 0x56, 0xFB]: .paddedWithKeyReferences,
        [0xB0, 0x85, 0x05, 0x00, 0x39]: .paddedWithKeyReferences,
    ]

    /// Tag 1 of the historical bytes: IDPrime cards (pcsc-tools list), and SafeNet tokens.
    private static let profiles: Set<[UInt8]> = [[0x0F, 0xFE], [0x01, 0x78]]

    init?(atr: ATR) {
        guard Self.isOfFamily(atr), let card = ThalesATR(atr), let known = Self.generations[card.preIssuingData]
        else { return nil }
        self = known
    }

    /// Whether the ATR is one of IDPrime, of whichever generation.
    static func isOfFamily(_ atr: ATR) -> Bool {
        ThalesATR(atr).map { Self.profiles.contains($0.profile) } ?? false
    }
}
