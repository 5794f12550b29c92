package import SwiftASN1

/// An X.509 certificate as the card describes it, an element of EF.CD.
package struct CertificateObject: Hashable, Sendable {
    /// Text from the card, to be escaped before it is printed.
    package var label: String?
    package var flags: CommonObjectAttributes.Flags
    /// The PIN without which the certificate cannot be read; `nil` as a rule.
    package var authId: PKCS15Identifier?
    /// Shared with the certificate's key.
    package var iD: PKCS15Identifier
    /// Whether it is the certificate of an authority.
    package var isAuthority: Bool
    package var value: Value

    /// Where the certificate itself is.
    package enum Value: Hashable, Sendable {
        case path(PKCS15Path)
        /// The certificate in DER, as the card wrote it.
        case direct([UInt8])
        /// A URL, or a protected value.
        case unsupported
    }
}

extension CertificateObject: PKCS15DirectoryEntry {
    /// `nil` for certificates other than X.509.
    package init?(_ node: ASN1Node) throws(CardDataError) {
        guard node.identifier == .sequence else { return nil }
        var parts = try CIOParts(node)
        label = parts.common.label
        flags = parts.common.flags
        authId = parts.common.authId
        iD = try parts.classAttributes.require(.octetString, field: "iD").identifierOctets(field: "iD")
        isAuthority = try parts.classAttributes.take(.boolean)?.boolean(field: "authority") ?? false
        guard let first = parts.typeAttributes.first else { throw .missing(field: "value") }
        value = try Value(first)
    }
}

extension CertificateObject.Value {
    /// The first field of X509CertificateAttributes, an ObjectValue.
    init(_ node: ASN1Node) throws(CardDataError) {
        switch node.identifier {
        case .sequence:
            self = .path(try PKCS15Path(node))
        case .context(0):
            var content = try ASN1Fields(of: node, field: "value")
            self = .direct(Array(try content.require(.sequence, field: "value").encodedBytes))
        default:
            self = .unsupported
        }
    }
}
