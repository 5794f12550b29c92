internal import COpenSSL

/// The name of a holder or an issuer (RFC 5280, 4.1.2.4), attribute by attribute as the certificate has them.
package struct DistinguishedName: Hashable, Sendable, CustomStringConvertible {
    package struct Attribute: Hashable, Sendable {
        package let type: ObjectID
        package let value: CertificateText
    }

    package let attributes: [Attribute]
    /// The encoded name, which tells two names apart that look the same.
    let encoded: [UInt8]

    /// More attributes are not read; real names have up to ten.
    private static let maximumCount = 64
    /// Bytes of one value; RFC 5280, appendix A.1, allows 64 characters for nearly all of them.
    private static let maximumLength = 4096

    /// The first attribute commonName (2.5.4.3).
    package var commonName: CertificateText? { self["2.5.4.3"] }
    /// The first attribute serialNumber (2.5.4.5): HSA-id or personal identity number on SITHS cards.
    package var serialNumber: CertificateText? { self["2.5.4.5"] }
    /// The first attribute organizationName (2.5.4.10).
    package var organization: CertificateText? { self["2.5.4.10"] }

    package subscript(dotted: String) -> CertificateText? {
        attributes.first { $0.type.dotted == dotted }?.value
    }

    /// The name as RFC 4514 writes it, last attribute first, for showing.
    package var description: String {
        attributes.reversed().map { attribute in
            "\(Self.names[attribute.type.dotted] ?? attribute.type.dotted)=\(attribute.value.shown(quoting: Self.special))"
        }.joined(separator: ", ")
    }

    /// Short names of RFC 4519 and, for the rest, of X.520.
    private static let names = [
        "2.5.4.3": "CN", "2.5.4.4": "SN", "2.5.4.42": "GN", "2.5.4.5": "serialNumber", "2.5.4.6": "C",
        "2.5.4.7": "L", "2.5.4.8": "ST", "2.5.4.10": "O", "2.5.4.11": "OU", "2.5.4.12": "title",
        "0.9.2342.19200300.100.1.25": "DC", "1.2.840.113549.1.9.1": "emailAddress",
    ]

    /// They get a backslash (RFC 4514, 2.4), so that no value can look like another attribute.
    private static let special = ",+\"<>;=\\"

    /// Wraps `X509_NAME_get_entry` and what belongs to it.
    init(reading name: OpaquePointer?) {
        let count = min(Int(unsafe X509_NAME_entry_count(name)), Self.maximumCount)
        var attributes: [Attribute] = []
        for index in 0..<max(count, 0) {
            guard let entry = unsafe X509_NAME_get_entry(name, Int32(index)) else { break }
            let type = unsafe ObjectID(reading: X509_NAME_ENTRY_get_object(entry))
            let string = unsafe X509_NAME_ENTRY_get_data(entry)
            let value = unsafe LibraryString.text(of: string, limit: Self.maximumLength)
            attributes.append(Attribute(type: type, value: value ?? CertificateText("")))
        }
        self.attributes = attributes

        var start: UnsafePointer<UInt8>?
        var length = 0
        if unsafe X509_NAME_get0_der(name, &start, &length) == 1, let start = unsafe start {
            encoded = unsafe Array(UnsafeBufferPointer(start: start, count: length))
        } else {
            encoded = []
        }
    }
}
