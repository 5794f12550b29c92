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
    /// The card identifier is the serial number, as OpenSC prints it.
    package mutating func readIdentity(on channel: inout AnyCardChannel) throws(CardError) -> CardIdentity {
        // Where the table has not been read yet, it is not read for this: the place is printed.
        let place = master?.place(of: "cardid", in: "") ?? GIDSMasterFile.cardIdentifierPlace
        let answer = try read(place, limit: 256, on: &channel)
        guard let bytes = answer, (1...64).contains(bytes.count) else { return CardIdentity() }
        return CardIdentity(serialNumber: Hex.string(of: bytes))
    }

    /// Of the printed place alone, also where the card's own table names another: a card must be known again whether its
    /// table was read or not.
    package mutating func readNumber(on channel: inout AnyCardChannel) throws(CardError) -> CardNumber? {
        try transported { () throws(TransportError) in try GIDSFamily.cardNumber(on: &channel) }
    }
}
