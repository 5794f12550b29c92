internal import CardCore
internal import SwiftASN1

/// One application that EF.DIR names (ISO/IEC 7816-4; DIRRecord of PKCS #15 v1.1).
package struct ApplicationTemplate: Hashable, Sendable {
    /// 1...16 octets.
    package let aid: [UInt8]
    /// Text from the card, to be escaped before it is printed.
    package let label: String?
    /// File identifiers of the application's DF, 0...32 octets.
    package let path: [UInt8]?
    /// Where EF.OD is, if the discretionary data says so.
    package let objectDirectory: PKCS15Path?
    /// Where EF.CIAInfo is, if the discretionary data says so.
    package let tokenInfo: PKCS15Path?

    /// The templates in the content of EF.DIR, or of one of its records, and how many were damaged.
    package static func parse(
        _ bytes: [UInt8]
    ) throws(PKCS15ParseError) -> (templates: [ApplicationTemplate], skipped: Int) {
        let file = try PKCS15Files.elements(of: bytes)
        var templates: [ApplicationTemplate] = []
        var skipped = file.skipped
        for element in file.elements where element.first == Tag.template {
            if let template = ApplicationTemplate(element) {
                templates.append(template)
            } else {
                skipped += 1
            }
        }
        guard skipped == 0 || !templates.isEmpty else { throw .nothingReadable(skipped: skipped) }
        return (templates, skipped)
    }

    /// Tags of an application template (ISO/IEC 7816-4).
    private enum Tag {
        static let template: UInt8 = 0x61
        static let aid: UInt32 = 0x4F
        static let label: UInt32 = 0x50
        static let path: UInt32 = 0x51
        static let discretionaryData: UInt32 = 0x73
        static let sequence: UInt32 = 0x30
        static let tokenInfoPath: UInt32 = 0xA0
    }

    private init?(_ element: [UInt8]) {
        guard let template = try? BERTLV(parsing: element.span, in: element.indices),
            let fields = try? BERTLV.objects(in: element.span, range: template.value, limit: 16)
        else { return nil }
        func value(_ tag: UInt32) -> [UInt8]? {
            fields.first { $0.tag == tag }.map { Array(element[$0.value]) }
        }
        guard let aid = value(Tag.aid), (1...16).contains(aid.count) else { return nil }
        self.aid = aid
        label = value(Tag.label).map { String(decoding: $0.prefix(255), as: UTF8.self) }
        path = value(Tag.path).flatMap { $0.count <= PKCS15Path.maximumLength ? $0 : nil }
        let discretionary = value(Tag.discretionaryData) ?? []
        objectDirectory = Self.path(Tag.sequence, in: discretionary)
        tokenInfo = Self.path(Tag.tokenInfoPath, in: discretionary)
    }

    private static func path(_ tag: UInt32, in bytes: [UInt8]) -> PKCS15Path? {
        guard let objects = try? BERTLV.objects(in: bytes.span, range: bytes.indices, limit: 16),
            let object = objects.first(where: { $0.tag == tag }),
            let node = try? ASN1Node.parse(Array(bytes[object.whole]))
        else { return nil }
        return try? PKCS15Path(node)
    }
}
