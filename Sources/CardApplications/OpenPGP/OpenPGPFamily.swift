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
            || atr.historicalBytes.starts(with: Array("Yubikey".utf8))
            || atr.compactTLV.contains { $0.tag == 5 && $0.value.starts(with: Array("YubiKe".utf8)) }
    }

    /// The application related data can be read at any time and tells at once whose it is.
    package static func look(
        _ hints: CardHints,
        on channel: inout AnyCardChannel
    ) throws(TransportError) -> (any CardApplication)? {
        guard let data = try OpenPGPApplication.readRelatedData(on: &channel) else { return nil }
        return OpenPGPApplication(data)
    }

    package static func select(
        _ hints: CardHints,
        on channel: inout AnyCardChannel
    ) throws(TransportError) -> (any CardApplication)? {
        for aid in hints.identifiers(of: Self.self) {
            guard try OpenPGPApplication.select(aid, on: &channel) else { continue }
            if let data = try OpenPGPApplication.readRelatedData(on: &channel) {
                return OpenPGPApplication(data)
            }
        }
        return nil
    }
}
