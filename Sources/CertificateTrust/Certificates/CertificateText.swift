/// A text out of a certificate, whoever wrote it.
package struct CertificateText: Hashable, Sendable, CustomStringConvertible {
    /// Exactly what the certificate says, a NUL in the middle included; for comparing, never for a terminal.
    package let raw: String

    package init(_ raw: String) { self.raw = raw }

    /// The text as it may be shown.
    ///
    /// Characters that nobody sees or that move others are written `\u{202E}`: control characters (NUL too), line and
    /// paragraph separators, bidirectional and other formatting characters, private and unassigned code points.
    package var shown: String { shown(quoting: "") }

    /// The same, with a backslash before each of `special`.
    ///
    /// Scalar by scalar: a comma with an accent on it is no comma to a `String`.
    func shown(quoting special: String) -> String {
        var result = String.UnicodeScalarView()
        for scalar in raw.unicodeScalars {
            if Self.isPlain(scalar) {
                if special.unicodeScalars.contains(scalar) { result.append("\\") }
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
