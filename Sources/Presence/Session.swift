/// A login session and what is believed about its screen.
struct Session: Hashable, Sendable {
    var info: LoginSession
    var lock: LockState
    var withoutCard = WithoutCard.no

    init(_ info: LoginSession) {
        self.info = info
        lock = info.lockedHint ? .locked : .unlocked
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
        var confirmBy: Instant
        /// logind went away, perhaps before it could pass it on.
        var mustRepeat = false
    }

    /// `RequireCardSec=`.
    enum WithoutCard: Hashable, Sendable {
        case no
        case until(Instant)
        /// Told once; there is nothing to ask for.
        case observed
    }

    var isLocked: Bool { lock == .locked }

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
