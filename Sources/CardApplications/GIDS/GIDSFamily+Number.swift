package import CardCore

/// The card identifier, in the place that is printed for it (Windows Inbox Smart Card Minidriver).
extension GIDSFamily {
    /// Nobody else has a data object under these two names.
    package static func glance(
        _ hints: CardHints,
        on channel: inout AnyCardChannel
    ) throws(TransportError) -> RecognisedCard? {
        if let number = try number(on: &channel) { return RecognisedCard(family: name, number: number) }
        return nil
    }

    package static func recognise(
        _ hints: CardHints,
        on channel: inout AnyCardChannel
    ) throws(TransportError) -> RecognisedCard? {
        for aid in hints.identifiers(of: Self.self) {
            switch try GIDSCommand.select(aid, on: &channel) {
            case .selected: return RecognisedCard(family: name, number: try number(on: &channel))
            case .unnamed:
                // A card that answers any SELECT alike is believed only when it has the file system.
                guard try GIDSMasterFile.read(on: &channel) != nil else { continue }
                return RecognisedCard(family: name, number: try number(on: &channel))
            case .refused: continue
            }
        }
        return nil
    }

    fileprivate static func number(on channel: inout AnyCardChannel) throws(TransportError) -> CardNumber? {
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
        try transported { () throws(TransportError) in try GIDSFamily.number(on: &channel) }
    }
}
