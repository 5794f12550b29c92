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

    package static func find(
        _ query: ApplicationQuery,
        on channel: inout AnyCardChannel
    ) throws(TransportError) -> FoundApplication? {
        let yubiKey = query.hints.atr.flatMap(YubiKey.init)
        switch query.way {
        case .asking:
            return query.depth == .number
                ? try cardNumber(yubiKey, on: &channel)
                : try findSelected(yubiKey, on: &channel).map { .application($0) }
        case .selecting:
            for aid in query.hints.identifiers(of: Self.self) {
                switch try PIVApplication.select(aid, on: &channel) {
                case .terminated: return .terminated
                case .refused: continue
                case .selected: break
                }
                // A YubiKey has no global PIN (Yubico, "PIV: discovery object"); a number needs no policy.
                let isPolicyKnown = yubiKey != nil || query.depth == .number
                let discovery = isPolicyKnown ? nil : try DiscoveryObject.read(on: &channel)
                let found = PIVApplication(aid: aid, discovery: discovery, yubiKey: yubiKey)
                return try query.found(found, on: &channel)
            }
            return nil
        }
    }

    /// Asks for the Discovery Object, which PIV alone has and can be read without a code.
    private static func findSelected(
        _ yubiKey: YubiKey?,
        on channel: inout AnyCardChannel
    ) throws(TransportError) -> PIVApplication? {
        guard let discovery = try DiscoveryObject.read(on: &channel) else { return nil }
        return PIVApplication(aid: applicationIdentifiers[0], discovery: discovery, yubiKey: yubiKey)
    }
}
