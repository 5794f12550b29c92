/// Certificates with other fields; the signature stays as it was.
package enum CertificateFields {
    /// One attribute of a name: its type in DER without tag and length, the tag of its string, and the string's octets.
    package struct Attribute: Sendable {
        package let type: [UInt8]
        package let tag: UInt8
        package let value: [UInt8]
        /// Belongs to the same RelativeDistinguishedName as the one before it.
        package let continuesRDN: Bool

        package init(_ type: [UInt8], _ tag: UInt8, _ value: [UInt8], continuesRDN: Bool = false) {
            (self.type, self.tag, self.value, self.continuesRDN) = (type, tag, value, continuesRDN)
        }

        package static func commonName(_ text: String) -> Attribute {
            Attribute(CertificateFields.commonName, 0x0C, Array(text.utf8))
        }

        package static func serialNumber(_ text: String) -> Attribute {
            Attribute(CertificateFields.serialNumber, 0x0C, Array(text.utf8))
        }
    }

    /// 2.5.4.3.
    package static let commonName: [UInt8] = [0x55, 0x04, 0x03]
    /// 2.5.4.5.
    package static let serialNumber: [UInt8] = [0x55, 0x04, 0x05]

    /// `der` with these fields; `serialNumber` is the content of the INTEGER.
    package static func replace(
        subject: [Attribute]? = nil,
        issuer: [Attribute]? = nil,
        serialNumber: [UInt8]? = nil,
        in der: [UInt8]
    ) -> [UInt8] {
        var certificate = elements(of: content(of: der[...]))
        var fields = elements(of: content(of: certificate[0]))
        // version, serialNumber, signature, issuer, validity, subject (RFC 5280, 4.1).
        if let serialNumber { fields[1] = tlv(0x02, serialNumber)[...] }
        if let issuer { fields[3] = name(issuer)[...] }
        if let subject { fields[5] = name(subject)[...] }
        certificate[0] = tlv(0x30, fields.flatMap { $0 })[...]
        return tlv(0x30, certificate.flatMap { $0 })
    }

    /// tbsCertList of the CRL `der`, made at `thisUpdate` (UTCTime) and without nextUpdate (RFC 5280, 5.1).
    package static func listWithoutNextUpdate(_ der: [UInt8], thisUpdate: String) -> [UInt8] {
        var fields = elements(of: content(of: elements(of: content(of: der[...]))[0]))
        // version, signature, issuer, thisUpdate, nextUpdate.
        fields[3] = tlv(0x17, Array(thisUpdate.utf8))[...]
        fields.remove(at: 4)
        return tlv(0x30, fields.flatMap { $0 })
    }

    /// The CRL `der` with another tbsCertList and its signature.
    package static func replace(list: [UInt8], signature: [UInt8], in der: [UInt8]) -> [UInt8] {
        let algorithm = elements(of: content(of: der[...]))[1]
        return tlv(0x30, list + algorithm + tlv(0x03, [0] + signature))
    }

    private static func name(_ attributes: [Attribute]) -> [UInt8] {
        var sets: [[UInt8]] = []
        for attribute in attributes {
            let pair = tlv(0x30, tlv(0x06, attribute.type) + tlv(attribute.tag, attribute.value))
            if attribute.continuesRDN, let last = sets.popLast() {
                sets.append(last + pair)
            } else {
                sets.append(pair)
            }
        }
        return tlv(0x30, sets.flatMap { tlv(0x31, $0) })
    }

    private static func tlv(_ tag: UInt8, _ value: [UInt8]) -> [UInt8] {
        value.count < 128
            ? [tag, UInt8(value.count)] + value
            : [tag, 0x82, UInt8(value.count >> 8), UInt8(value.count & 0xFF)] + value
    }

    private static func elements(of content: ArraySlice<UInt8>) -> [ArraySlice<UInt8>] {
        var (rest, found) = (content, [ArraySlice<UInt8>]())
        while !rest.isEmpty {
            let end = body(of: rest).upperBound
            found.append(rest[rest.startIndex..<end])
            rest = rest[end...]
        }
        return found
    }

    private static func content(of element: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
        element[body(of: element)]
    }

    /// Where the content of the first element is; its tag has one octet.
    private static func body(of bytes: ArraySlice<UInt8>) -> Range<Int> {
        let first = bytes[bytes.startIndex + 1]
        let start = bytes.startIndex + 2
        guard first > 0x7F else { return start..<start + Int(first) }
        let digits = Int(first & 0x7F)
        let length = bytes[start..<start + digits].reduce(0) { $0 << 8 | Int($1) }
        return start + digits..<start + digits + length
    }
}
