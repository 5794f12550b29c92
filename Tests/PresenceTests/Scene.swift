import Presence

let alice = SessionID("alice")
let bob = SessionID("bob")
let seat1 = SeatID("seat1")

/// A machine with its surroundings: it runs the timers, and remembers what was asked.
struct Scene {
    var machine: PresenceMachine
    var policy: PresencePolicy { machine.policy }
    private(set) var now = Instant(microseconds: 1_000_000_000)
    private(set) var timers: [TimerID: Instant] = [:]
    private(set) var effects: [PresenceEffect] = []
    private(set) var saved: [SavedGuard] = []
    private var counters: [String: UInt16] = [:]
    private var sessions: [SessionID: LoginSession] = [:]

    /// Started with nothing restored and no reader.
    init(
        _ sessions: [LoginSession] = [.graphical(alice)],
        _ change: (inout PresencePolicy) -> Void = { _ in }
    ) {
        self.init(restored: .none, sessions, change)
    }

    init(
        restored: RestoredState,
        _ sessions: [LoginSession] = [.graphical(alice)],
        _ change: (inout PresencePolicy) -> Void = { _ in }
    ) {
        var policy = PresencePolicy()
        change(&policy)
        machine = PresenceMachine(policy: policy)
        for session in sessions { self.sessions[session.id] = session }
        if case .guards(let guards) = restored { saved = guards }
        tell(.started(restored, sessions: sessions))
    }

    // MARK: What happens

    @discardableResult
    mutating func tell(_ event: PresenceEvent) -> [PresenceEffect] {
        if case .timerFired(let id) = event { timers[id] = nil }
        let new = machine.handle(event, at: now)
        effects += new
        for effect in new {
            switch effect {
            case .startTimer(let id, let deadline): timers[id] = deadline
            case .cancelTimer(let id): timers[id] = nil
            case .save(let guards): saved = guards
            default: break
            }
        }
        return new
    }

    /// Lets time go by; each timer fires when it is due.
    mutating func pass(seconds: Double) {
        let end = Instant(microseconds: now.microseconds + UInt64(seconds * 1_000_000))
        while let due = timers.filter({ $0.value <= end }).min(by: { $0.value < $1.value }) {
            now = max(now, due.value)
            tell(.timerFired(due.key))
        }
        now = end
    }

    /// Moves the clock, and lets no timer fire.
    mutating func setClock(microseconds: UInt64) { now = Instant(microseconds: microseconds) }

    /// The visit of the new card is what the machine asked to identify, `nil` if it did not.
    @discardableResult
    mutating func insert(_ reader: String, _ identity: String? = nil) -> Visit? {
        counters[reader, default: 0] += 1
        let visit = show(reader, counter: counters[reader] ?? 0)
        if let identity, let visit { identify(visit, identity) }
        return visit
    }

    /// The reader is seen with a card and this counter.
    @discardableResult
    mutating func show(_ reader: String, counter: UInt16) -> Visit? {
        counters[reader] = counter
        return tell(.reader(.card(reader, counter))).visits.last
    }

    mutating func pull(_ reader: String) {
        counters[reader, default: 0] += 1
        tell(.reader(.empty(reader)))
    }

    mutating func unplug(_ reader: String) {
        counters[reader] = nil
        tell(.readerUnplugged(ReaderName(reader)))
    }

    /// The visits of the cards that are there.
    @discardableResult
    mutating func readAll(_ readings: ReaderReading...) -> [Visit] { tell(.readers(readings)).visits }

    mutating func identify(
        _ visit: Visit?,
        _ identity: String?,
        kinds: Set<String> = [],
        owner: Identification.Owner = .unknown
    ) {
        answer(visit, .card(identity: identity.map(CardIdentity.init), kinds: kinds, owner: owner))
    }

    /// Tells what a look at the card brought; nothing where nobody has asked for it.
    mutating func answer(_ visit: Visit?, _ answer: Identification) {
        if let visit { tell(.identified(visit, answer)) }
    }

    @discardableResult
    mutating func change(_ id: SessionID, _ change: (inout LoginSession) -> Void) -> [PresenceEffect] {
        guard var session = sessions[id] else { return [] }
        change(&session)
        sessions[id] = session
        return tell(.session(session))
    }

    mutating func hint(_ id: SessionID, _ isLocked: Bool) { change(id) { $0.lockedHint = isLocked } }

    mutating func activate(_ id: SessionID, _ isActive: Bool) { change(id) { $0.isActive = isActive } }

    @discardableResult
    mutating func reload(_ change: (inout PresencePolicy) -> Void) -> [PresenceEffect] {
        var policy = machine.policy
        change(&policy)
        return tell(.policyChanged(policy))
    }

    /// logind comes back with the sessions it had, and knows of no lock.
    mutating func restartLoginService() {
        tell(.loginServiceRestarted)
        for id in sessions.keys { sessions[id]?.lockedHint = false }
        tell(.sessions(sessions.values.sorted { $0.id.id < $1.id.id }))
    }

    /// The daemon dies and comes back; what it had saved is what it has.
    func killed(sessions list: [LoginSession]? = nil) -> Scene {
        var scene = self
        scene.machine = PresenceMachine(policy: policy)
        scene.timers = [:]
        scene.effects = []
        scene.tell(.started(.guards(saved), sessions: list ?? Array(sessions.values)))
        return scene
    }

    // MARK: What was done

    /// The sessions that were asked to lock, in order, each as often as it was asked.
    var locked: [SessionID] { effects.locked }

    var terminated: [SessionID] { effects.terminated }

    var reports: [PresenceReport] { effects.reports }

    mutating func forget() { effects = [] }

    /// Which readers guard the session, those with a missing card included.
    func guarding(_ session: SessionID) -> [String] {
        machine.guards.filter { $0.session == session }.map {
            String(decoding: $0.reader.bytes, as: UTF8.self)
        }
    }
}

extension [PresenceEffect] {
    var locked: [SessionID] { compactMap { if case .lock(let id) = $0 { id } else { nil } } }

    var terminated: [SessionID] { compactMap { if case .terminate(let id) = $0 { id } else { nil } } }

    var visits: [Visit] { compactMap { if case .identify(let visit) = $0 { visit } else { nil } } }

    var reports: [PresenceReport] { compactMap { if case .report(let report) = $0 { report } else { nil } } }
}

extension ReaderReading {
    static func card(_ reader: String, _ counter: UInt16) -> ReaderReading {
        ReaderReading(reader: ReaderName(reader), content: .card(counter: counter))
    }

    static func empty(_ reader: String) -> ReaderReading {
        ReaderReading(reader: ReaderName(reader), content: .empty)
    }
}

extension LoginSession {
    /// Active, not locked, and of a user with the session's name.
    static func graphical(_ id: SessionID, seat: SeatID = .seat0, isActive: Bool = true) -> LoginSession {
        LoginSession(id: id, user: id.id, seat: seat, kind: .graphical, isActive: isActive)
    }

    func with(_ change: (inout LoginSession) -> Void) -> LoginSession {
        var session = self
        change(&session)
        return session
    }
}
