/// What the daemon shows on the bus: nothing of the persons whose cards these are.
package struct DaemonState: Hashable, Sendable {
    /// A card that is in a reader, or that was a moment ago.
    package struct Card: Hashable, Sendable {
        package var reader: String
        package var isPresent: Bool
        /// The name of its family, as in the program's JSON; empty where it is not known.
        package var family: String
        package var isIdentified: Bool
        package var isGuarding: Bool

        package init(reader: String, isPresent: Bool, family: String, isIdentified: Bool, isGuarding: Bool) {
            self.reader = reader
            self.isPresent = isPresent
            self.family = family
            self.isIdentified = isIdentified
            self.isGuarding = isGuarding
        }
    }

    /// A card in this reader keeps this session open.
    package struct Guard: Hashable, Sendable {
        package var session: String
        package var reader: String

        package init(session: String, reader: String) {
            self.session = session
            self.reader = reader
        }
    }

    /// A session that can be guarded.
    package struct Session: Hashable, Sendable {
        package var id: String
        package var isLocked: Bool

        package init(id: String, isLocked: Bool) {
            self.id = id
            self.isLocked = isLocked
        }
    }

    /// The last time that a session was asked to lock.
    package struct LastLock: Hashable, Sendable {
        package var session: String
        /// Empty where no reader was the cause.
        package var reader: String
        package var reason: LockReason
        /// Microseconds since 1970.
        package var time: UInt64
        /// In microseconds, from the event that was the cause: until logind was asked, until it answered, and until the
        /// session said that it is locked; `nil` for what has not happened.
        package var asked: UInt64?
        package var answered: UInt64?
        package var locked: UInt64?

        package init(
            session: String,
            reader: String,
            reason: LockReason,
            time: UInt64,
            asked: UInt64? = nil,
            answered: UInt64? = nil,
            locked: UInt64? = nil
        ) {
            self.session = session
            self.reader = reader
            self.reason = reason
            self.time = time
            self.asked = asked
            self.answered = answered
            self.locked = locked
        }
    }

    package var readers: [String]
    package var cards: [Card]
    package var sessions: [Session]
    package var guards: [Guard]
    package var lastLock: LastLock?

    package init(
        readers: [String] = [],
        cards: [Card] = [],
        sessions: [Session] = [],
        guards: [Guard] = [],
        lastLock: LastLock? = nil
    ) {
        self.readers = readers
        self.cards = cards
        self.sessions = sessions
        self.guards = guards
        self.lastLock = lastLock
    }
}
