package import CardCore

/// What EF.CIAInfo says of the card.
extension PKCS15Application {
    package mutating func readIdentity(on channel: inout AnyCardChannel) throws(CardError) -> CardIdentity {
        guard let info = try readTokenInfo(on: &channel) else { return CardIdentity() }
        return CardIdentity(
            label: info.label,
            serialNumber: info.serialNumber.flatMap { $0.isEmpty ? nil : Hex.string(of: $0) }
        )
    }

    /// Of EF.CIAInfo (ISO/IEC 7816-15, 7.1).
    static let tokenInfoShortIdentifier: UInt8 = 0x12

    /// EF.CIAInfo; `nil` where it cannot be read or makes no sense.
    mutating func readTokenInfo(on channel: inout AnyCardChannel) throws(CardError) -> TokenInfo? {
        let bytes = try transported { () throws(TransportError) in
            try files.readDirectoryFile(
                shortIdentifier: Self.tokenInfoShortIdentifier,
                identifier: [0x50, 0x32],
                isPlausible: { $0 == 0x30 },
                on: &channel
            )
        }
        return bytes.flatMap { try? TokenInfo.parse($0) }
    }

    package mutating func readNumber(on channel: inout AnyCardChannel) throws(CardError) -> CardNumber? {
        try readTokenInfo(on: &channel)?.number
    }
}
