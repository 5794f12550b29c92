internal import CardCore

/// How the elements of EF.DIR and of PKCS#15 files lie in them: data objects one after the other, then padding.
package enum DataObjectFile {
    /// The longest file: what READ BINARY reaches with a 15-bit offset (ISO/IEC 7816-4).
    package static let maximumLength = 32_767
    /// The most elements of one file.
    package static let maximumElements = 64

    /// The elements of a file.
    package struct Elements: Hashable, Sendable {
        /// Tag, length and value of each.
        package let elements: [[UInt8]]
        /// 1 when the file goes on behind the last of them with something that is cut short or is no data object.
        package let skipped: Int
    }

    /// Whether the part of a file read so far holds all of its elements.
    package enum Completeness: Hashable, Sendable {
        /// Padding has been reached, or bytes with which nothing can be done.
        case complete
        /// The file has to be read up to this length at least, 1...32767, unless it ends before.
        case needs(total: Int)
    }

    /// Splits a file at its first `00` or `FF` byte in the place of a tag, or at its end.
    ///
    /// What lies behind padding is not looked at: cards that shorten a file leave its old content there.
    package static func elements(of bytes: [UInt8]) throws(CardDataError) -> Elements {
        guard bytes.count <= maximumLength else { throw .fileTooLong(limit: maximumLength) }
        let span = bytes.span
        var found: [[UInt8]] = []
        var position = 0
        while position < bytes.count, bytes[position] != 0x00, bytes[position] != 0xFF {
            guard found.count < maximumElements else { throw .tooManyElements(limit: maximumElements) }
            do {
                let object = try BERTLV(parsing: span, in: position..<bytes.count)
                found.append(Array(bytes[object.whole]))
                position = object.whole.upperBound
            } catch {
                guard !found.isEmpty else { throw .notBER }
                return Elements(elements: found, skipped: 1)
            }
        }
        return Elements(elements: found, skipped: 0)
    }

    /// How much of a file has to be read for `elements(of:)`, told from its beginning.
    ///
    /// After a whole element one more byte is needed to know whether another follows; so a reader takes as much as one
    /// command gives, and stops where the file ends.
    package static func completeness(of prefix: [UInt8]) throws(CardDataError) -> Completeness {
        guard prefix.count <= maximumLength else { throw .fileTooLong(limit: maximumLength) }
        var position = 0
        var count = 0
        while position < prefix.count {
            guard prefix[position] != 0x00, prefix[position] != 0xFF else { return .complete }
            count += 1
            guard count <= maximumElements else { throw .tooManyElements(limit: maximumElements) }
            do throws(BERTLV.ParseError) {
                position = try BERTLVHeader(parsing: prefix.span, in: position..<prefix.count).end
            } catch {
                if error == .truncated { return try needs(prefix.count + 1) }
                guard count > 1 else { throw .notBER }
                return .complete
            }
        }
        return try needs(max(position, prefix.count + 1))
    }

    /// The length of the single data object that a file begins with, such as a certificate.
    ///
    /// `nil` when more of the file has to be read to know it; an error where there is none, or padding.
    package static func lengthOfFirstElement(in prefix: [UInt8]) throws(CardDataError) -> Int? {
        guard let first = prefix.first else { return nil }
        guard first != 0x00, first != 0xFF else { throw .notBER }
        let end: Int
        do throws(BERTLV.ParseError) {
            end = try BERTLVHeader(parsing: prefix.span, in: 0..<prefix.count).end
        } catch {
            guard error == .truncated else { throw .notBER }
            return nil
        }
        guard end <= maximumLength else { throw .fileTooLong(limit: maximumLength) }
        return end
    }

    private static func needs(_ total: Int) throws(CardDataError) -> Completeness {
        guard total <= maximumLength else { throw .fileTooLong(limit: maximumLength) }
        return .needs(total: total)
    }
}
