extension InsertedCard {
    /// Connects to whatever card is in the reader now, beside a running `ReaderMonitor`.
    ///
    /// Wraps SCardConnect alone: the service is not asked for the states of its readers, here and by the card
    /// that is returned. So this card's Answer-to-Reset is taken for granted, and a result is worth something
    /// only while the monitor has not told that this card was removed. Where the card itself would ask
    /// whether it has left, or was exchanged behind a reset by another program, it says that it was removed.
    ///
    /// Waits at most `limit` for other programs, then throws `busy`, or `serviceNotAnswering` after one more
    /// second; that it is the card which does not answer cannot be told.
    package func connect(within limit: Duration = .seconds(5)) throws(PCSCError) -> Card {
        let own = try Connection.open(within: limit)
        own.asksStatus = false
        let (reader, atr) = (reader, atr)
        let code = try own.bounded(within: limit) { library in
            library.connect(reader, share: .shared, knownATR: atr)
        }
        guard let code else { throw own.reasonForTimeout() }
        if code == .sharingViolation { throw .busy(.current()) }
        if let error = code.error { throw error }
        return Card(reader: reader, share: .shared, connection: own, eventCount: eventCount)
    }
}
