internal import COpenSSL

/// The name of a holder or an issuer (RFC 5280, 4.1.2.4), attribute by attribute as the certificate has them.
package struct DistinguishedName: Hashable, Sendable, CustomStringConvertible {
    package struct Attribute: Hashable, Sendable {
        package let type: ObjectID
        package let value: CertificateText
        /// Belongs to the same RelativeDistinguishedName as the attribute before it.
        package let continuesRDN: Bool
    }

    package let attributes: [Attribute]
    /// The encoded name, which tells two names apart that look the same.
    package let encoded: [UInt8]

    /// The first attribute commonName (2.5.4.3).
    package var commonName: CertificateText? { self["2.5.4.3"] }
    /// The first attribute serialNumber (2.5.4.5): HSA-id or personal identity number on SITHS cards.
    package var serialNumber: CertificateText? { self["2.5.4.5"] }

    package subscript(dotted: String) -> CertificateText? {
        attributes.first { $0.type.dotted == dotted }?.value
    }

    /// The name as RFC 4514 writes it, last RelativeDistinguishedName first, with a space after each comma.
    ///
    /// No value can look like another attribute: what separates attributes has a backslash before it (RFC 4514, 2.4).
    package var description: String { description(masking: { $0 }) }

    /// The same with each value replaced by what `mask` returns for it.
    ///
    /// Masking comes first: escaping parts digits and separator of a number (`121212\+1212`).
    package func description(masking mask: (String) -> String) -> String {
        var names: [String] = []
        for attribute in attributes {
            let type = Self.names[attribute.type.dotted] ?? attribute.type.dotted
            let text = "\(type)=\(CertificateText(mask(attribute.value.raw)).escaped)"
            if attribute.continuesRDN, let last = names.popLast() {
                names.append("\(last)+\(text)")
            } else {
                names.append(text)
            }
        }
        return names.reversed().joined(separator: ", ")
    }

    /// Short names of RFC 4519 and, for the rest, of X.520.
    private static let names = [
        "2.5.4.3": "CN", "2.5.4.4": "SN", "2.5.4.42": "GN", "2.5.4.5": "serialNumber", "2.5.4.6": "C",
        "2.5.4.7": "L", "2.5.4.8": "ST", "2.5.4.10": "O", "2.5.4.11": "OU", "2.5.4.12": "title",
        "0.9.2342.19200300.100.1.25": "DC", "1.2.840.113549.1.9.1": "emailAddress",
    ]

    /// Whether both are one name as RFC 5280, 7.1, compares them: without regard to case, type of string and repeated spaces.
    ///
    /// Wraps `X509_NAME_cmp`.
    package func isSameName(as other: DistinguishedName) -> Bool {
        if encoded == other.encoded { return true }
        guard let one = unsafe OpenSSLObject(adopting: decoded(), freedBy: X509_NAME_free),
            let two = unsafe OpenSSLObject(adopting: other.decoded(), freedBy: X509_NAME_free)
        else {
            ERR_clear_error()
            return false
        }
        return unsafe one.with { one in unsafe two.with { unsafe X509_NAME_cmp(one, $0) == 0 } }
    }

    private func decoded() -> OpaquePointer? {
        unsafe encoded.withUnsafeBufferPointer { bytes in
            var cursor = bytes.baseAddress
            return unsafe d2i_X509_NAME(nil, &cursor, bytes.count)
        }
    }

    /// Wraps `X509_NAME_get_entry` and what belongs to it.
    ///
    /// A name is as long as its certificate or list at most, which is bounded where that is read.
    package init(reading name: OpaquePointer?) {
        var attributes: [Attribute] = []
        var last: Int32?
        for index in 0..<max(0, unsafe X509_NAME_entry_count(name)) {
            guard let entry = unsafe X509_NAME_get_entry(name, index) else { break }
            let type = unsafe ObjectID(reading: X509_NAME_ENTRY_get_object(entry))
            let value = unsafe ASN1String.text(of: X509_NAME_ENTRY_get_data(entry), limit: .max)
            let set = unsafe X509_NAME_ENTRY_set(entry)
            attributes.append(
                Attribute(type: type, value: value ?? CertificateText(""), continuesRDN: set == last)
            )
            last = set
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
