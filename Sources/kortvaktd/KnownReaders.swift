internal import PCSC
internal import Presence

/// The readers and cards as the monitor told them last, and what that means for `Presence`.
struct KnownReaders {
    private(set) var readers: [Reader] = []
    private(set) var cards: [Reader: InsertedCard] = [:]
    /// `false` while the service is gone and nothing is known.
    private(set) var isServiceThere = false
    /// Those that do not say what is in them: for `Presence` they are not there.
    private var silent: Set<Reader> = []

    mutating func take(_ event: ReaderEvent) -> [PresenceEvent] {
        switch event {
        case .serviceReady(let statuses):
            readers = statuses.map(\.reader)
            silent = Set(statuses.filter { $0.presence == .unavailable }.map(\.reader))
            cards = [:]
            for status in statuses { cards[status.reader] = status.card }
            isServiceThere = true
            return [.readers(readings)]
        case .serviceLost:
            self = KnownReaders()
            return [.serviceLost]
        case .readerAdded(let reader):
            if !readers.contains(reader) { readers.append(reader) }
            silent.remove(reader)
            // What is in it is told next. That it is empty until then would be a removal to whoever was guarded by its card.
            return []
        case .readerRemoved(let reader):
            readers.removeAll { $0 == reader }
            silent.remove(reader)
            cards[reader] = nil
            return [.readerUnplugged(ReaderName(reader))]
        case .readerFailed(let reader):
            silent.insert(reader)
            cards[reader] = nil
            return [.readerUnplugged(ReaderName(reader))]
        case .readerRecovered(let reader):
            silent.remove(reader)
            return []
        case .cardInserted(let card):
            cards[card.reader] = card
            return [.reader(reading(of: card.reader))]
        case .cardChanged(let card):
            cards[card.reader] = card
            return []
        case .cardRemoved(let card, let cause):
            cards[card.reader] = nil
            // A reader that goes with its card may come back after a sleep; only an empty reader shows that the card is gone.
            return cause == .pulled
                ? [.reader(reading(of: card.reader))] : [.readerUnplugged(ReaderName(card.reader))]
        }
    }

    /// All of them as they are known; `nil` while nothing is, because the service will tell them by itself.
    var reading: PresenceEvent? { isServiceThere ? .readers(readings) : nil }

    /// The card of a visit, `nil` when it has gone.
    func card(of visit: Visit) -> InsertedCard? {
        cards.values.first { ReaderName($0.reader) == visit.reader && $0.eventCount == visit.counter }
    }

    private var readings: [ReaderReading] {
        readers.filter { !silent.contains($0) }.map(reading)
    }

    private func reading(of reader: Reader) -> ReaderReading {
        let content = cards[reader].map { ReaderContent.card(counter: $0.eventCount) } ?? .empty
        return ReaderReading(reader: ReaderName(reader), content: content)
    }
}

extension ReaderName {
    init(_ reader: Reader) { self.init(bytes: reader.nameBytes) }

    /// For people and programs; what is not UTF-8 shows as replacement characters.
    var text: String { String(decoding: bytes, as: UTF8.self) }
}
