package import CardCore

/// Cards with a PKCS#15 structure (ISO/IEC 7816-15): SITHS, FINEID, Swedish eID and many others.
package enum PKCS15Family: CardFamily {
    package static let name = "pkcs15"

    /// The AID of PKCS#15 v1.1 (RSA Laboratories, 5.6.2), then the one of ISO/IEC 7816-15.
    static let aids: [[UInt8]] = [
        [0xA0, 0x00, 0x00, 0x00, 0x63] + Array("PKCS-15".utf8),
        [0xE8, 0x28, 0xBD, 0x08, 0x0F],
    ]

    /// EF.DIR (ISO/IEC 7816-4, 12.2.1).
    private static let directory: [UInt8] = [0x3F, 0x00, 0x2F, 0x00]

    package static func probe(
        atr: ATR?,
        on channel: inout AnyCardChannel
    ) throws(TransportError) -> (any CardApplication)? {
        for aid in aids {
            if let found = try open(.aid(aid), atr: atr, on: &channel) { return found }
        }
        var root = PKCS15FileSystem(entry: .path(directory))
        guard let bytes = try root.readDirectoryFile(directory, on: &channel) else { return nil }
        let templates = (try? ApplicationTemplate.parse(bytes))?.templates ?? []
        for template in templates.prefix(8) where aids.contains(where: { template.aid.starts(with: $0) }) {
            if !aids.contains(template.aid),
                let found = try open(.aid(template.aid), atr: atr, on: &channel)
            {
                return found
            }
            if let path = template.path, path.starts(with: [0x3F, 0x00]),
                let found = try open(.path(path), atr: atr, on: &channel)
            {
                return found
            }
        }
        return nil
    }

    private static func open(
        _ entry: PKCS15FileSystem.Entry,
        atr: ATR?,
        on channel: inout AnyCardChannel
    ) throws(TransportError) -> PKCS15Application? {
        var files = PKCS15FileSystem(entry: entry)
        guard try files.selectApplication(on: &channel).isSelected else { return nil }
        return PKCS15Application(files: files, row: PKCS15Row.row(atr: atr))
    }
}
