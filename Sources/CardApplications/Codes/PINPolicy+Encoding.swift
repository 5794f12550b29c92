package import CardCore

/// Why a code is refused before it is sent: the card would count it, and it cannot be right.
package enum PINFormatError: Error, Equatable, Sendable {
    case empty
    case tooShort(minimum: Int)
    case tooLong(maximum: Int)
    case notDigits
    /// Control characters, or no UTF-8.
    case notText
}

extension PINPolicy {
    /// Characters that a person may type: the card's range, within what the encoding and the stored length can hold.
    package var allowedLength: ClosedRange<Int> {
        let fits =
            switch encoding {
            case .bcd: storedLength * 2
            case .asciiNumeric, .utf8, .halfNibbleBCD: storedLength
            case .iso9564: 12
            }
        let limit = storedLength == 0 ? length.upperBound : min(length.upperBound, fits)
        // Even a card that says so takes no empty code (an empty VERIFY is a question, not a code).
        let lower = max(length.lowerBound, 1)
        return lower...max(limit, lower)
    }

    /// Checks what can be checked without the card.
    package func check(_ code: borrowing SecretBytes) throws(PINFormatError) {
        let allowed = allowedLength
        try code.withBytes { (bytes) throws(PINFormatError) in
            guard !bytes.isEmpty else { throw .empty }
            var characters = 0
            var digitsOnly = true
            var isPrintable = true
            for index in bytes.indices {
                let byte = bytes[index]
                // UTF-8 continuation octets start no character.
                if byte & 0xC0 != 0x80 { characters += 1 }
                if byte < 0x20 || byte == 0x7F { isPrintable = false }
                if !(UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) { digitsOnly = false }
            }
            guard digitsOnly || encoding == .utf8 else { throw .notDigits }
            guard isPrintable, (try? UTF8Span(validating: bytes)) != nil else { throw .notText }
            guard characters >= allowed.lowerBound else { throw .tooShort(minimum: allowed.lowerBound) }
            let fits = storedLength == 0 || encodedLength(of: bytes.count) <= storedLength
            guard characters <= allowed.upperBound, fits, bytes.count <= 255 else {
                throw .tooLong(maximum: allowed.upperBound)
            }
        }
    }

    /// Octets of `count` characters without padding.
    private func encodedLength(of count: Int) -> Int {
        switch encoding {
        case .bcd: (count + 1) / 2
        case .asciiNumeric, .utf8, .halfNibbleBCD: count
        case .iso9564: min(8, storedLength)
        }
    }

    /// Appends `code` as the card stores it: encoded, and padded where this code is padded.
    ///
    /// `code` has passed `check`; `output` has room for 255 octets.
    package func encode(_ code: borrowing SecretBytes, into output: inout OutputSpan<UInt8>) {
        let start = output.count
        code.withBytes { bytes in
            switch encoding {
            case .asciiNumeric, .utf8:
                output.append(contentsOf: bytes)
            case .halfNibbleBCD:
                for index in bytes.indices where output.freeCapacity > 0 {
                    output.append(bytes[index] | 0xF0)
                }
            case .bcd:
                Self.appendBCD(bytes, filler: padByte.map { $0 & 0x0F } ?? 0x0F, to: &output)
            case .iso9564:
                output.append(0x20 | UInt8(truncatingIfNeeded: bytes.count & 0x0F))
                Self.appendBCD(bytes, filler: 0x0F, to: &output)
                while output.count - start < 8, output.freeCapacity > 0 { output.append(0xFF) }
            }
        }
        if let padByte, encoding != .iso9564 {
            while output.count - start < storedLength, output.freeCapacity > 0 { output.append(padByte) }
        }
    }

    private static func appendBCD(_ bytes: Span<UInt8>, filler: UInt8, to output: inout OutputSpan<UInt8>) {
        var index = 0
        while index < bytes.count, output.freeCapacity > 0 {
            let low = index + 1 < bytes.count ? bytes[index + 1] & 0x0F : filler
            output.append((bytes[index] & 0x0F) << 4 | low)
            index += 2
        }
    }
}
