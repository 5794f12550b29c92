internal import SwiftASN1

/// An algorithm that the card says it has: AlgorithmInfo of PKCS #15 v1.1 and ISO/IEC 7816-15.
package struct AlgorithmInfo: Hashable, Sendable {
    /// What keys call it, 0...255.
    package let reference: UInt8
    /// A mechanism of PKCS #11, 0...2³¹ − 1.
    package let mechanism: Int
    package let operations: Operations
    /// What the card's own commands call it, 0...255; `nil` where nothing is said.
    package let cardReference: UInt8?

    /// Operations.
    package struct Operations: OptionSet, Hashable, Sendable {
        package let rawValue: UInt16

        package init(rawValue: UInt16) { self.rawValue = rawValue }

        package static let computeSignature = Operations(rawValue: 1 << 1)
    }

    /// More than these are not looked at.
    static let maximumCount = 32

    /// Reads one entry of supportedAlgorithms.
    init(_ node: ASN1Node) throws(CardDataError) {
        var fields = try ASN1Fields(of: node, field: "AlgorithmInfo")
        reference = try fields.require(.integer, field: "reference").reference(field: "reference")
        mechanism = try fields.require(.integer, field: "algorithm")
            .integer(field: "algorithm", in: 0...0x7FFF_FFFF)
        operations = Operations(
            rawValue: try fields.require(.bitString, field: "supportedOperations")
                .namedBits(field: "supportedOperations")
        )
        // A third INTEGER can only be algRef, unless the parameters are one: then the last is.
        var last: ASN1Node?
        while let number = fields.take(.integer) { last = number }
        cardReference = try last?.reference(field: "algRef")
    }

    /// The entries of supportedAlgorithms, `[2]` of TokenInfo; those that make no sense are left out.
    static func list(_ node: ASN1Node?) -> [AlgorithmInfo] {
        guard let node, case .constructed(let children) = node.content else { return [] }
        return children.prefix(maximumCount).compactMap { try? AlgorithmInfo($0) }
    }

    /// References of algorithms, `[1]` of CommonKeyAttributes; none where they make no sense.
    static func references(_ node: ASN1Node?) -> [UInt8] {
        guard let node, case .constructed(let children) = node.content else { return [] }
        return children.prefix(maximumCount).compactMap { try? $0.reference(field: "algReference") }
    }
}
