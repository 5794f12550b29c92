extension Texts {
    /// `text` as it may be put on a terminal, whoever wrote it.
    ///
    /// Shown as `\u{1B}` are control characters, line and paragraph separators, bidirectional and other invisible
    /// formatting characters, private and unassigned code points, and combining marks beyond the fourth in a row. The
    /// result is at most `limit` characters long, `…` included, and stays on its line.
    package static func printable(_ text: String, limit: Int = 200) -> String {
        var result = String.UnicodeScalarView()
        var length = 0
        var marks = 0
        for scalar in text.unicodeScalars {
            marks = isMark(scalar) ? marks + 1 : 0
            let shown = isPlain(scalar) && marks <= 4 ? String(scalar) : escape(scalar)
            guard length + shown.unicodeScalars.count <= limit else {
                // Room for the ellipsis.
                while length >= max(limit, 1), !result.isEmpty {
                    result.removeLast()
                    length -= 1
                }
                result.append("…")
                break
            }
            result.append(contentsOf: shown.unicodeScalars)
            length += shown.unicodeScalars.count
        }
        return String(result)
    }

    private static func escape(_ scalar: Unicode.Scalar) -> String {
        "\\u{\(String(scalar.value, radix: 16, uppercase: true))}"
    }

    private static func isMark(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.properties.generalCategory {
        case .nonspacingMark, .enclosingMark, .spacingMark: true
        default: false
        }
    }

    private static func isPlain(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.properties.generalCategory {
        case .control, .format, .lineSeparator, .paragraphSeparator, .privateUse, .surrogate, .unassigned:
            false
        default: !scalar.properties.isDefaultIgnorableCodePoint
        }
    }
}
