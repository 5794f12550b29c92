/// One thing that a certificate says of its holder, in the form in which two of them are compared.
///
/// Byte by byte: two texts that only look alike, or that Unicode calls equivalent, differ.
package struct OwnerMark: Hashable, Sendable {
    private enum Kind: Hashable {
        case serialNumber, principalName, mail, fingerprint
    }

    private let kind: Kind
    private let bytes: [UInt8]

    /// `text` as a certificate says it; a fingerprint in hexadecimal, with or without colons.
    ///
    /// `nil` for what is no such thing: empty, longer than 200 characters, with control characters or white space at an
    /// end, an address without its two parts, another form than that of an HSA-id, not 32 octets.
    package init?(_ field: OwnerMap.Field, _ text: String) {
        let scalars = text.unicodeScalars
        guard let first = scalars.first, let last = scalars.last, scalars.count <= 200,
            !first.properties.isWhitespace, !last.properties.isWhitespace,
            scalars.allSatisfy({ $0.properties.generalCategory != .control })
        else { return nil }
        let bytes = Array(text.utf8)
        switch field {
        case .hsaID:
            guard Self.isHSAID(bytes) else { return nil }
            // The same attribute: two users must not share it under two names.
            self.init(.serialNumber, bytes)
        case .serialNumber: self.init(.serialNumber, bytes)
        case .principalName:
            // Active Directory compares them without regard to case (MS-ADTS, userPrincipalName).
            guard Self.domain(in: bytes) != nil else { return nil }
            self.init(.principalName, Self.smallLetters(bytes[...]))
        case .mail:
            // The part before the @ counts as it is written, the domain without regard to case (RFC 5280, 7.5).
            guard let domain = Self.domain(in: bytes) else { return nil }
            self.init(.mail, bytes[..<domain] + Self.smallLetters(bytes[domain...]))
        case .fingerprint:
            guard let octets = Self.octets(bytes), octets.count == 32 else { return nil }
            self.init(.fingerprint, octets)
        }
    }

    /// A certificate's SHA-256, 32 octets.
    package init?(fingerprint: [UInt8]) {
        guard fingerprint.count == 32 else { return nil }
        self.init(.fingerprint, fingerprint)
    }

    private init(_ kind: Kind, _ bytes: some Sequence<UInt8>) {
        self.kind = kind
        self.bytes = Array(bytes)
    }

    /// The marks of a list with `;` between them, white space around each left out; `nil` when one of them is none.
    static func marks(in value: String, of field: OwnerMap.Field) -> [OwnerMark]? {
        guard let texts = ValueKind.texts(of: value), !texts.isEmpty else { return nil }
        var marks: [OwnerMark] = []
        for text in texts {
            guard let mark = OwnerMark(field, text.trimmed) else { return nil }
            marks.append(mark)
        }
        return marks
    }

    /// `SE`, the ten digits of an organisation number, `-`, and up to 18 capitals and digits (HSA handbook, Inera).
    private static func isHSAID(_ bytes: [UInt8]) -> Bool {
        let isDigit = { (byte: UInt8) in (0x30...0x39).contains(byte) }
        guard (14...31).contains(bytes.count), bytes.starts(with: Array("SE".utf8)) else { return false }
        return bytes[2..<12].allSatisfy(isDigit) && bytes[12] == UInt8(ascii: "-")
            && bytes[13...].allSatisfy { isDigit($0) || (0x41...0x5A).contains($0) }
    }

    /// Where what follows the last `@` begins; `nil` unless something stands on both sides of it.
    private static func domain(in bytes: [UInt8]) -> Int? {
        guard let at = bytes.lastIndex(of: UInt8(ascii: "@")), at > 0, at + 1 < bytes.count else {
            return nil
        }
        return at + 1
    }

    /// ASCII letters alone: the others have no case that everybody agrees upon.
    private static func smallLetters(_ bytes: ArraySlice<UInt8>) -> [UInt8] {
        bytes.map { (0x41...0x5A).contains($0) ? $0 + 0x20 : $0 }
    }

    private static func octets(_ text: [UInt8]) -> [UInt8]? {
        let digits = text.filter { $0 != UInt8(ascii: ":") && $0 != UInt8(ascii: " ") }
        guard digits.count.isMultiple(of: 2) else { return nil }
        var octets: [UInt8] = []
        for index in stride(from: 0, to: digits.count, by: 2) {
            guard let high = ATRPattern.nibble(digits[index]), let low = ATRPattern.nibble(digits[index + 1])
            else { return nil }
            octets.append(high << 4 | low)
        }
        return octets
    }
}

extension String {
    fileprivate var trimmed: String {
        var rest = unicodeScalars[...]
        while rest.first == " " || rest.first == "\t" { rest.removeFirst() }
        while rest.last == " " || rest.last == "\t" { rest.removeLast() }
        return String(rest)
    }
}
