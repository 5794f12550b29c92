/// One card that keeps one session open.
///
/// It begins before anything is known about the card; the identity comes later, or never.
package struct Guard: Hashable, Sendable {
    package let session: SessionID
    package internal(set) var reader: ReaderName
    /// `nil` where the service's count has begun anew since, so that it proves nothing.
    package internal(set) var counter: UInt16?
    /// `nil` as long as the card is known by reader and counter alone.
    package internal(set) var identity: CardIdentity?
    var state: State

    enum State: Hashable, Sendable {
        case present(visit: UInt64)
        case absent(Absence)
    }

    init(session: SessionID, card: Card) {
        self.session = session
        reader = card.visit.reader
        counter = card.visit.counter
        identity = card.identification?.identity
        state = .present(visit: card.visit.number)
    }

    init(restoring saved: SavedGuard, absence: Absence) {
        session = saved.session
        reader = saved.reader
        counter = saved.counter
        identity = saved.identity
        state = .absent(absence)
    }

    /// Whether the card is where it was when last heard of.
    package var isPresent: Bool { absence == nil }

    /// Until when its card may come back or be found again; `nil` while it is there.
    package var deadline: Instant? { absence?.deadline }

    var absence: Absence? {
        if case .absent(let absence) = state { absence } else { nil }
    }

    func isLate(at now: Instant) -> Bool { deadline.map { $0 <= now } ?? false }

    func isPresent(inVisit number: UInt64) -> Bool { state == .present(visit: number) }
}

/// A guard whose card is not there, or not known to be there.
struct Absence: Hashable, Sendable {
    var cause: AbsenceCause
    /// When to act; only ever moves earlier.
    var deadline: Instant
    /// The number of the first visit that can be the card's return.
    let firstVisit: UInt64
}

/// Why a guarding card counts as missing.
package enum AbsenceCause: Hashable, Sendable {
    case cardRemoved
    case readerUnplugged
    /// The reader's event counter moved although there is a card.
    case counterMoved
    /// Another card, or one that cannot be shown to be the same, came in its place.
    case anotherCard
    case serviceLost
    /// The machine slept, or the reader went while it was about to sleep or had just woken.
    case slept
    case daemonRestarted

    /// Whether the card may be where it was all the time, and only the daemon cannot know.
    var isDoubt: Bool {
        switch self {
        case .serviceLost, .slept, .daemonRestarted: true
        case .cardRemoved, .readerUnplugged, .counterMoved, .anotherCard: false
        }
    }
}

/// What of a guard outlives the daemon.
package struct SavedGuard: Hashable, Sendable {
    package let session: SessionID
    package let reader: ReaderName
    /// `nil` where it proves nothing any more.
    package let counter: UInt16?
    package let identity: CardIdentity?

    package init(session: SessionID, reader: ReaderName, counter: UInt16?, identity: CardIdentity?) {
        self.session = session
        self.reader = reader
        self.counter = counter
        self.identity = identity
    }

    init(_ current: Guard) {
        self.init(
            session: current.session,
            reader: current.reader,
            counter: current.counter,
            identity: current.identity
        )
    }
}
