internal import SwiftASN1

/// What every object says of itself: CommonObjectAttributes of PKCS #15 v1.1 and ISO/IEC 7816-15.
package struct CommonObjectAttributes: Hashable, Sendable {
    /// Text from the card, to be escaped before it is printed; `nil` where there is none.
    package var label: String?
    package var flags: Flags
    /// The PIN that protects the object; for a PIN, the one that unblocks it.
    package var authId: PKCS15Identifier?

    /// CommonObjectFlags.
    package struct Flags: OptionSet, Hashable, Sendable {
        package let rawValue: UInt16

        package init(rawValue: UInt16) { self.rawValue = rawValue }

        /// The object can be read only after its PIN.
        package static let isPrivate = Flags(rawValue: 1 << 0)
        package static let modifiable = Flags(rawValue: 1 << 1)
    }

    init(_ node: ASN1Node) throws(CardDataError) {
        var fields = try ASN1Fields(of: node, field: "commonObjectAttributes")
        // Neither decides what is sent to the card: one that makes no sense hides nothing else.
        label = try? fields.take(.utf8String)?.label(field: "label")
        flags = Flags(rawValue: (try? fields.take(.bitString)?.namedBits(field: "flags")) ?? 0)
        authId = try fields.takeOnly(.octetString, field: "authId")?.identifierOctets(field: "authId")
    }
}

/// The parts that every object is made of: PKCS15Object of PKCS #15 v1.1, CIO of ISO/IEC 7816-15.
struct CIOParts {
    let common: CommonObjectAttributes
    /// The class attributes, such as CommonKeyAttributes.
    var classAttributes: ASN1Fields
    /// The type attributes out of their explicit tag [1], such as PINAttributes.
    var typeAttributes: ASN1Fields

    init(_ node: ASN1Node) throws(CardDataError) {
        var fields = try ASN1Fields(of: node, field: "object")
        common = try CommonObjectAttributes(fields.require(.sequence, field: "commonObjectAttributes"))
        classAttributes = try ASN1Fields(
            of: fields.require(.sequence, field: "classAttributes"),
            field: "classAttributes"
        )
        typeAttributes = try ASN1Fields.explicit(
            fields.require(.context(1), field: "typeAttributes"),
            field: "typeAttributes"
        )
    }
}
