/// A login session and what is believed about its screen.
struct Session: Hashable, Sendable {
    var info: LoginSession
    var lock: LockState
    var withoutCard = WithoutCard.no
    /// What it was asked when it did not confirm in time; logind may say only later that it did not do it.
    var unconfirmed: Asked?
    /// The last card that left while it was locked, until all is heard that logind had said of the session by then.
    var departed: Departed?
    /// How many cards have left of which that is still to be heard.
    var listening = 0

    init(_ info: LoginSession) {
        self.info = info
        lock = info.lockedHint ? .locked : .unlocked
    }

    struct Departed: Hashable, Sendable {
        let reader: ReaderName
        let identity: CardIdentity?
        var at: Instant

        /// How long a card that left may have left an open screen, should logind not answer.
        ///
        /// Cards and screens are heard of on different ways, and logind's may be the longer one.
        static let overlapSeconds: UInt32 = 3
    }

    enum LockState: Hashable, Sendable {
        case unlocked
        /// It was asked, and does not say yet that it is locked; all its guards hold on.
        case asked(Asked)
        case locked
        /// It was locked when logind forgot about it.
        ///
        /// Counts as locked until logind tells a change, and nobody must end it. But a locker that unlocks now sets to
        /// false what is false already, and logind tells no change; so its cards guard it, and it is asked to lock
        /// without being expected to confirm.
        case countedAsLocked
    }

    struct Asked: Hashable, Sendable {
        var step: Step
        var cause: ActionCause
        var confirmBy: Instant
        /// Where the card was whose absence is the cause: what is still to be done if the daemon dies now.
        ///
        /// logind asks polkit who it was that asked, and a daemon that is not there any more may not lock anything.
        var missing: ReaderName?
        /// logind went away, perhaps before it could pass it on.
        var mustRepeat = false
        /// logind did not do it; when the time to confirm is over it is asked again, each time after twice as long.
        var hasFailed = false
        /// The seconds before it is asked again.
        var pause: UInt32

        static let longestPause: UInt32 = 60
    }

    /// `RequireCardSec=`.
    enum WithoutCard: Hashable, Sendable {
        case no
        case until(Instant)
        /// Told once; there is nothing to ask for.
        case observed
    }

    var isLocked: Bool { lock == .locked }

    /// What the next daemon has to do where this one dies before the lock is confirmed: a guard that no card satisfies.
    var owedLock: SavedGuard? {
        asked?.missing.map { SavedGuard(session: info.id, reader: $0, counter: nil, identity: nil) }
    }

    var asked: Asked? {
        if case .asked(let asked) = lock { asked } else { nil }
    }
}

/// A reader that the card service knows now.
struct SeenReader: Hashable, Sendable {
    let name: ReaderName
    /// `nil` for one that never guards.
    var seat: SeatID?
    var card: Card?
}

/// A card in a reader.
struct Card: Hashable, Sendable {
    let visit: Visit
    /// `nil` as long as nothing has come.
    var identification: Identification?
    /// The settings ask for something else since, so only its identity still holds.
    var isOutdated = false
}

/// Where the machine is between two sleeps.
enum SleepState: Hashable, Sendable {
    /// The inhibitor is held.
    case awake
    /// Sleep is delayed until these say that they are locked.
    case delaying([SessionID], until: Instant)
    /// The inhibitor is released.
    case asleep
}

/// A timer as the driver was asked to run it.
struct RunningTimer: Hashable, Sendable {
    let id: TimerID
    let deadline: Instant
}
