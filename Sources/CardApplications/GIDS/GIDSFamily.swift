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

    package static func find(
        _ query: ApplicationQuery,
        on channel: inout AnyCardChannel
    ) throws(TransportError) -> FoundApplication? {
        switch query.way {
        case .asking: return try findSelected(query, on: &channel)
        case .selecting:
            for aid in query.hints.identifiers(of: Self.self) {
                switch try GIDSCommand.select(aid, on: &channel) {
                case .selected: return try query.found(GIDSApplication(aid: aid, master: nil), on: &channel)
                case .unnamed:
                    // A card that answers any SELECT alike is believed only when it has the file system.
                    guard let master = try GIDSMasterFile.read(on: &channel) else { continue }
                    return try query.found(GIDSApplication(aid: aid, master: master), on: &channel)
                case .refused(.terminated): return .terminated
                case .refused: continue
                }
            }
            return nil
        }
    }

    /// Asks for the card identifier or for the master file, data objects that no other application has under their two names.
    private static func findSelected(
        _ query: ApplicationQuery,
        on channel: inout AnyCardChannel
    ) throws(TransportError) -> FoundApplication? {
        switch query.depth {
        case .number:
            return try cardNumber(on: &channel).map { .recognised(RecognisedCard(family: name, number: $0)) }
        case .application:
            guard let master = try GIDSMasterFile.read(on: &channel) else { return nil }
            return .application(GIDSApplication(aid: applicationIdentifiers[0], master: master))
        }
    }
}
