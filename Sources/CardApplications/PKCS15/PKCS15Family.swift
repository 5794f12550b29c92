package import CardCore

/// Cards with a PKCS#15 structure (ISO/IEC 7816-15): SITHS, FINEID, Swedish eID and many others.
package enum PKCS15Family: CardFamily {
    package static let name = "pkcs15"
    package static let isToldByFiles = true
    package static let hasTemporaryCards = true

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

    package static func find(
        _ query: ApplicationQuery,
        on channel: inout AnyCardChannel
    ) throws(TransportError) -> FoundApplication? {
        switch (query.way, query.depth) {
        case (.asking, .number): return try cardNumber(on: &channel)
        // What is selected cannot be told by an answer of PKCS#15's own.
        case (.asking, .application): return nil
        case (.selecting, _):
            for entry in entries(query.hints) {
                var files = CardFiles(entry: entry)
                // The directory that a name leads to is not needed for the number alone.
                let status =
                    query.depth == .number
                    ? try files.enterApplication(on: &channel) : try files.selectApplication(on: &channel)
                guard status.isSelected else { continue }
                var application = PKCS15Application(files: files, row: PKCS15Row.row(atr: query.hints.atr))
                // A directory of this number proves nothing; what it lists does.
                if entry == usualPlace, try !application.hasObjectDirectory(on: &channel) { continue }
                return try query.found(application, on: &channel)
            }
            return nil
        }
    }

    /// Where the application lies on cards that give it no name, such as the Rutoken ECP (PKCS #15 v1.1, 5.2).
    private static let usualPlace = CardFiles.Entry.path([0x3F, 0x00, 0x50, 0x15])

    /// Every way in that is known, names first.
    ///
    /// Places are tried once EF.DIR has been read, after every name that is known without it.
    static func entries(_ hints: CardHints) -> [CardFiles.Entry] {
        let names = hints.identifiers(of: Self.self).map { CardFiles.Entry.aid($0) }
        // A name that cannot be selected may still have a place.
        let places = (hints.directory ?? []).compactMap { template -> CardFiles.Entry? in
            guard claims(template.aid), let path = template.path, path.starts(with: [0x3F, 0x00]) else {
                return nil
            }
            return .path(path)
        }
        guard hints.directory != nil, !places.contains(usualPlace) else { return names + places }
        return names + places + [usualPlace]
    }
}
