package import CardCore

/// Cards with Microsoft's GIDS application (Generic Identity Device Specification), which Windows knows without a driver.
package enum GIDSFamily: CardFamily {
    package static let name = "gids"

    /// Microsoft's RID and `BTFY`; what follows is the revision of the specification and one byte of the card's own.
    ///
    /// (Windows Inbox Smart Card Minidriver, GIDS application metadata.)
    package static let applicationIdentifiers: [[UInt8]] = [
        [0xA0, 0x00, 0x00, 0x03, 0x97, 0x42, 0x54, 0x46, 0x59]
    ]

    /// Microsoft's own cards carry the application's name in the historical bytes, tag F (ISO/IEC 7816-4, 12.1.1.2).
    package static func isLikely(atr: ATR) -> Bool {
        atr.compactTLV.contains { $0.tag == 0xF && claims($0.value) }
    }

    /// Asks for the master file, which changes nothing and nobody else has under these two names.
    package static func look(
        _ hints: CardHints,
        on channel: inout AnyCardChannel
    ) throws(TransportError) -> (any CardApplication)? {
        guard let master = try GIDSMasterFile.read(on: &channel) else { return nil }
        return GIDSApplication(aid: applicationIdentifiers[0], master: master)
    }

    package static func select(
        _ hints: CardHints,
        on channel: inout AnyCardChannel
    ) throws(TransportError) -> (any CardApplication)? {
        for aid in hints.identifiers(of: Self.self) {
            switch try GIDSCommand.select(aid, on: &channel) {
            case .selected: return GIDSApplication(aid: aid, master: nil)
            case .unnamed:
                // A card that answers any SELECT alike is believed only when it has the file system.
                guard let master = try GIDSMasterFile.read(on: &channel) else { continue }
                return GIDSApplication(aid: aid, master: master)
            case .refused: continue
            }
        }
        return nil
    }
}
