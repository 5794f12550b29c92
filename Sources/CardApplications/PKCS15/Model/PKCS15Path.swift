internal import CardCore
internal import SwiftASN1

/// Where a file, or a part of one, lies on the card: Path of PKCS #15 v1.1 and ISO/IEC 7816-15.
package struct PKCS15Path: Hashable, Sendable {
    /// The octets of the path, 0...32: file identifiers of two octets each, or one octet with a short EF identifier.
    package let identifiers: [UInt8]
    /// Where the value begins in the file, 0...65535.
    package let index: Int?
    /// How long the value is, 0...65535.
    package let length: Int?

    /// The deepest path: 16 file identifiers.
    package static let maximumLength = 32

    /// `nil` when there are more than 32 octets.
    package init?(identifiers: [UInt8], index: Int? = nil, length: Int? = nil) {
        guard identifiers.count <= Self.maximumLength else { return nil }
        self.identifiers = identifiers
        self.index = index
        self.length = length
    }

    /// Whether the path starts at the MF, `3F00`.
    package var isAbsolute: Bool { identifiers.starts(with: [0x3F, 0x00]) }

    /// The file identifiers from first to last; `nil` where the octets are not pairs.
    package var fileIdentifiers: [UInt16]? {
        guard identifiers.count.isMultiple(of: 2) else { return nil }
        return stride(from: 0, to: identifiers.count, by: 2).map {
            UInt16(identifiers[$0]) << 8 | UInt16(identifiers[$0 + 1])
        }
    }

    init(_ node: ASN1Node) throws(CardDataError) {
        var fields = try ASN1Fields(of: node, field: "path")
        let octets = try fields.require(.octetString, field: "path").octets(field: "path")
        let index = try fields.take(.integer)?.integer(field: "path.index", in: 0...65_535)
        let length = try fields.take(.context(0))?.integer(field: "path.length", in: 0...65_535)
        guard let path = PKCS15Path(identifiers: Array(octets), index: index, length: length) else {
            throw .invalid(field: "path")
        }
        self = path
    }
}

extension PKCS15Path: CustomStringConvertible {
    /// Hexadecimal, `3F0050154401`, with `+index:length` behind it where there are any.
    package var description: String {
        var text = Hex.string(of: identifiers)
        if let index { text += "+\(index)" }
        if let length { text += ":\(length)" }
        return text
    }
}
