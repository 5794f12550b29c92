/// Decides when which login session is asked to lock: a value that takes events and gives effects.
///
/// `handle` is a pure function of the value, the event and the instant: no clock, no input or output, no thread. Two rules carry
/// it. Each occupied reader of a seat guards each session that is active and unlocked there, before anything is
/// known about the card. And a guard whose card is missing has a deadline, which only moves earlier until that card
/// itself is there again; when it has passed, the guard ends and the session is asked to lock.
package struct PresenceMachine: Sendable {
    package internal(set) var policy: PresencePolicy
    /// Who keeps which session open.
    package internal(set) var guards: [Guard] = [] {
        didSet { guardsHaveChanged = true }
    }
    var sessions: [Session] = []
    var readers: [SeenReader] = []
    var sleep = SleepState.awake
    /// Until then a reader that goes may have gone because of the sleep.
    var wakeEnds = Instant(microseconds: 0)
    var timers: [RunningTimer] = []
    var nextVisit: UInt64 = 0
    var now = Instant(microseconds: 0)
    /// What the event in hand asks of sessions, which goes first.
    var requests: [PresenceEffect] = []
    /// What else it has brought so far.
    var effects: [PresenceEffect] = []
    private var hasStarted = false
    private var guardsHaveChanged = false
    private var saved: [SavedGuard]?
    private var owedLocks: [SavedGuard] = []

    package init(policy: PresencePolicy) { self.policy = policy }

    /// Takes one event that happened at `instant`, and says what is to be done now, in this order.
    ///
    /// Never traps, whatever comes. An instant before the last one moves all deadlines back by the difference, so that
    /// nobody waits longer than was left.
    package mutating func handle(_ event: PresenceEvent, at instant: Instant) -> [PresenceEffect] {
        setClock(to: instant)
        if event.comesAfterDeadlines { actOnPassedRemovals() }
        // Who is asked only now, because the time was over before, is one of those for whom the sleep waits.
        if event == .preparingForSleep { actOnPassedDeadlines() }
        apply(event)
        endGuards()
        beginGuards()
        actOnPassedDeadlines()
        watchSessionsWithoutCard()
        endSleepDelayIfConfirmed()
        updateTimers()
        saveGuards()
        defer { (requests, effects) = ([], []) }
        return requests + effects
    }

    private mutating func apply(_ event: PresenceEvent) {
        switch event {
        case .started(let state, let list): start(state, list)
        case .policyChanged(let new): change(to: new)
        case .timerFired(let id): timers.removeAll { $0.id == id }
        case .readers(let readings): readAll(readings)
        case .reader(let reading): read(reading)
        case .readerUnplugged(let reader): unplug(reader)
        case .serviceLost: doubtAllCards(because: .serviceLost)
        case .identified(let visit, let identification): identified(visit, identification)
        case .sessions(let list): readAll(list)
        case .session(let session): update(session)
        case .sessionEnded(let id): sessions.removeAll { $0.info.id == id }
        case .loginServiceRestarted: loginServiceRestarted()
        case .requestFailed(let id): requestFailed(for: id)
        case .listened(let id): listened(to: id)
        case .preparingForSleep: prepareForSleep()
        case .woke: wake()
        case .guardRequested(let session, let reader): requestGuard(of: session, reader: reader)
        case .lockRequested(let session): requestLock(of: session)
        }
    }

    /// Takes over the guards of an earlier run.
    ///
    /// They are in doubt until the readers have been read: reader and counter prove a card of which no identity is known,
    /// for all others only the identity does.
    private mutating func start(_ state: RestoredState, _ list: [LoginSession]) {
        guard !hasStarted else { return }
        hasStarted = true
        readAll(list)
        effects.append(.takeSleepInhibitor)
        switch state {
        case .guards(let restored):
            saved = restored
            for old in restored {
                guards.append(Guard(restoring: old, absence: doubt(because: .daemonRestarted)))
            }
        case .unreadable:
            guardsHaveChanged = true
            for index in sessions.indices where sessions[index].info.isGuardable(policy) {
                secure(index, because: .stateUnreadable)
            }
        }
        readers = []
        effects.append(.readReaders)
    }

    /// New settings hold for what begins from now on; a removal that has begun runs its course.
    private mutating func change(to new: PresencePolicy) {
        if new.requireCardSeconds != policy.requireCardSeconds || new.action != policy.action {
            for index in sessions.indices { sessions[index].withoutCard = .no }
        }
        // Who looked at a card has looked for what the old settings ask.
        let isOutdated = new.cards != policy.cards || new.bind != policy.bind
        policy = new
        for index in readers.indices {
            readers[index].seat = policy.seat(of: readers[index].name)
            guard let card = readers[index].card else { continue }
            if isOutdated { readers[index].card?.isOutdated = true }
            guard readers[index].seat != nil else { continue }
            // The mapping of owners and the names of products are not among the settings here and may have changed with them.
            let isAskedFor = policy.bind == .owner || !policy.cards.isEmpty
            if card.identification == nil || isAskedFor { effects.append(.identify(card.visit)) }
        }
    }

    private mutating func saveGuards() {
        let owed = sessions.compactMap(\.owedLock)
        guard guardsHaveChanged || owed != owedLocks else { return }
        guardsHaveChanged = false
        owedLocks = owed
        let current = guards.map(SavedGuard.init) + owed
        guard current != saved else { return }
        saved = current
        effects.append(.save(current))
    }

    /// Whether the session's screen counts as locked, for whoever asks; one that was asked and has not confirmed does not.
    package func isLocked(_ id: SessionID) -> Bool {
        sessions.contains { $0.info.id == id && ($0.isLocked || $0.lock == .countedAsLocked) }
    }

    /// The sessions that a card could keep open, sorted by id.
    package var guardableSessions: [SessionID] {
        sessions.filter { $0.info.isGuardable(policy) }.map(\.info.id).sorted { $0.id < $1.id }
    }

    mutating func report(_ report: PresenceReport) { effects.append(.report(report)) }
}
