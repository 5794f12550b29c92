package import CardCore

/// Cards with a PKCS#15 structure (ISO/IEC 7816-15): SITHS, FINEID, Swedish eID and many others.
package enum PKCS15Family: CardFamily {
    package static let name = "pkcs15"

    /// The AID of PKCS#15 v1.1 (RSA Laboratories, 5.6.2), then the one of ISO/IEC 7816-15.
    package static let applicationIdentifiers: [[UInt8]] = [
        [0xA0, 0x00, 0x00, 0x00, 0x63] + Array("PKCS-15".utf8),
        [0xE8, 0x28, 0xBD, 0x08, 0x0F],
    ]

    /// MultiApp with the Swedish profile, or FINEID in the historical bytes (pcsc-tools list).
    package static func isLikely(atr: ATR) -> Bool {
        let text = String(decoding: atr.historicalBytes, as: UTF8.self).uppercased()
        return PKCS15Row.row(atr: atr) == .thales || text.contains("FINEID")
    }

    package static func select(
        _ hints: CardHints,
        on channel: inout AnyCardChannel
    ) throws(TransportError) -> (any CardApplication)? {
        for entry in entries(hints) {
            if let found = try open(entry, atr: hints.atr, on: &channel) { return found }
        }
        return nil
    }

    /// Every way in that is known, names first.
    static func entries(_ hints: CardHints) -> [CardFiles.Entry] {
        let names = hints.identifiers(of: Self.self).map { CardFiles.Entry.aid($0) }
        // A name that cannot be selected may still have a place.
        let places = hints.directory.compactMap { template -> CardFiles.Entry? in
            guard claims(template.aid), let path = template.path, path.starts(with: [0x3F, 0x00]) else {
                return nil
            }
            return .path(path)
        }
        return names + places
    }

    private static func open(
        _ entry: CardFiles.Entry,
        atr: ATR?,
        on channel: inout AnyCardChannel
    ) throws(TransportError) -> PKCS15Application? {
        var files = CardFiles(entry: entry)
        guard try files.selectApplication(on: &channel).isSelected else { return nil }
        return PKCS15Application(files: files, row: PKCS15Row.row(atr: atr))
    }
}
