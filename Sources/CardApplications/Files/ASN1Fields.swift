internal import SwiftASN1

/// The fields of one SEQUENCE, taken out one by one.
///
/// A field is found by its tag wherever it stands, so that an unknown extension between two fields never shifts the
/// ones behind it; fields with the same tag come out in their order.
struct ASN1Fields {
    private var nodes: [ASN1Node]

    /// The children of a constructed `node`.
    init(of node: ASN1Node, field: String) throws(CardDataError) {
        guard case .constructed(let children) = node.content else { throw .invalid(field: field) }
        nodes = Array(children)
    }

    /// The first node that is left.
    var first: ASN1Node? { nodes.first }

    /// Encodings of all nodes that are left, one after the other.
    var encodedBytes: [UInt8] { nodes.flatMap(\.encodedBytes) }

    /// Takes the first field with this tag.
    mutating func take(_ identifier: ASN1Identifier) -> ASN1Node? {
        guard let index = nodes.firstIndex(where: { $0.identifier == identifier }) else { return nil }
        return nodes.remove(at: index)
    }

    /// Takes the only field with this tag; two of them are an error, because either could be the wrong one.
    mutating func takeOnly(_ identifier: ASN1Identifier, field: String) throws(CardDataError) -> ASN1Node? {
        let node = take(identifier)
        guard !nodes.contains(where: { $0.identifier == identifier }) else { throw .invalid(field: field) }
        return node
    }

    /// Takes the first field with this tag, which has to be there.
    mutating func require(_ identifier: ASN1Identifier, field: String) throws(CardDataError) -> ASN1Node {
        guard let node = take(identifier) else { throw .missing(field: field) }
        return node
    }

    /// The fields of the SEQUENCE inside the constructed `node`, as an explicit tag puts it there.
    static func explicit(_ node: ASN1Node, field: String) throws(CardDataError) -> ASN1Fields {
        var outer = try ASN1Fields(of: node, field: field)
        return try ASN1Fields(of: outer.require(.sequence, field: field), field: field)
    }
}

extension ASN1Identifier {
    /// The context-specific tag `[number]`.
    static func context(_ number: UInt) -> ASN1Identifier {
        ASN1Identifier(tagWithNumber: number, tagClass: .contextSpecific)
    }
}

extension ASN1Node {
    /// The data object that `bytes` hold, no more and no less; the reader limits nesting to 50.
    static func parse(_ bytes: [UInt8]) throws(CardDataError) -> ASN1Node {
        do {
            return try BER.parse(bytes)
        } catch {
            throw .notBER
        }
    }

    /// Content octets of a primitive encoding.
    func octets(field: String) throws(CardDataError) -> ArraySlice<UInt8> {
        guard case .primitive(let octets) = content else { throw .invalid(field: field) }
        return octets
    }

    /// An INTEGER or ENUMERATED in two's complement, of at most eight octets (ITU-T X.690, 8.3).
    func integer(field: String, in range: ClosedRange<Int>) throws(CardDataError) -> Int {
        let octets = try octets(field: field)
        guard let first = octets.first, octets.count <= 8 else { throw .invalid(field: field) }
        let start = first & 0x80 == 0 ? 0 : -1
        let value = octets.reduce(start) { $0 << 8 | Int($1) }
        guard range.contains(value) else { throw .invalid(field: field) }
        return value
    }

    /// A Reference, 0...255; cards that write one octet from `80` up as a negative number are understood.
    func reference(field: String) throws(CardDataError) -> UInt8 {
        UInt8(truncatingIfNeeded: try integer(field: field, in: -128...255))
    }

    /// A BOOLEAN, where anything but zero is true (ITU-T X.690, 8.2).
    func boolean(field: String) throws(CardDataError) -> Bool {
        let octets = try octets(field: field)
        guard octets.count == 1 else { throw .invalid(field: field) }
        return octets.first != 0
    }

    /// The first 16 bits of a named BIT STRING, bit 0 of the standard as the lowest bit (ITU-T X.690, 8.6).
    func namedBits(field: String) throws(CardDataError) -> UInt16 {
        let octets = try octets(field: field)
        guard let unused = octets.first, unused <= 7, octets.count > 1 || unused == 0 else {
            throw .invalid(field: field)
        }
        var bits: UInt16 = 0
        let count = (octets.count - 1) * 8 - Int(unused)
        for position in 0..<min(count, 16) {
            let octet = octets[octets.startIndex + 1 + position / 8]
            if octet & (0x80 >> UInt8(position % 8)) != 0 { bits |= 1 << UInt16(position) }
        }
        return bits
    }

    /// A Label, of which 255 octets are kept; what is not UTF-8 becomes U+FFFD.
    ///
    /// It is text from the card: whoever prints it has to escape control and formatting characters.
    func label(field: String) throws(CardDataError) -> String {
        String(decoding: try octets(field: field).prefix(255), as: UTF8.self)
    }
}
