package import CardCore

/// The minidriver's card identifier, one file; the index, which leads to all others, is not read for it.
extension IDPrimeFamily {
    /// `nil` where there is no card identifier.
    static func cardNumber(
        in files: inout IDPrimeFiles,
        on channel: inout AnyCardChannel
    ) throws(TransportError) -> CardNumber?? {
        try files.readCardIdentifier(on: &channel).map { CardNumber(scope: name, Hex.string(of: $0)) }
    }
}

extension IDPrimeFiles {
    /// Octets of the card identifier (smart card minidriver specification).
    private static let cardIdentifierLength = 16

    /// `nil` where there is none.
    mutating func readCardIdentifier(on channel: inout AnyCardChannel) throws(TransportError) -> [UInt8]? {
        let bytes = try read(.cardIdentifier, length: Self.cardIdentifierLength, on: &channel)
        guard let bytes, bytes.count == Self.cardIdentifierLength else { return nil }
        return bytes
    }
}

extension IDPrimeApplication {
    package mutating func readIdentity(on channel: inout AnyCardChannel) throws(CardError) -> CardIdentity {
        let serial = try readCardIdentifier(on: &channel)
        return CardIdentity(
            label: try readLabel(on: &channel),
            serialNumber: serial.map { Hex.string(of: $0) }
        )
    }

    package mutating func readNumber(on channel: inout AnyCardChannel) throws(CardError) -> CardNumber? {
        let identifier = try readCardIdentifier(on: &channel)
        return CardNumber(scope: family, identifier.map { Hex.string(of: $0) })
    }

    /// The minidriver's card identifier, which is what OpenSC shows as the serial number; `nil` when there is none.
    mutating func readCardIdentifier(on channel: inout AnyCardChannel) throws(CardError) -> [UInt8]? {
        let bytes = try transported { () throws(TransportError) in
            try files.readCardIdentifier(on: &channel)
        }
        guard let bytes else { return nil }
        cardIdentifier = bytes
        return bytes
    }

    /// `tinfo` in `p11`: 01, the length of the label, the label with a NUL at its end.
    private mutating func readLabel(on channel: inout AnyCardChannel) throws(CardError) -> String? {
        guard let entry = index.entry("tinfo", in: "p11") else { return nil }
        let bytes = try transported { () throws(TransportError) in
            try files.read(.path(entry.identifier), length: min(entry.length, 2 + 255), on: &channel)
        }
        guard let bytes, bytes.count > 2, bytes[0] == 0x01 else { return nil }
        // Cards fill it up with spaces.
        let label = bytes.dropFirst(2).prefix(Int(bytes[1])).prefix { $0 != 0 }
        let trimmed = label.reversed().drop { $0 == 0x20 }.reversed().drop { $0 == 0x20 }
        return trimmed.isEmpty ? nil : String(decoding: trimmed, as: UTF8.self)
    }
}
