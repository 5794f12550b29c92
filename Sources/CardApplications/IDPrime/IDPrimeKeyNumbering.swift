internal import CardCore

/// How the keys of an IDPrime card are numbered, told by the ATR; the table is that of OpenSC's idprime driver.
enum IDPrimeKeyNumbering: Hashable, Sendable {
    /// The first container's key has the reference `first`, each next one's `step` more.
    case counted(first: UInt8, step: UInt8)
    /// The key reference file tells.
    case file

    /// Pre-issuing data, tag 6 of the historical bytes.
    private static let numberings: [[UInt8]: IDPrimeKeyNumbering] = [
        // IDPrime 3810.
        [0xB0, 0x84, 0x41, 0x3D, 0xF6]: .counted(first: 0x31, step: 1),
        // IDPrime 830.
        [0xB0, 0x84, 0x56, 0x51, 0x10]: .counted(first: 0x41, step: 1),
        // IDPrime 930 and 3930, SafeNet eToken 5110+.
        [0xB0, 0x84, 0x61, 0x60, 0xFB]: .counted(first: 0x11, step: 2),
        [0xB0, 0x84, 0x65, 0x66, 0xFB]: .counted(first: 0x11, step: 2),
        // IDPrime 840.
        [0xB0, 0x85, 0x03, 0x00, 0xEF]: .counted(first: 0xF7, step: 1),
        // IDPrime 940, 940B, 940C and SafeNet eToken 5110.
        [0xB0, 0x85, 0x59, 0x56, 0xFB]: .file,
        [0xB0, 0x85, 0x05, 0x00, 0x39]: .file,
    ]

    /// `nil` for a card that is not in the table: its keys are not known.
    init?(atr: ATR) {
        guard let data = atr.compactTLV.first(where: { $0.tag == 6 })?.value,
            let known = Self.numberings[data]
        else { return nil }
        self = known
    }

    /// The reference of `container`'s key; `nil` where there is none.
    func reference(container: Int, file: [UInt8]) -> UInt8? {
        switch self {
        case .counted(let first, let step): UInt8(exactly: Int(first) + container * Int(step))
        case .file: IDPrimeKeyReferences.key(of: container, in: file)
        }
    }
}

extension IDPrimeKeyReferences {
    /// The reference of the key of a container, the second octet of its entry; of two entries the first counts.
    static func key(of container: Int, in bytes: [UInt8]) -> UInt8? {
        stride(from: 0, through: bytes.count - entryLength, by: entryLength).lazy
            .filter { $0 < maximumLength && bytes[$0] != 0 && Int(bytes[$0 + 2]) == container }
            .map { bytes[$0 + 1] }.first
    }
}
