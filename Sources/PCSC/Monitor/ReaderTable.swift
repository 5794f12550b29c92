internal import CPCSC

/// The readers and what is in them, and the events that lead from one look to the next.
///
/// Pure: the library is asked by `MonitorLoop`.
struct ReaderTable {
    private struct Row {
        let reader: Reader
        /// `nil` until the first look.
        var status: ReaderStatus?
        var known: DWORD = 0
        /// `status` has the card that is there counted already, and the service has not.
        var isAhead = false

        var waited: WaitedReader {
            // Something must be known, or the library answers at once: a new reader that has a card says nothing
            // at all until the card is powered.
            let nothing = status != nil && known & 0xFFFF == 0
            return WaitedReader(reader: reader, known: nothing ? known | DWORD(SCARD_STATE_EMPTY) : known)
        }

        /// This reader as it is in `state`.
        ///
        /// pcscd says that a card is there a moment before it counts it (EHStatusHandlerThread in 1.9.9). What is
        /// between the two is one insertion, so it is counted here.
        func looked(_ state: WaitedState) -> Row {
            let count = UInt16(truncatingIfNeeded: state.event >> 16)
            let isPresent = state.has(SCARD_STATE_PRESENT) && !state.has(SCARD_STATE_UNAVAILABLE)
            let wasEmpty = known & DWORD(SCARD_STATE_EMPTY) != 0
            let isAhead =
                isAhead
                ? status?.eventCount == count &+ 1 : isPresent && wasEmpty && status?.eventCount == count
            let counted = DWORD(isAhead ? count &+ 1 : count) << 16
            let status = ReaderStatus(
                reader: reader,
                eventState: state.event & 0xFFFF | counted,
                atr: state.atr
            )
            return Row(reader: reader, status: status, known: ReaderTable.known(state), isAhead: isAhead)
        }
    }

    private var rows: [Row] = []
    private var knownOfList: DWORD = 0

    /// What to wait for.
    ///
    /// With as many readers as the library takes in one call there is no room for the list of readers; then
    /// none can be added either.
    var waited: [WaitedReader] {
        let readers = rows.map(\.waited)
        if readers.count == Reader.maximumCount { return readers }
        return readers + [WaitedReader(reader: .notification, known: knownOfList)]
    }

    /// What was last seen, in the order of the service.
    var statuses: [ReaderStatus] { rows.compactMap(\.status) }

    /// Takes over the list of readers; new ones are told of after the first look at them.
    mutating func list(_ readers: [Reader]) -> [ReaderEvent] {
        var names: Set<Reader> = []
        let listed = readers.filter { !$0.isNotification && names.insert($0).inserted }
        let kept = listed.prefix(Reader.maximumCount)
        let events = rows.filter { !kept.contains($0.reader) }.flatMap { Self.farewell($0.status) }
        rows = kept.map { reader in rows.first { $0.reader == reader } ?? Row(reader: reader) }
        return events
    }

    /// Takes over what the library said of `waited`; and whether the list of readers has to be asked for.
    ///
    /// Where cards have left, these come first, so that a card that went from one reader to another is
    /// removed and then inserted.
    mutating func look(_ states: [WaitedState]) -> (events: [ReaderEvent], listChanged: Bool) {
        var listChanged = false
        var departures: [ReaderEvent] = []
        var others: [ReaderEvent] = []
        if states.count > rows.count, let list = states.last {
            listChanged = list.has(SCARD_STATE_CHANGED)
            // Newer versions count the changes of the list here, and tell of those between two waits.
            knownOfList = Self.known(list)
        }
        var remaining: [Row] = []
        for (row, state) in zip(rows, states) {
            let events: [ReaderEvent]
            if state.has(SCARD_STATE_UNKNOWN) {
                listChanged = true
                events = Self.farewell(row.status)
            } else {
                let looked = row.looked(state)
                events = looked.status.map { Self.change(from: row.status, to: $0) } ?? []
                remaining.append(looked)
            }
            if case .cardRemoved? = events.first { departures += events } else { others += events }
        }
        rows = remaining
        return (departures + others, listChanged)
    }

    /// The part of a state that is compared in the next wait.
    ///
    /// Without the flags of sharing, because nobody is woken by other programs that come and go.
    private static func known(_ state: WaitedState) -> DWORD {
        state.event & ~DWORD(SCARD_STATE_CHANGED | SCARD_STATE_INUSE | SCARD_STATE_EXCLUSIVE) & 0xFFFF_FFFF
    }

    private static func farewell(_ status: ReaderStatus?) -> [ReaderEvent] {
        guard let status else { return [] }
        return removal(of: status.card, .readerRemoved) + [.readerRemoved(status.reader)]
    }

    private static func removal(of card: InsertedCard?, _ cause: RemovalCause) -> [ReaderEvent] {
        card.map { [.cardRemoved($0, cause)] } ?? []
    }

    private static func insertion(of card: InsertedCard?) -> [ReaderEvent] {
        card.map { [.cardInserted($0)] } ?? []
    }
}

extension ReaderTable {
    /// The events that lead from one look at a reader to the next.
    private static func change(from before: ReaderStatus?, to now: ReaderStatus) -> [ReaderEvent] {
        let reader = now.reader
        guard let before else {
            let failure = now.presence == .unavailable ? [ReaderEvent.readerFailed(reader)] : []
            return [.readerAdded(reader)] + failure + insertion(of: now.card)
        }
        if now.presence == .unavailable {
            if before.presence == .unavailable { return [] }
            return removal(of: before.card, .readerFailed) + [.readerFailed(reader)]
        }
        // The service counts failures too and says no count with them, so it is not compared.
        if before.presence == .unavailable {
            return [.readerRecovered(reader)] + insertion(of: now.card)
        }
        let moved = now.eventCount &- before.eventCount
        if moved >= 0x8000 {
            // Backwards: the reader was unplugged and plugged in again.
            return farewell(before) + [.readerAdded(reader)] + insertion(of: now.card)
        }
        switch (before.card, now.card) {
        case (let old?, let new?) where moved == 0:
            return old == new ? [] : [.cardChanged(new)]
        case (let old?, let new):
            return removal(of: old, .pulled) + insertion(of: new)
        case (nil, let new):
            // One count for a card that is there; two more for one that came and left before.
            guard moved >= (new == nil ? 2 : 3) else { return insertion(of: new) }
            let unseen = InsertedCard(reader: reader, eventCount: before.eventCount &+ 1, atr: [])
            return insertion(of: unseen) + removal(of: unseen, .pulled) + insertion(of: new)
        }
    }
}

extension Reader {
    /// Whether the library would take it for the list of readers; it compares without case.
    fileprivate var isNotification: Bool {
        nameBytes.count == Self.notification.nameBytes.count
            && zip(nameBytes, Self.notification.nameBytes).allSatisfy { $0 | 0x20 == $1 | 0x20 }
    }
}
