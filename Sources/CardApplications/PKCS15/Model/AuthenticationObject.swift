package import SwiftASN1

/// A PIN or PUK as the card describes it, an element of EF.AOD.
package struct AuthenticationObject: Hashable, Sendable {
    /// Text from the card, to be escaped before it is printed.
    package var label: String?
    package var flags: CommonObjectAttributes.Flags
    /// The PIN or PUK that unblocks this one.
    package var authId: PKCS15Identifier?
    /// This PIN's own identifier: what keys and other PINs name in their `authId`.
    package var iD: PKCS15Identifier?
    package var attributes: PINAttributes
}

extension AuthenticationObject: PKCS15DirectoryEntry {
    /// `nil` for biometric templates, keys and external authentication.
    package init?(_ node: ASN1Node) throws(CardDataError) {
        guard node.identifier == .sequence else { return nil }
        var parts = try CIOParts(node)
        label = parts.common.label
        flags = parts.common.flags
        authId = parts.common.authId
        iD = try parts.classAttributes.takeOnly(.octetString, field: "authId")?.identifierOctets(
            field: "authId"
        )
        attributes = try PINAttributes(parts.typeAttributes)
    }
}
