/// Text as it may stand on the bus and in the journal, whoever it came from.
enum BusText {
    /// How many bytes a name may have; logind's and the card service's are shorter.
    static let limit = 256

    /// `text` without what a terminal or a reader could be fooled with, and not longer than `limit` bytes.
    ///
    /// Control characters, marks that change the direction of writing, line separators, and the noncharacters that
    /// libsystemd refuses in a message become U+FFFD.
    static func bounded(_ text: String, limit: Int = limit) -> String {
        var result = String.UnicodeScalarView()
        var count = 0
        for scalar in text.unicodeScalars {
            let shown: Unicode.Scalar = isHarmless(scalar) ? scalar : "\u{FFFD}"
            count += UTF8.width(shown)
            guard count <= limit else { break }
            result.append(shown)
        }
        return String(result)
    }

    private static func isHarmless(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        // C0, DEL and C1.
        case 0...0x1F, 0x7F...0x9F: false
        // Directional marks, embeddings, overrides and isolates (Unicode Standard Annex 9, section 2).
        case 0x061C, 0x200E, 0x200F, 0x202A...0x202E, 0x2066...0x2069: false
        // Line and paragraph separator.
        case 0x2028, 0x2029: false
        // Noncharacters (Unicode Standard, section 23.7).
        case 0xFDD0...0xFDEF: false
        default: scalar.value & 0xFFFE != 0xFFFE
        }
    }
}
