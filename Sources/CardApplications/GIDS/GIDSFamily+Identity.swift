package import CardCore

/// The card identifier, in the place that is printed for it (Windows Inbox Smart Card Minidriver).
extension GIDSFamily {
    static func cardNumber(on channel: inout AnyCardChannel) throws(TransportError) -> CardNumber? {
        let place = GIDSMasterFile.cardIdentifierPlace
        let answer = try GIDSCommand.getData(place.file, place.tag, limit: 256, on: &channel)
        // 16 octets (smart card minidriver specification).
        guard case .success(let bytes) = answer, bytes.count == 16 else { return nil }
        return CardNumber(scope: name, Hex.string(of: bytes))
    }
}

extension GIDSApplication {
    /// Of the printed place alone, also where the card's own table names another: a card must be known again whether its
    /// table was read or not.
    package mutating func readNumber(on channel: inout AnyCardChannel) throws(CardError) -> CardNumber? {
        try transported { () throws(TransportError) in try GIDSFamily.cardNumber(on: &channel) }
    }
}
