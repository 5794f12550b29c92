internal import LoginSessions

/// `lock status` as JSON; the keys are a contract.
struct LockStatusJSON: Encodable {
    struct Session: Encodable {
        let id: String
        let locked: Bool
        let guards: [Guard]
    }

    struct Guard: Encodable {
        let reader: String
        /// The card's family; nothing of the person.
        let card: Nullable<String>
    }

    struct Card: Encodable {
        let reader: String
        let present: Bool
        let family: Nullable<String>
        let identified: Bool
        let guarding: Bool
    }

    struct LastLock: Encodable {
        let session: String
        let reader: Nullable<String>
        let reason: String
        let time: Nullable<String>
        /// In microseconds from the event that was the cause.
        let asked: Nullable<UInt64>
        let answered: Nullable<UInt64>
        let locked: Nullable<UInt64>
    }

    let version: String
    let sessions: [Session]
    let readers: [String]
    let cards: [Card]
    let lastLock: Nullable<LastLock>

    init(_ status: DaemonClient.Status) {
        let state = status.state
        version = status.version
        readers = state.readers
        sessions = state.sessions.map { session in
            let guards = state.guards.filter { $0.session == session.id }
            return Session(
                id: session.id,
                locked: session.isLocked,
                guards: guards.map {
                    Guard(reader: $0.reader, card: Nullable(state.family(inReader: $0.reader)))
                }
            )
        }
        cards = state.cards.map { card in
            Card(
                reader: card.reader,
                present: card.isPresent,
                family: Nullable(card.family.isEmpty ? nil : card.family),
                identified: card.isIdentified,
                guarding: card.isGuarding
            )
        }
        lastLock = Nullable(
            state.lastLock.map { lock in
                LastLock(
                    session: lock.session,
                    reader: Nullable(lock.reader.isEmpty ? nil : lock.reader),
                    reason: lock.reason.rawValue,
                    time: Nullable(WatchTime(microseconds: lock.time)?.rfc3339),
                    asked: Nullable(lock.asked),
                    answered: Nullable(lock.answered),
                    locked: Nullable(lock.locked)
                )
            }
        )
    }
}

extension DaemonState {
    /// The family of the card in a reader, where it is known.
    func family(inReader reader: String) -> String? {
        cards.last { $0.reader == reader && !$0.family.isEmpty }?.family
    }
}
