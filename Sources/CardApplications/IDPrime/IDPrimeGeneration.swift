internal import CardCore

/// What differs between the generations of IDPrime cards, told by the ATR; a card that is not in the table has none.
///
/// The table is that of OpenSC's idprime driver, which does not look at the two octets of the profile either. A code that is
/// padded in the wrong way is a wrong code, and counted: an IDPrime 930 has taken its own PIN for a wrong one because it was
/// padded (keyroost, a public client).
enum IDPrimeGeneration: Hashable, Sendable {
    /// IDPrime 3810, 830, 930, 3930, SafeNet eToken 5110+ and 5300: codes are presented as they are.
    case unpadded
    /// IDPrime 840: codes are padded (OpenSC issue 2202).
    case padded
    /// IDPrime 940, 940B, 940C, 3940 and SafeNet eToken 5110 (OpenSC issue 3493): the same, and a file that tells which PIN
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

    /// IDPrime 3930 over ISO/IEC 14443 type B, whose historical bytes are those of the reader (pcsc-tools list).
    private static let contactless930: [UInt8] = [0x32, 0xF3, 0x5E, 0x11, 0x33, 0x87, 0x95, 0x00]

    /// Profiles that the same maker's cards with PKCS#15 have: Swedish MCA, FINEID, IAS Classic (pcsc-tools list).
    private static let profilesOfOthers: Set<[UInt8]> = [
        [0x02, 0xF0], [0x24, 0x60], [0x75, 0x20], ThalesATR.iasClassic,
    ]

    init?(atr: ATR) {
        if atr.historicalBytes == Self.contactless930 {
            self = .unpadded
            return
        }
        guard let data = ThalesATR(atr)?.preIssuingData, let known = Self.generations[data] else {
            return nil
        }
        self = known
    }

    /// Whether the ATR makes an IDPrime likely, of whichever generation.
    ///
    /// All have two octets of profile, and new ones come with each product, so that none is asked for; only those that are
    /// known from other cards make it unlikely. Whether the card is an IDPrime its application alone tells.
    static func isLikely(_ atr: ATR) -> Bool {
        if atr.historicalBytes == contactless930 { return true }
        guard let profile = ThalesATR(atr)?.profile, profile.count == 2 else { return false }
        return !profilesOfOthers.contains(profile)
    }
}

/// How codes are presented to an IDPrime card.
struct IDPrimeCodeForm: Hashable, Sendable {
    /// Whether codes are filled up to sixteen octets with `00`.
    let isPadded: Bool
    let evidence: Evidence

    /// Where the generation is not known, the form of the known generations on the same platform is the usual one.
    ///
    /// Of the generations in the table all whose pre-issuing data begins with `B0 84` take codes as they are, and all with
    /// `B0 85` (MultiApp) take them padded. This is a likeness and no document, so that `evidence` is `unknown`. Without such
    /// data they go as they are, as OpenSC sends them.
    init(_ generation: IDPrimeGeneration?, atr: ATR?) {
        guard let generation else {
            isPadded = atr.flatMap(ThalesATR.init)?.preIssuingData.starts(with: [0xB0, 0x85]) ?? false
            evidence = .unknown
            return
        }
        isPadded = generation != .unpadded
        evidence = .documented
    }
}
