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
    package mutating func readNumber(on channel: inout AnyCardChannel) throws(CardError) -> CardNumber? {
        let identifier = try readCardIdentifier(on: &channel)
        return CardNumber(scope: family, identifier.map { Hex.string(of: $0) })
    }

    /// Those behind the user's PIN, which is the one to log in with.
    package mutating func readLoginCertificates(
        on channel: inout AnyCardChannel
    ) throws(CardError) -> [CardCertificate] {
        let named = index.entries.filter { $0.certificateNumber != nil }.prefix(
            MinidriverCertificate.maximumCount
        )
        guard !named.isEmpty else { return [] }
        let pins = try readPINsOfContainers(on: &channel)
        var found: [CardCertificate] = []
        for entry in named where entry.certificateNumber.flatMap({ pins[$0] }) == IDPrimePINs.userNumber {
            guard !found.contains(where: { $0.id == entry.name }),
                let certificate = try readCertificate(entry, pins, on: &channel), certificate.mayBeForLogin
            else { continue }
            found.append(certificate)
        }
        return found
    }
}
