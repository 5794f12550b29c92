/// A text out of a certificate, whoever wrote it.
package struct CertificateText: Hashable, Sendable, CustomStringConvertible {
    /// Exactly what the certificate says, a NUL in the middle included; for comparing, never for a terminal.
    package let raw: String

    package init(_ raw: String) { self.raw = raw }

    /// The text as it may be shown.
    ///
    /// Characters that nobody sees or that move others are written `\u{202E}`: control characters (NUL too), line and
    /// paragraph separators, bidirectional and other formatting characters, private and unassigned code points.
    package var shown: String { written { _, _ in false } }

    /// The text as a value of a name, with a backslash where RFC 4514, 2.4, wants one.
    ///
    /// Scalar by scalar: a comma with an accent on it is no comma to a `String`.
    package var escaped: String {
        let last = raw.unicodeScalars.count - 1
        return written { scalar, position in
            Self.separators.contains(scalar) || position == 0 && (scalar == " " || scalar == "#")
                || position == last && scalar == " "
        }
    }

    private static let separators = Set(",+\"<>;=\\".unicodeScalars)

    private func written(_ needsBackslash: (Unicode.Scalar, Int) -> Bool) -> String {
        var result = String.UnicodeScalarView()
        for (position, scalar) in raw.unicodeScalars.enumerated() {
            if Self.isPlain(scalar) {
                if needsBackslash(scalar, position) { result.append("\\") }
                result.append(scalar)
            } else {
                let code = String(scalar.value, radix: 16, uppercase: true)
                result.append(contentsOf: "\\u{\(code)}".unicodeScalars)
            }
        }
        return String(result)
    }

    package var description: String { shown }

    private static func isPlain(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.properties.generalCategory {
        case .control, .format, .lineSeparator, .paragraphSeparator, .privateUse, .surrogate, .unassigned:
            false
        default: !scalar.properties.isDefaultIgnorableCodePoint
        }
    }
}
