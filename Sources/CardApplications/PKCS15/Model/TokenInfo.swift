internal import SwiftASN1

/// What the card says of itself: TokenInfo of PKCS#15, CIAInfo of ISO/IEC 7816-15.
package struct TokenInfo: Hashable, Sendable {
    /// 0 for PKCS#15 v1, 1 for ISO/IEC 7816-15.
    package let version: Int
    /// 0...255 octets; `nil` where the card leaves it out.
    package let serialNumber: [UInt8]?
    package let manufacturerID: String?
    package let label: String?
    package let flags: Flags
    package let supportedAlgorithms: [AlgorithmInfo]

    /// TokenFlags, CardFlags.
    package struct Flags: OptionSet, Hashable, Sendable {
        package let rawValue: UInt16

        package init(rawValue: UInt16) { self.rawValue = rawValue }

        package static let readOnly = Flags(rawValue: 1 << 0)
        package static let authenticationRequired = Flags(rawValue: 1 << 1)
        package static let pseudoRandomNumberGeneration = Flags(rawValue: 1 << 2)
    }

    /// Reads the content of EF.CIAInfo, of which the first data object counts.
    package static func parse(_ bytes: [UInt8]) throws(CardDataError) -> TokenInfo {
        guard let first = try DataObjectFile.elements(of: bytes).elements.first else {
            throw .missing(field: "TokenInfo")
        }
        return try TokenInfo(ASN1Node.parse(first))
    }

    private init(_ node: ASN1Node) throws(CardDataError) {
        guard node.identifier == .sequence else { throw .missing(field: "TokenInfo") }
        var fields = try ASN1Fields(of: node, field: "TokenInfo")
        version = try fields.require(.integer, field: "version").integer(field: "version", in: 0...255)
        if let octets = try fields.take(.octetString)?.octets(field: "serialNumber") {
            // A longer one has made other readers overrun their buffers (CVE-2010-4523).
            guard octets.count <= 255 else { throw .invalid(field: "serialNumber") }
            serialNumber = Array(octets)
        } else {
            serialNumber = nil
        }
        manufacturerID = try fields.take(.utf8String)?.label(field: "manufacturerID")
        label = try fields.take(.context(0))?.label(field: "label")
        let bits = try fields.take(.bitString)?.namedBits(field: "tokenflags") ?? 0
        flags = Flags(rawValue: bits)
        supportedAlgorithms = AlgorithmInfo.list(fields.take(.context(2)))
    }
}
