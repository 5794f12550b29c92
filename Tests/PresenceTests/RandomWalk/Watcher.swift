import Presence

/// What must hold, kept in the simplest form: which cards each session is owed, and which of them are missing.
///
/// It hears the same events as the machine and sees what the machine does, and nothing of how it decides. A card is
/// owed to a session from when both are there until it is known not to count; when it is not there any more it is missing, until
/// it proves to be back, or the session has been asked.
final class Watcher {
    struct Stay {
        let number: Int
        let counter: UInt16
        var visit: Visit?
        var identification: Identification?
        /// It was looked at under other settings.
        var isOutdated = false
    }

    /// The timers that run, in the order in which they were started.
    struct Timers {
        var running: [(id: TimerID, deadline: UInt64)] = []

        subscript(id: TimerID) -> UInt64? {
            get { running.first { $0.id == id }?.deadline }
            set {
                running.removeAll { $0.id == id }
                if let newValue { running.append((id, newValue)) }
            }
        }
    }

    struct Owed: Equatable {
        let reader: Int
        let stay: Int
        let counter: UInt16?
        var identity: CardIdentity?
    }

    struct Missing {
        let reader: Int
        var counter: UInt16?
        let identity: CardIdentity?
        /// The first stay that can be the card's return.
        let firstStay: Int
        /// Whether it may be there all the time, for all that is known.
        var isDoubt: Bool
        /// An empty reader settles it, because the service has been there all the time.
        var isFromRestart = false
        var latest: UInt64
    }

    struct Person {
        var info: LoginSession
        /// As if it were locked, because it was when logind forgot.
        var counts = false
        var owed: [Owed] = []
        var missing: [Missing] = []
        var confirmBy: UInt64?
        /// It was asked for a missing card, so that a next daemon has to ask again.
        var isOwedLock = false
        /// Nobody did what it was asked.
        var hasFailed = false
        /// Its time to confirm is over and it is asked again, after so many seconds the next time.
        var mayBeAskedAgain = false
        /// Its time to confirm is over, and nobody has said that it was not asked; and whether it was for a missing card.
        var unconfirmed: Bool?
        /// The last card that left while it was locked, and when.
        var departed: (owed: Owed, at: UInt64)?
        var listening = 0
        var pause: UInt32 = 0
        var wasForgotten = false
        var isBare = false
        /// Its time was over when the event came, so it is asked before anything else.
        var isLate = false

        var id: SessionID { info.id }
    }

    var policy: PresencePolicy
    var people: [Person] = []
    /// By the reader's number; `nil` for a reader that is empty or has gone.
    var stays = [Stay?](repeating: nil, count: Walk.names.count)
    var timers = Timers()
    var saved: [SavedGuard] = []
    var inhibitorIsHeld = false
    /// When nobody is waited for any more.
    var delayEnds: UInt64?
    var isWaking: UInt64 = 0
    var isSleeping = false
    /// Whom the sleep waits for.
    var awaited: [SessionID] = []
    var now: UInt64 = 0
    var nextStay = 0
    var newStays = 0
    var judged = 0
    /// Why whom the event in hand led to be asked.
    var causes: [(SessionID, ActionCause)] = []
    var hasStarted = false
    /// How often something happened that the walks are there for.
    var asked = 0
    var returned = 0
    var confirmed = 0
    /// What is wrong, the first time that something is.
    var complaint: String?

    init(policy: PresencePolicy) { self.policy = policy }

    func complain(_ text: String) { complaint = complaint ?? text }

    // MARK: Who is owed what

    func isGuardable(_ info: LoginSession) -> Bool {
        guard info.isUserClass, !info.isRemote, info.seat != nil else { return false }
        return info.kind == .graphical || info.kind == .text && policy.action == .terminate
    }

    /// What the walk's policies say of seats, without patterns.
    func seat(_ reader: Int) -> SeatID? {
        if reader == Walk.virtualReader, !policy.ignoredReaders.isEmpty { return nil }
        return reader == Walk.otherSeatsReader && !policy.readerSeats.isEmpty ? seat1 : .seat0
    }

    func counts(_ stay: Stay, for person: Person) -> Bool {
        guard !stay.isOutdated, case .card(_, let kinds, let owner) = stay.identification else { return true }
        guard policy.cards.isEmpty || !policy.cards.isDisjoint(with: kinds) else { return false }
        switch owner {
        case .unknown: return true
        case .nobody: return policy.bind != .owner
        case .user(let name): return policy.bind != .owner || name == person.info.user
        }
    }

    func owe(_ reader: Int, _ stay: Stay, to index: Int) {
        let person = people[index]
        guard let seat = seat(reader), seat == person.info.seat, counts(stay, for: person),
            !person.owed.contains(where: { $0.stay == stay.number })
        else { return }
        let identity = stay.identification.flatMap(Self.identity)
        people[index].owed.append(
            Owed(reader: reader, stay: stay.number, counter: stay.counter, identity: identity)
        )
    }

    static func identity(_ identification: Identification) -> CardIdentity? {
        if case .card(let identity, _, _) = identification { identity } else { nil }
    }

