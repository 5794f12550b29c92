package import CardCore

/// Cards with the PIV application of NIST SP 800-73-4: YubiKeys, PivApplet, cards of governments.
package enum PIVFamily: CardFamily {
    package static let name = "piv"

    /// The AID without its version (SP 800-73-4, part 1, 2.2).
    package static let applicationIdentifiers: [[UInt8]] = [
        [0xA0, 0x00, 0x00, 0x03, 0x08, 0x00, 0x00, 0x10, 0x00]
    ]

    /// A YubiKey, a PIVKEY, or an application identifier of PIV in the historical bytes.
    ///
    /// All three are told as OpenSC's PIV driver tells them.
    package static func isLikely(atr: ATR) -> Bool {
        if YubiKey(atr: atr) != nil || atr.historicalBytes.starts(with: Array("PIVKEY".utf8)) { return true }
        // COMPACT-TLV tag F: application identifier (ISO/IEC 7816-4, 12.1.1.6).
        return atr.compactTLV.contains { $0.tag == 0xF && claims($0.value) }
    }

    /// Asks for the Discovery Object, which PIV alone has and anybody may read.
    package static func look(
        _ hints: CardHints,
        on channel: inout AnyCardChannel
    ) throws(TransportError) -> (any CardApplication)? {
        guard let discovery = try DiscoveryObject.read(on: &channel) else { return nil }
        return PIVApplication(
            aid: applicationIdentifiers[0],
            discovery: discovery,
            yubiKey: hints.atr.flatMap(YubiKey.init),
            wasSelected: true
        )
    }

    package static func select(
        _ hints: CardHints,
        on channel: inout AnyCardChannel
    ) throws(TransportError) -> (any CardApplication)? {
        for aid in hints.identifiers(of: Self.self) {
            guard try PIVApplication.select(aid, on: &channel) else { continue }
            return PIVApplication(
                aid: aid,
                discovery: try DiscoveryObject.read(on: &channel),
                yubiKey: hints.atr.flatMap(YubiKey.init),
                wasSelected: false
            )
        }
        return nil
    }
}
