internal import LoginSessions
internal import PCSC
internal import Presence

/// What the bus and systemd are shown.
extension Daemon {
    func publish() {
        noteLateLocks()
        if let id = lastLock, let record = records[id] { lastShown = record.shown }
        interface?.publish(
            DaemonState(
                readers: known.readers.map(\.name),
                cards: cards,
                sessions: machine.guardableSessions.map { id in
                    DaemonState.Session(id: id.id, isLocked: machine.isLocked(id))
                },
                guards: machine.guards.map {
                    DaemonState.Guard(session: $0.session.id, reader: $0.reader.text)
                },
                lastLock: lastShown
            )
        )
    }

    /// A session may have been locked before it was asked, or say so after nobody waits for it any more.
    private func noteLateLocks() {
        guard let id = lastLock, let record = records[id], record.answered != nil, record.locked == nil,
            machine.isLocked(id)
        else { return }
        records[id]?.locked = .now
    }

    /// The cards that are there, and those that are missed.
    private var cards: [DaemonState.Card] {
        let present = known.readers.compactMap { known.cards[$0] }.map { card in
            let name = ReaderName(card.reader)
            let outcome = found[name].flatMap { $0.visit.counter == card.eventCount ? $0 : nil }
            return DaemonState.Card(
                reader: card.reader.name,
                isPresent: true,
                family: outcome?.family ?? "",
                isIdentified: outcome?.identification.isKnown ?? false,
                isGuarding: machine.guards.contains { $0.reader == name && $0.isPresent }
            )
        }
        let missing = Set(machine.guards.filter { !$0.isPresent }.map(\.reader)).filter { name in
            !known.cards.keys.contains { ReaderName($0) == name }
        }
        return present
            + missing.sorted { $0.text < $1.text }.map { name in
                DaemonState.Card(
                    reader: name.text,
                    isPresent: false,
                    family: "",
                    isIdentified: machine.guards.contains { $0.reader == name && $0.identity != nil },
                    isGuarding: true
                )
            }
    }

    var statusLine: String {
        let guarded = Set(machine.guards.map(\.session)).count
        return "\(known.readers.count) readers, \(known.cards.count) cards, \(guarded) sessions guarded"
    }
}

extension Identification {
    /// Whether it is known which card it is.
    var isKnown: Bool {
        if case .card(.some, _, _) = self { true } else { false }
    }
}
