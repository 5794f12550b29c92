/// Readers and cards: what is seen, and which missing cards it brings back.
extension PresenceMachine {
    mutating func readAll(_ readings: [ReaderReading]) {
        for reader in readers where !readings.contains(where: { $0.reader == reader.name }) {
            unplug(reader.name)
        }
        for reading in readings { read(reading) }
    }

    mutating func read(_ reading: ReaderReading) {
        let name = reading.reader
        let index = readers.firstIndex { $0.name == name } ?? readers.endIndex
        if index == readers.endIndex { readers.append(SeenReader(name: name, seat: policy.seat(of: name))) }
        let old = readers[index].card
        switch reading.content {
        case .empty:
            readers[index].card = nil
            miss(old, in: name, because: .cardRemoved)
        case .card(let counter):
            guard old?.visit.counter != counter else { return }
            miss(old, in: name, because: .counterMoved)
            let card = Card(visit: Visit(reader: name, counter: counter, number: nextVisit))
            nextVisit += 1
            readers[index].card = card
            guard let seat = readers[index].seat else { return }
            effects.append(.identify(card.visit))
            settleAbsences(with: card, on: seat)
        }
    }

    /// A reader that goes around a sleep is not taken for one that somebody pulled out; it has time to come back.
    mutating func unplug(_ name: ReaderName) {
        guard let index = readers.firstIndex(where: { $0.name == name }) else { return }
        let reader = readers.remove(at: index)
        guard sleep != .awake || now < wakeEnds else {
            return miss(reader.card, in: name, because: .readerUnplugged)
        }
        guard let card = reader.card else { return }
        for index in guards.indices where guards[index].isPresent(inVisit: card.visit.number) {
            doubtGuard(at: index, because: .slept)
        }
    }

    /// Nothing is known of any card until the readers have been read again.
    mutating func doubtAllCards(because cause: AbsenceCause) {
        readers = []
        for index in guards.indices { doubtGuard(at: index, because: cause) }
    }

    mutating func identified(_ visit: Visit, _ new: Identification) {
        guard let index = readers.firstIndex(where: { $0.card?.visit == visit }) else { return }
        let old = readers[index].card?.identification
        let identification = new.keepingIdentity(of: old)
        readers[index].card?.identification = identification
        if case .card = new { readers[index].card?.isOutdated = false }
        for guardIndex in guards.indices where guards[guardIndex].isPresent(inVisit: visit.number) {
            guard guards[guardIndex].identity == nil, let identity = identification.identity else { continue }
            guards[guardIndex].identity = identity
        }
        // Who it is was settled when it first became known; what comes later concerns only the policy.
        guard old?.identity == nil, let seat = readers[index].seat, let card = readers[index].card else {
            return
        }
        settleAbsences(with: card, on: seat)
    }
}

extension Identification {
    /// A card stays the same as long as it stays: its first identity holds, and a later failure takes nothing away.
    fileprivate func keepingIdentity(of old: Identification?) -> Identification {
        switch (old, self) {
        case (.card, .failed): old ?? self
        case (.card(let identity?, _, _), .card(_, let kinds, let owner)):
            .card(identity: identity, kinds: kinds, owner: owner)
        default: self
        }
    }
}
