internal import CardCore
internal import SwiftASN1

/// What a certificate says of itself, read without judging it (RFC 5280, 4.1).
///
/// For showing and for telling PINs apart. Every value is hostile text or number; names are as they are in the
/// certificate, one attribute after the other.
package struct CertificateSummary: Hashable, Sendable {
    /// KeyUsage bits, from bit 0 on (RFC 5280, 4.2.1.3).
    package enum KeyUsage: String, CaseIterable, Hashable, Sendable {
        case digitalSignature, nonRepudiation, keyEncipherment, dataEncipherment, keyAgreement, keyCertSign,
            cRLSign, encipherOnly, decipherOnly
    }

    /// A point in time as RFC 3339 writes it, in UTC.
    package typealias Time = String

    package private(set) var serialNumber = ""
    /// RFC 4514 order and short names, `CN=…, serialNumber=…`.
    package private(set) var subject = ""
    package private(set) var issuer = ""
    package private(set) var notBefore: Time = ""
    package private(set) var notAfter: Time = ""
    package private(set) var keyUsage: [KeyUsage] = []
    /// There is a KeyUsage, and it makes no sense here; what it forbids is not known then.
    package private(set) var hasUnreadableKeyUsage = false
    /// Attribute commonName of the subject.
    package private(set) var subjectName: String?
    /// Attribute commonName of the issuer.
    package private(set) var issuerName: String?
    /// Attribute serialNumber of the subject: on SITHS cards HSA-id or personal identity number.
    package private(set) var subjectSerialNumber: String?
    /// The subject's serial number where it has the form of an HSA-id, `SE2321000000-1A2B`.
    ///
    /// `SE`, the ten digits of an organisation number, `-`, and up to 18 capitals and digits (HSA handbook, Inera).
    package var hsaID: String? {
        guard let number = subjectSerialNumber, case let bytes = Array(number.utf8),
            (14...31).contains(bytes.count), bytes.starts(with: Array("SE".utf8)),
            bytes[12] == UInt8(ascii: "-"), bytes[2..<12].allSatisfy({ (0x30...0x39).contains($0) }),
            bytes.dropFirst(13).allSatisfy({ (0x30...0x39).contains($0) || (0x41...0x5A).contains($0) })
        else { return nil }
        return number
    }
    /// Extension 1.2.752.34.2.1, the number printed on the card.
    package private(set) var cardNumber: String?

    /// Larger certificates are not looked into.
    private static let maximumLength = 16_384

    /// `nil` when `der` is no certificate.
    package init?(der: [UInt8]) {
        guard der.count <= Self.maximumLength, let root = try? DER.parse(der),
            let toBeSigned = root.children.first, toBeSigned.identifier == .sequence
        else { return nil }
        var fields = toBeSigned.children[...]
        if fields.first?.identifier == Self.explicit(0) { fields.removeFirst() }
        guard fields.count >= 6 else { return nil }
        let list = Array(fields)
        guard let serial = list[0].primitive, let validity = Self.validity(list[3]) else { return nil }
        serialNumber = Hex.string(of: serial)
        let issuerAttributes = Self.attributes(of: list[2])
        let subjectAttributes = Self.attributes(of: list[4])
        issuer = Self.text(issuerAttributes)
        subject = Self.text(subjectAttributes)
        subjectName = subjectAttributes.first { $0.type == "2.5.4.3" }?.value
        issuerName = issuerAttributes.first { $0.type == "2.5.4.3" }?.value
        subjectSerialNumber = subjectAttributes.first { $0.type == "2.5.4.5" }?.value
        (notBefore, notAfter) = validity
        guard let extensions = list.last(where: { $0.identifier == Self.explicit(3) }) else { return }
        for entry in (extensions.children.first?.children ?? []).prefix(64) { read(extension: entry) }
    }

    private mutating func read(extension entry: ASN1Node) {
        guard let first = entry.children.first, let identifier = try? ASN1ObjectIdentifier(derEncoded: first)
        else { return }
        guard let octets = entry.children.last?.primitive else {
            if identifier.description == "2.5.29.15" { hasUnreadableKeyUsage = true }
            return
        }
        switch identifier.description {
        case "2.5.29.15":
            guard let bits = (try? DER.parse(Array(octets)))?.primitive, bits.count >= 2 else {
                hasUnreadableKeyUsage = true
                return
            }
            let values = bits.dropFirst()
            keyUsage = KeyUsage.allCases.enumerated().filter { position, _ in
                let octet = values.dropFirst(position / 8).first ?? 0
                return octet & (0x80 >> UInt8(position % 8)) != 0
            }.map(\.element)
        case "1.2.752.34.2.1":
            guard let value = (try? DER.parse(Array(octets)))?.primitive, value.count <= 64 else { return }
            cardNumber = String(decoding: value, as: UTF8.self)
        default: break
        }
    }

    // MARK: Names

    private struct Attribute: Hashable {
        let type: String
        let value: String
    }

    /// Short names of RFC 4519 and, for the rest, of X.520.
    private static let names = [
        "2.5.4.3": "CN", "2.5.4.4": "SN", "2.5.4.42": "GN", "2.5.4.5": "serialNumber", "2.5.4.6": "C",
        "2.5.4.7": "L", "2.5.4.8": "ST", "2.5.4.10": "O", "2.5.4.11": "OU", "2.5.4.12": "title",
        "0.9.2342.19200300.100.1.25": "DC", "1.2.840.113549.1.9.1": "emailAddress",
    ]

    private static func attributes(of name: ASN1Node) -> [Attribute] {
        name.children.prefix(32).flatMap { set in
            set.children.prefix(4).compactMap { pair -> Attribute? in
                guard let first = pair.children.first, let value = pair.children.last?.primitive,
                    let type = try? ASN1ObjectIdentifier(derEncoded: first)
                else { return nil }
                // BMPString is UTF-16; every other string type of names reads as UTF-8 well enough to be shown.
                let isBMP = pair.children.last?.identifier == .bmpString
                let text = isBMP ? bmp(value.prefix(512)) : String(decoding: value.prefix(256), as: UTF8.self)
                return Attribute(type: type.description, value: text)
            }
        }
    }

    private static func bmp(_ bytes: ArraySlice<UInt8>) -> String {
        let octets = Array(bytes)
        let units = stride(from: 0, to: octets.count - 1, by: 2).map {
            UInt16(octets[$0]) << 8 | UInt16(octets[$0 + 1])
        }
        return String(decoding: units, as: UTF16.self)
    }

    private static func text(_ attributes: [Attribute]) -> String {
        attributes.reversed().map { "\(names[$0.type] ?? $0.type)=\($0.value)" }.joined(separator: ", ")
    }

    // MARK: Time

    private static func validity(_ node: ASN1Node) -> (Time, Time)? {
        let times = node.children.compactMap(time)
        return times.count == 2 ? (times[0], times[1]) : nil
    }

    /// UTCTime and GeneralizedTime in the only forms that RFC 5280, 4.1.2.5, allows.
    private static func time(_ node: ASN1Node) -> Time? {
        if let value = try? UTCTime(derEncoded: node) {
            return format(value.year, value.month, value.day, value.hours, value.minutes, value.seconds)
        }
        guard let value = try? GeneralizedTime(derEncoded: node) else { return nil }
        return format(value.year, value.month, value.day, value.hours, value.minutes, value.seconds)
    }

    private static func format(_ year: Int, _ numbers: Int...) -> Time {
        let two = numbers.map { $0 < 10 ? "0\($0)" : "\($0)" }
        guard two.count == 5 else { return "" }
        let four = String(repeating: "0", count: max(0, 4 - "\(year)".count)) + "\(year)"
        return "\(four)-\(two[0])-\(two[1])T\(two[2]):\(two[3]):\(two[4])Z"
    }

    private static func explicit(_ number: UInt) -> ASN1Identifier {
        ASN1Identifier(tagWithNumber: number, tagClass: .contextSpecific)
    }
}

extension ASN1Node {
    /// The nodes inside a constructed one; none in a primitive one.
    fileprivate var children: [ASN1Node] {
        guard case .constructed(let nodes) = content else { return [] }
        return Array(nodes)
    }

    /// Content octets of a primitive node.
    fileprivate var primitive: ArraySlice<UInt8>? {
        guard case .primitive(let bytes) = content else { return nil }
        return bytes
    }
}
