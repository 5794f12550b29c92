package import CardCore

/// Cards with the OpenPGP application (OpenPGP card specification 2.0 to 3.4): YubiKey, Nitrokey, OpenPGP card and others.
///
/// Cards of version 1 are not among them: they have a third code of their own, and other forms to change and unblock.
package enum OpenPGPFamily: CardFamily {
    package static let name = "openpgp"

    /// RID of the FSFE and the application's number (4.2.1); version, manufacturer and serial number follow.
    package static let applicationIdentifiers: [[UInt8]] = [[0xD2, 0x76, 0x00, 0x01, 0x24, 0x01]]

    /// Historical bytes of category 00 with card service data and card capabilities, as the specification wants them (6).
    package static func isLikely(atr: ATR) -> Bool {
        atr.historicalBytes.starts(with: [0x00, 0x31]) && atr.cardCapabilities != nil
            || YubiKey(atr: atr) != nil
    }

    /// The application related data and the AID can be read at any time and tell at once whose they are.
    package static func find(
        _ query: ApplicationQuery,
        on channel: inout AnyCardChannel
    ) throws(TransportError) -> FoundApplication? {
        switch query.way {
        case .asking: return try findSelected(query.depth, currentSlot: nil, on: &channel)
        case .selecting:
            for aid in query.hints.identifiers(of: Self.self) {
                let status = try OpenPGPApplication.select(aid, on: &channel)
                // TERMINATE DF (7.2.16): nothing but ACTIVATE FILE works any more.
                if status == .terminated { return .terminated }
                guard status.isSuccess else { continue }
                let found = try findSelected(query.depth, currentSlot: .authentication, on: &channel)
                if let found { return found }
            }
            return nil
        }
    }

    private static func findSelected(
        _ depth: ApplicationQuery.Depth,
        currentSlot: OpenPGPApplication.Slot?,
        on channel: inout AnyCardChannel
    ) throws(TransportError) -> FoundApplication? {
        switch depth {
        case .number:
            return try OpenPGPApplication.readAID(on: &channel).map { aid in
                .recognised(RecognisedCard(family: name, number: OpenPGPRelatedData.number(in: aid)))
            }
        case .application:
            return try OpenPGPApplication.readRelatedData(on: &channel).map {
                .application(OpenPGPApplication($0, currentSlot: currentSlot))
            }
        }
    }
}
