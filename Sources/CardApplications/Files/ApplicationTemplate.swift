internal import CardCore

/// One application that EF.DIR names (ISO/IEC 7816-4; DIRRecord of PKCS #15 v1.1).
package struct ApplicationTemplate: Hashable, Sendable {
    /// 1...16 octets.
    package let aid: [UInt8]
    /// Text from the card, to be escaped before it is printed.
    package let label: String?
    /// File identifiers of the application's DF, 0...32 octets.
    package let path: [UInt8]?

    /// The templates in the content of EF.DIR, or of one of its records, and how many were damaged.
    package static func parse(
        _ bytes: [UInt8]
    ) throws(CardDataError) -> (templates: [ApplicationTemplate], skipped: Int) {
        let file = try DataObjectFile.elements(of: bytes)
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
        path = value(Tag.path).flatMap { $0.count <= 32 ? $0 : nil }
    }
}
