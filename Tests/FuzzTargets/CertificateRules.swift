internal import CertificateTrust
internal import X509

/// What must hold of everything that is told of a certificate.
enum CertificateRules {
    static func judge(_ certificate: Certificate, _ broken: inout BrokenRules) {
        for name in [certificate.subject, certificate.issuer] { judge(name, &broken) }
        show(certificate.description, "the description", &broken)
        show(certificate.debugDescription, "the debug description", &broken)
        for time in [certificate.notBefore, certificate.notAfter] {
            broken.expect(time.description.utf8.count == 20, "a time of another form")
        }
        broken.expect(certificate.key.bits >= 0, "a key of less than no bits")
        _ = (certificate.lifetime, certificate.levelOfAssurance, certificate.isOfTestIssuer)
        judge(certificate.extensions, &broken)
        switch certificate.holderNumber {
        case .hsaID(let text), .personalNumber(let text):
            let isPlain = text.utf8.allSatisfy {
                (0x30...0x39).contains($0) || (0x41...0x5A).contains($0) || $0 == 0x2D
            }
            broken.expect(isPlain && text.utf8.count <= 31, "a number of another form")
        case .other(let text): judge(text, limit: 4096, &broken)
        case nil: break
        }
    }

    private static func judge(_ name: DistinguishedName, _ broken: inout BrokenRules) {
        broken.expect(name.attributes.count <= 64, "more attributes than are read")
        for attribute in name.attributes {
            judge(attribute.value, limit: 4096, &broken)
            judge(attribute.type, &broken)
        }
        show(name.description, "a name", &broken)
        let parts = parts(of: name.description)
        broken.expect(
            parts.count == max(1, name.attributes.count)
                && parts.allSatisfy { $0 == (name.attributes.isEmpty ? 0 : 1) },
            "a value looks like another attribute"
        )
    }

    /// How many equals signs each part of a name has that no backslash stands before.
    private static func parts(of name: String) -> [Int] {
        var parts = [0]
        var isQuoted = false
        for scalar in name.unicodeScalars {
            switch scalar {
            case _ where isQuoted: isQuoted = false
            case "\\": isQuoted = true
            case ",", "+", ";": parts.append(0)
            case "=": parts[parts.count - 1] += 1
            default: break
            }
        }
        return parts
    }

    private static func judge(_ extensions: CertificateExtensions, _ broken: inout BrokenRules) {
        let texts = [extensions.emailAddresses, extensions.principalNames]
        for text in texts.joined() + extensions.refusedAddresses {
            judge(text, limit: Certificate.maximumSize, &broken)
        }
        if let number = extensions.cardNumber { judge(number, limit: 127, &broken) }
        let lists =
            [extensions.ocspAddresses, extensions.issuerAddresses]
            + extensions.crlDistributionPoints.map(\.addresses)
        for address in lists.joined() {
            let bytes = Array(address.utf8)
            let scheme = address.prefix { $0 != ":" }.lowercased()
            broken.expect(
                bytes.count <= 512 && bytes.allSatisfy { (0x21...0x7E).contains($0) }
                    && ["http", "https"].contains(scheme),
                "an address that nobody may be sent to"
            )
        }
        for identifier in extensions.policies + (extensions.extendedKeyUsage ?? [])
            + extensions.unknownCritical
        {
            judge(identifier, &broken)
        }
        broken.expect((extensions.keyUsage ?? []).count <= 9, "more key usages than there are")
    }

    static func judge(_ identifier: ObjectID, _ broken: inout BrokenRules) {
        let isPlain = identifier.dotted.utf8.allSatisfy { (0x30...0x39).contains($0) || $0 == 0x2E }
        broken.expect(isPlain && identifier.dotted.utf8.count <= 255, "an identifier of another form")
    }

    /// `limit` is in bytes of the certificate, each of which becomes at most three.
    private static func judge(_ text: CertificateText, limit: Int, _ broken: inout BrokenRules) {
        broken.expect(text.raw.utf8.count <= 3 * limit, "a text too long")
        show(text.shown, "a text", &broken)
    }

    /// What is shown has only characters that are seen and stay where they are.
    static func show(_ text: String, _ place: String, _ broken: inout BrokenRules) {
        broken.expect(!text.unicodeScalars.contains(where: isTreacherous), "\(place) shows what nobody sees")
    }

    /// Unicode's control and formatting characters, fillers, variation selectors, private use and noncharacters.
    private static func isTreacherous(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0x00...0x1F, 0x7F...0x9F, 0xAD, 0x34F, 0x600...0x605, 0x61C, 0x6DD, 0x70F, 0x115F...0x1160,
            0x17B4...0x17B5, 0x180B...0x180F, 0x200B...0x200F, 0x2028...0x202E, 0x2060...0x206F, 0x3164,
            0xE000...0xF8FF, 0xFE00...0xFE0F, 0xFEFF, 0xFFA0, 0xFFF0...0xFFFB, 0xE0000...0xE0FFF,
            0xF0000...0x10FFFF:
            true
        default: scalar.value & 0xFFFE == 0xFFFE
        }
    }
}
