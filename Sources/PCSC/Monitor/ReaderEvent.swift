/// What a `ReaderMonitor` tells, in the order in which it happened.
package enum ReaderEvent: Equatable, Sendable {
    /// The service answers, at the beginning or again; these are all readers and what is in them.
    ///
    /// It replaces everything known before: event counters begin anew with the service.
    case serviceReady([ReaderStatus])
    /// The service is gone, or was not there at the beginning; told once, until `serviceReady`.
    ///
    /// What is in the readers is unknown from here on.
    case serviceLost(PCSCError)

    case readerAdded(Reader)
    /// The reader was unplugged; a card in it has been told as removed before.
    case readerRemoved(Reader)
    /// The reader is there and does not say what is in it; a card in it has been told as removed before.
    case readerFailed(Reader)
    /// A reader that had failed says again what is in it.
    case readerRecovered(Reader)

    case cardInserted(InsertedCard)
    /// The same card, not moved, answered its last reset differently, or does not answer any more.
    case cardChanged(InsertedCard)
    /// The card as it was told last is gone.
    case cardRemoved(InsertedCard, RemovalCause)
}

/// A card from its insertion to its removal, whatever card it is.
package struct InsertedCard: Hashable, Sendable {
    package let reader: Reader
    /// The reader's event counter (`ReaderStatus.eventCount`) while this card is in it.
    ///
    /// It tells this insertion from all others in this reader, until the service or the reader goes.
    package let eventCount: UInt16
    /// The Answer-to-Reset as it came.
    ///
    /// Empty for a mute card, and for one that came and left unseen.
    package let atr: [UInt8]
    /// It does not answer a reset.
    package let isMute: Bool

    package init(reader: Reader, eventCount: UInt16, atr: [UInt8], isMute: Bool = false) {
        self.reader = reader
        self.eventCount = eventCount
        self.atr = atr
        self.isMute = isMute
    }
}

/// Why a card is not there any more.
package enum RemovalCause: Hashable, Sendable {
    /// It was taken out.
    case pulled
    /// Its reader was unplugged, as some are while the machine sleeps.
    case readerRemoved
    /// Its reader does not say any more what is in it.
    case readerFailed
}

extension ReaderStatus {
    /// The card in the reader, in use or not; `nil` where it is empty or unavailable.
    package var card: InsertedCard? {
        switch presence {
        case .present: InsertedCard(reader: reader, eventCount: eventCount, atr: atr)
        case .mute: InsertedCard(reader: reader, eventCount: eventCount, atr: atr, isMute: true)
        case .empty, .unavailable: nil
        }
    }
}
