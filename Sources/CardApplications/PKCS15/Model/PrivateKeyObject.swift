package import SwiftASN1

/// A private key as the card describes it, an element of EF.PrKD.
package struct PrivateKeyObject: Hashable, Sendable {
    package var algorithm: Algorithm
    /// Text from the card, to be escaped before it is printed.
    package var label: String?
    package var flags: CommonObjectAttributes.Flags
    /// The PIN that opens the key.
    package var authId: PKCS15Identifier?
    /// Shared with the key's certificate.
    package var iD: PKCS15Identifier
    package var usage: Usage
    /// Whether the card itself computes with the key.
    package var isNative: Bool
    /// The key's number for MANAGE SECURITY ENVIRONMENT, 0...255.
    package var keyReference: UInt8?
    /// Algorithms in TokenInfo that the key is for; none where nothing is said.
    package var algorithmReferences: [UInt8]
    package var path: PKCS15Path?
    /// In bits, 0...65535; of RSA keys only.
    package var modulusLength: Int?

    /// The kind of key.
    package enum Algorithm: Hashable, Sendable {
        case rsa
        case ec
    }

    /// KeyUsageFlags.
    package struct Usage: OptionSet, Hashable, Sendable {
        package let rawValue: UInt16

        package init(rawValue: UInt16) { self.rawValue = rawValue }

        package static let encrypt = Usage(rawValue: 1 << 0)
        package static let decrypt = Usage(rawValue: 1 << 1)
        package static let sign = Usage(rawValue: 1 << 2)
        package static let signRecover = Usage(rawValue: 1 << 3)
        package static let wrap = Usage(rawValue: 1 << 4)
        package static let unwrap = Usage(rawValue: 1 << 5)
        package static let verify = Usage(rawValue: 1 << 6)
        package static let verifyRecover = Usage(rawValue: 1 << 7)
        package static let derive = Usage(rawValue: 1 << 8)
        package static let nonRepudiation = Usage(rawValue: 1 << 9)
    }
}

extension PrivateKeyObject: PKCS15DirectoryEntry {
    /// `nil` for keys other than RSA and EC.
    package init?(_ node: ASN1Node) throws(CardDataError) {
        switch node.identifier {
        case .sequence: algorithm = .rsa
        case .context(0): algorithm = .ec
        default: return nil
        }
        var parts = try CIOParts(node)
        label = parts.common.label
        flags = parts.common.flags
        authId = parts.common.authId
        iD = try parts.classAttributes.require(.octetString, field: "iD").identifierOctets(field: "iD")
        usage = Usage(
            rawValue: try parts.classAttributes.require(.bitString, field: "usage").namedBits(field: "usage")
        )
        isNative = try parts.classAttributes.take(.boolean)?.boolean(field: "native") ?? true
        keyReference = try parts.classAttributes.takeOnly(.integer, field: "keyReference")?
            .reference(field: "keyReference")
        algorithmReferences = AlgorithmInfo.references(parts.classAttributes.take(.context(1)))
        if let value = parts.typeAttributes.take(.sequence) { path = try PKCS15Path(value) }
        if algorithm == .rsa {
            modulusLength = try parts.typeAttributes.take(.integer)?
                .integer(field: "modulusLength", in: 0...65_535)
        }
    }
}