    /// What follows from what is true now.
    func settle() {
        for index in people.indices {
            let info = people[index].info
            guard isGuardable(info) else {
                (people[index].owed, people[index].missing) = ([], [])
                continue
            }
            if info.lockedHint {
                if policy.bind != .explicit { people[index].owed = [] }
                let now = now
                let keepsDoubts = policy.bind == .explicit
                people[index].missing.removeAll { !keepsDoubts || !$0.isDoubt || $0.latest <= now }
            }
            if !people[index].owed.isEmpty { forgive(index) }
            guard info.isActive, !info.lockedHint, policy.bind != .explicit else { continue }
            for reader in stays.indices {
                if let stay = stays[reader] { owe(reader, stay, to: index) }
            }
        }
    }

    private func forgive(_ index: Int) {
        let person = people[index]
        people[index].owed = person.owed.filter { owed in
            guard let stay = stays[owed.reader], stay.number == owed.stay else { return true }
            return seat(owed.reader) == person.info.seat && counts(stay, for: person)
        }
    }

    /// No card that comes now helps those whose time is over.
    func noteLate() {
        let now = now
        for index in people.indices where people[index].missing.contains(where: { $0.latest <= now }) {
            people[index].isLate = !people[index].info.lockedHint
            people[index].missing.removeAll { $0.latest <= now }
        }
    }

    // MARK: Cards that go and come

    func gone(_ stay: Stay, from reader: Int, isDoubt: Bool) {
        for index in people.indices {
            let person = people[index]
            if !isDoubt, person.info.lockedHint, seat(reader) != nil, seat(reader) == person.info.seat,
                counts(stay, for: person)
            {
                let identity = stay.identification.flatMap(Self.identity)
                let owed = Owed(reader: reader, stay: -1, counter: nil, identity: identity)
                people[index].departed = (owed, now)
                people[index].listening += 1
            }
            guard let owed = people[index].owed.first(where: { $0.stay == stay.number }) else { continue }
            people[index].owed.removeAll { $0.stay == stay.number }
            miss(owed, index, isDoubt: isDoubt, patience: max(1, policy.servicePatienceSeconds))
        }
    }

    func miss(
        _ owed: Owed,
        _ index: Int,
        isDoubt: Bool,
        isFromRestart: Bool = false,
        patience: UInt32,
        counter: UInt16? = nil
    ) {
        let seconds = isDoubt ? patience : policy.graceSeconds
        people[index].missing.append(
            Missing(
                reader: owed.reader,
                counter: counter,
                identity: owed.identity,
                firstStay: nextStay,
                isDoubt: isDoubt,
                isFromRestart: isFromRestart,
                latest: now + UInt64(seconds) * 1_000_000
            )
        )
    }

    /// Whose screen is open now may have had it open when the card left, three seconds ago at most.
    func opened(_ index: Int) {
        let person = people[index]
        people[index].departed = nil
        guard let (owed, at) = person.departed, now <= at + 3_000_000 else { return }
        let isKeptOpen = stays.indices.contains { reader in
            stays[reader].map { counts($0, for: person) } ?? false && seat(reader) == person.info.seat
        }
        guard policy.bind != .explicit, person.info.isActive, !isKeptOpen else { return }
        miss(owed, index, isDoubt: false, patience: 0)
        people[index].missing[people[index].missing.count - 1].latest =
            at + UInt64(policy.graceSeconds) * 1_000_000
    }

    func doubtAll(patience: UInt32) {
        stays = [Stay?](repeating: nil, count: Walk.names.count)
        for index in people.indices {
            for missing in people[index].missing.indices { people[index].missing[missing].counter = nil }
            let all = people[index].owed
            people[index].owed = []
            for owed in all { miss(owed, index, isDoubt: true, patience: patience) }
        }
    }

    /// The one missing card of each session that this card is, is not missing any more.
    func welcome(_ stay: Stay, in reader: Int) {
        for index in people.indices where people[index].info.seat == seat(reader) {
            let mayCount = counts(stay, for: people[index])
            let identity = stay.identification.flatMap(Self.identity)
            let back = people[index].missing.firstIndex { missing in
                guard mayCount, missing.firstStay <= stay.number else { return false }
                if let known = missing.identity { return known == identity }
                return missing.isDoubt && missing.reader == reader && missing.counter == stay.counter
            }
            if let back {
                people[index].missing.remove(at: back)
                owe(reader, stay, to: index)
            } else {
                refuse(stay, in: reader, as: index)
            }
        }
    }

    /// A card that is not the missing one, or cannot be shown to be it, ends the time of all that it may stand in for.
    private func refuse(_ stay: Stay, in reader: Int, as index: Int) {
        for missing in people[index].missing.indices {
            let old = people[index].missing[missing]
            guard old.firstStay <= stay.number, old.identity == nil || stay.identification != nil,
                !old.isDoubt || old.reader == reader
            else { continue }
            people[index].missing[missing].latest = min(old.latest, now)
        }
    }
}
