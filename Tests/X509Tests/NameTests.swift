import COpenSSL
import CardTesting
import Foundation
import Testing

@testable import X509

/// Names of holders and issuers, whatever type of string they are written in.
@Suite struct NameTests {
    typealias Attribute = CertificateFields.Attribute

    /// A name in one of the types of DirectoryString (RFC 5280, 4.1.2.4), and others that OpenSSL takes.
    struct Encoded: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let tag: UInt8
        let bytes: [UInt8]
        let text: String
    }

    private static let text = "Åsa Öberg ÿ"
    static let strings = [
        Encoded(testDescription: "UTF8String", tag: 12, bytes: Array("\(text) ☃😀".utf8), text: "\(text) ☃😀"),
        Encoded(testDescription: "NumericString", tag: 18, bytes: Array("12 34".utf8), text: "12 34"),
        Encoded(testDescription: "PrintableString", tag: 19, bytes: Array("Asa".utf8), text: "Asa"),
        Encoded(
            testDescription: "TeletexString",
            tag: 20,
            bytes: text.unicodeScalars.map { UInt8($0.value) },
            text: text
        ),
        Encoded(testDescription: "IA5String", tag: 22, bytes: Array("a@b.example".utf8), text: "a@b.example"),
        Encoded(
            testDescription: "UniversalString",
            tag: 28,
            bytes: "\(text) 😀".unicodeScalars.flatMap { scalar in
                [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: scalar.value >> $0) }
            },
            text: "\(text) 😀"
        ),
        Encoded(
            testDescription: "BMPString",
            tag: 30,
            bytes: "\(text) ☃".utf16.flatMap { [UInt8($0 >> 8), UInt8($0 & 0xFF)] },
            text: "\(text) ☃"
        ),
    ]

    @Test(arguments: strings)
    func everyTypeOfStringIsReadAsOpenSSLReadsIt(one: Encoded) async throws {
        let der = try Fixtures.named([Attribute(CertificateFields.commonName, one.tag, one.bytes)])
        let certificate = try Certificate(der: der)
        for name in [certificate.subject, certificate.issuer] {
            #expect(name.commonName?.raw == one.text)
            #expect(name.description == "CN=\(one.text)")
        }
        let judge = try await Fixtures.openssl(der, ["-subject", "-nameopt", "esc_2253,utf8,sname"])
        #expect(judge.isRead && judge.said == "subject=CN=\(one.text)\n")
    }

    /// OpenSSL compares names in UTF-8, and refuses what cannot be written so.
    ///
    /// Surrogates are not part of the BMP (X.680, 41.16), although some programs write them.
    @Test(
        arguments: [
            ("BMPString with surrogates", 30, "a😀".utf16.flatMap { [UInt8($0 >> 8), UInt8($0 & 0xFF)] }),
            ("BMPString of odd length", 30, [0x00, 0x41, 0x00]),
            ("UniversalString with a surrogate", 28, [0x00, 0x00, 0xD8, 0x00]),
            ("UniversalString beyond Unicode", 28, [0x00, 0x11, 0x00, 0x00]),
            ("UTF8String that is none", 12, [0x61, 0xFF]), ("GeneralString", 27, [0x61]),
        ] as [(String, UInt8, [UInt8])]
    )
    func aNameThatIsNoTextIsNoCertificate(name: String, tag: UInt8, bytes: [UInt8]) async throws {
        let der = try Fixtures.named([Attribute(CertificateFields.commonName, tag, bytes)])
        let error = #expect(throws: CertificateError.self) { try Certificate(der: der) }
        let isRefused = if case .notACertificate = error { true } else { false }
        #expect(isRefused, "\(name): \(String(describing: error))")
        #expect(try await !Fixtures.openssl(der, ["-subject"]).isRead)
    }

    @Test func attributesOfOneRDNAreJoinedByAPlus() async throws {
        let der = try Fixtures.named([
            .init([0x55, 0x04, 0x06], 0x13, Array("SE".utf8)), .commonName("Anna + Eva"),
            .init(CertificateFields.serialNumber, 0x13, Array("SE2321000000-1A2B".utf8), continuesRDN: true),
            .init([0x55, 0x04, 0x0C], 0x0C, Array("Läkare".utf8)),
        ])
        let subject = try Certificate(der: der).subject
        #expect(
            subject.description == "title=Läkare, CN=Anna \\+ Eva+serialNumber=SE2321000000-1A2B, C=SE"
        )
        // Its order with dn_rev turns the attributes of one RDN too.
        let options = "esc_2253,utf8,sep_comma_plus_space,sname"
        let judge = try await Fixtures.openssl(der, ["-subject", "-nameopt", options])
        let names = subject.description.replacing("+serial", with: " + serial").components(separatedBy: ", ")
        #expect(judge.said == "subject=\(names.reversed().joined(separator: ", "))\n")
    }

    /// The common name of a certificate without a number pretends to have one.
    @Test func aCommonNameForgesNoOtherAttribute() throws {
        let forged = "X, serialNumber=SE2321000000-1A2B"
        let certificate = try Certificate(der: Fixtures.named([.commonName(forged)]))
        #expect(certificate.subject.commonName?.raw == forged)
        #expect(certificate.subject.serialNumber == nil && certificate.holderNumber == nil)
        #expect(certificate.subject.description == "CN=X\\, serialNumber\\=SE2321000000-1A2B")
        for text in ["+serialNumber=1", "\\", "\\, O=x", "\"a\"", "a;b", "<a>", " a ", "#61"] {
            let name = try Certificate(der: Fixtures.named([.commonName(text)])).subject
            #expect(Self.values(name.description) == [text], "\(name)")
        }
    }

    /// The values in a written name, as RFC 4514, 3 reads them.
    private static func values(_ name: String) -> [String] {
        var (values, isEscaped, isValue) = ([String](), false, false)
        for character in name.unicodeScalars {
            if isEscaped || isValue && !",+\\".unicodeScalars.contains(character) {
                values[values.count - 1].unicodeScalars.append(character)
                isEscaped = false
            } else if character == "\\" {
                isEscaped = true
            } else if character == "=" {
                values.append("")
                isValue = true
            } else if character == "," || character == "+" {
                isValue = false
            }
        }
        return values
    }

    @Test func valuesAreMaskedBeforeTheyAreEscaped() throws {
        let name = try Certificate(der: Fixtures.named([.commonName("121212+1212, X")])).subject
        let masked = name.description { $0.replacing("121212+1212", with: "121212+****") }
        #expect(masked == "CN=121212\\+****\\, X")
    }

    @Test func namesThatPretendAreShownForWhatTheyAre() throws {
        let name = try Fixtures.certificate("hostile-name").subject
        #expect(name["2.5.4.10"]?.raw == "Test\u{202E}regionen")
        #expect(
            name.description
                == "CN=Testina\\u{1}Provkort\\u{1B}[31m\\, O\\=Inera AB, O=Test\\u{202E}regionen, C=SE"
        )
    }

    /// A comma with an accent on it, and a backslash before one, still end no value.
    @Test func noValueLooksLikeAnotherAttribute() throws {
        let text = CertificateText("a,\u{301} O=b\\, O=c")
        #expect(text.shown == "a,\u{301} O=b\\, O=c")
        #expect(text.escaped == "a\\,\u{301} O\\=b\\\\\\, O\\=c")
        let name = try Certificate(der: Fixtures.named([.commonName("Testi,\u{301}, O=te\\,\u{1B}[31m")]))
            .subject
        #expect(name.description == "CN=Testi\\,\u{301}\\, O\\=te\\\\\\,\\u{1B}[31m")
    }

    @Test func aNULDoesNotCutAName() throws {
        let name = try Certificate(der: Fixtures.named([.commonName("Testina\0Provkort")])).subject
        #expect(name.commonName?.raw == "Testina\0Provkort")
        #expect(name.commonName?.shown == "Testina\\u{0}Provkort")
    }

    /// Base-128 digits of one arc; 255 characters of a type are shown.
    @Test func aTypeThatIsCutEndsInAnEllipsis() throws {
        let arcs = [UInt8](repeating: 0x7F, count: 120)
        let name = try Certificate(der: Fixtures.named([.init([0x2A] + arcs, 0x0C, Array("a".utf8))])).subject
        let type = try #require(name.attributes.first).type.dotted
        #expect(type.hasPrefix("1.2.127.127.") && type.hasSuffix("…") && type.count == 256)
        let whole = try Certificate(
            der: Fixtures.named([.init([0x2A] + arcs.prefix(60), 0x0C, Array("a".utf8))])
        ).subject
        #expect(whole.attributes.first?.type.dotted.hasSuffix(".127") == true)
    }

    /// What stands before and after the bad unit stays readable, so that a personal number in it is masked.
    @Test(arguments: [V_ASN1_BMPSTRING, V_ASN1_UNIVERSALSTRING])
    func badUnitDoesNotHideTheOthers(type: Int32) throws {
        let width = type == V_ASN1_BMPSTRING ? 2 : 4
        let number = "19121212-1212"
        let octets = number.utf8.flatMap { [UInt8](repeating: 0, count: width - 1) + [$0] }
        let surrogate = [UInt8](repeating: 0, count: width - 2) + [0xD8, 0x3D]
        let string = unsafe ASN1_STRING_type_new(type)
        defer { unsafe ASN1_STRING_free(string) }
        unsafe ASN1_STRING_set(string, octets + surrogate, Int32(octets.count + width))
        #expect(unsafe ASN1String.text(of: string, limit: .max)?.raw == number + "\u{FFFD}")
        unsafe ASN1_STRING_set(string, octets + [0], Int32(octets.count + 1))
        #expect(unsafe ASN1String.text(of: string, limit: .max)?.raw == number + "\0")
        ERR_clear_error()
    }
}
