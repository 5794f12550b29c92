/// One BER-TLV data object inside a buffer (ISO/IEC 7816-4, 6.3), as ranges of that buffer.
package struct BERTLV: Hashable, Sendable {
    /// The tag field as a number, `7F21` for a two-byte tag; at most four bytes.
    package let tag: UInt32
    /// Whether the value field holds data objects itself.
    package let isConstructed: Bool
    /// Tag, length and value field.
    package let whole: Range<Int>
    /// The value field.
    package let value: Range<Int>

    /// Why bytes are not a data object.
    package enum ParseError: Error, Equatable, Sendable {
        case truncated
        case tagTooLong
        case indefiniteLength
        case lengthTooLong
        case lengthBeyondEnd
        case tooManyObjects(limit: Int)
    }

    /// The data object that starts at `range.lowerBound` and lies in `range` of `bytes`.
    ///
    /// Lengths may be longer than needed, as cards in the field encode them, up to four octets. A `range` outside of
    /// `bytes` is cut to it.
    package init(parsing bytes: Span<UInt8>, in range: Range<Int>) throws(ParseError) {
        let header = try BERTLVHeader(parsing: bytes, in: range)
        guard header.valueLength <= header.limit - header.valueStart else { throw .lengthBeyondEnd }
        tag = header.tag
        isConstructed = header.isConstructed
        value = header.valueStart..<(header.valueStart + header.valueLength)
        whole = header.start..<value.upperBound
    }

    /// The data objects in `range` of `bytes`, at most `limit`; `00` and `FF` between them are padding (6.3).
    package static func objects(
        in bytes: Span<UInt8>,
        range: Range<Int>,
        limit: Int = 256
    ) throws(ParseError) -> [BERTLV] {
        var found: [BERTLV] = []
        var position = max(range.lowerBound, 0)
        let end = min(range.upperBound, bytes.count)
        while position < end {
            guard bytes[position] != 0x00, bytes[position] != 0xFF else {
                position += 1
                continue
            }
            guard found.count < limit else { throw .tooManyObjects(limit: limit) }
            let object = try BERTLV(parsing: bytes, in: position..<end)
            found.append(object)
            position = object.whole.upperBound
        }
        return found
    }

    /// The value of the object reached by following `tags` down from `range` of `bytes`; `nil` where one is missing.
    package static func value(
        of tags: [UInt32],
        in bytes: Span<UInt8>,
        range: Range<Int>
    ) throws(ParseError) -> Range<Int>? {
        var range = range
        for tag in tags {
            guard let next = try objects(in: bytes, range: range).first(where: { $0.tag == tag }) else {
                return nil
            }
            range = next.value
        }
        return range
    }
}

/// Tag and length field of a data object whose value field may not have been read yet.
package struct BERTLVHeader: Hashable, Sendable {
    package let tag: UInt32
    package let isConstructed: Bool
    package let start: Int
    package let valueStart: Int
    package let valueLength: Int
    let limit: Int

    /// Where the object ends; beyond the buffer when the rest is still on the card.
    package var end: Int { valueStart + valueLength }

    package init(parsing bytes: Span<UInt8>, in range: Range<Int>) throws(BERTLV.ParseError) {
        let limit = min(range.upperBound, bytes.count)
        let start = max(range.lowerBound, 0)
        var position = start
        let first = try Self.octet(at: &position, of: bytes, limit: limit)
        var tag = UInt32(first)
        if first & 0x1F == 0x1F {
            var more = true
            while more {
                guard position - start < 4 else { throw .tagTooLong }
                let octet = try Self.octet(at: &position, of: bytes, limit: limit)
                tag = tag << 8 | UInt32(octet)
                more = octet & 0x80 != 0
            }
        }
        let lengthOctet = try Self.octet(at: &position, of: bytes, limit: limit)
        var length = Int(lengthOctet)
        if lengthOctet >= 0x80 {
            guard lengthOctet != 0x80 else { throw .indefiniteLength }
            guard lengthOctet <= 0x84 else { throw .lengthTooLong }
            length = 0
            for _ in 0..<(lengthOctet & 0x7F) {
                length = length << 8 | Int(try Self.octet(at: &position, of: bytes, limit: limit))
            }
        }
        self.limit = limit
        self.start = start
        self.tag = tag
        isConstructed = first & 0x20 != 0
        valueLength = length
        valueStart = position
    }

    private static func octet(
        at position: inout Int,
        of bytes: Span<UInt8>,
        limit: Int
    ) throws(BERTLV.ParseError) -> UInt8 {
        guard position < limit else { throw .truncated }
        defer { position += 1 }
        return bytes[position]
    }
}
