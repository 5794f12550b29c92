import Presence

/// Random numbers that are the same again for the same seed (SplitMix64).
struct SeededGenerator: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }

    mutating func below(_ bound: Int) -> Int { Int(truncatingIfNeeded: next() % UInt64(bound)) }

    mutating func happens(_ percent: Int) -> Bool { below(100) < percent }
}

/// A small hospital in which everything happens in any order: two seats, four readers, five cards, six sessions.
struct Walk {
    static let names = ["A1", "A2", "B1", "Virtual PCD 00 00"].map { ReaderName($0) }
    static let otherSeatsReader = 2
    static let virtualReader = 3
    static let sessions: [LoginSession] = [
        LoginSession(id: SessionID("s0"), user: "u0", seat: .seat0, kind: .graphical),
        LoginSession(id: SessionID("s1"), user: "u1", seat: .seat0, kind: .graphical),
        LoginSession(id: SessionID("s2"), user: "u0", seat: seat1, kind: .graphical),
        LoginSession(id: SessionID("s3"), user: "u1", seat: .seat0, kind: .graphical, isRemote: true),
        LoginSession(id: SessionID("s4"), user: "gdm", seat: .seat0, kind: .graphical, isUserClass: false),
        LoginSession(id: SessionID("s5"), user: "u1", seat: .seat0, kind: .text),
    ]
    /// The fourth cannot be told from others, the fifth is a security key.
    static let cards: [Identification] = [
        .card(identity: CardIdentity(hash: "0"), kinds: ["siths"], owner: .user("u0")),
        .card(identity: CardIdentity(hash: "1"), kinds: ["siths"], owner: .user("u1")),
        .card(identity: CardIdentity(hash: "2"), kinds: ["siths"], owner: .nobody),
        .card(identity: nil, kinds: ["siths"], owner: .unknown),
        .card(identity: CardIdentity(hash: "4"), kinds: ["key"], owner: .unknown),
    ]

    static func number(of reader: ReaderName) -> Int? { names.firstIndex(of: reader) }

    struct Slot {
        var isPlugged = true
        var counter: UInt16 = 0
        var card: Int?
        var lastCard: Int?
    }

    var random: SeededGenerator
    var machine: PresenceMachine
    var watcher: Watcher
    var now: UInt64 = 1_000_000_000
    var slots = [Slot](repeating: Slot(), count: 4)
    var serviceIsUp = true
    var logins: [LoginSession] = []
    /// Cards that somebody is looking at; what is never answered falls out at the end.
    var looks: [(visit: Visit, card: Int)] = []
    /// Questions to logind; some are never answered.
    var listens: [SessionID] = []
    var last: PresenceEvent = .woke
    var events = 0
    /// What happened last, for whoever looks for the reason.
    var history: [String] = []
    let keepsHistory: Bool

    init(seed: UInt64, keepsHistory: Bool = false) {
        random = SeededGenerator(state: seed)
        self.keepsHistory = keepsHistory
        let policy = Self.policy(&random)
        machine = PresenceMachine(policy: policy)
        watcher = Watcher(policy: policy)
        logins = Array(Self.sessions.prefix(3))
        tell(.started(random.happens(20) ? .unreadable : .none, sessions: logins))
    }

    static func policy(_ random: inout SeededGenerator) -> PresencePolicy {
        var policy = PresencePolicy()
        if random.happens(30) { policy.ignoredReaders = [] }
        if random.happens(70), let pattern = ReaderPattern("B*") {
            policy.readerSeats = [.init(pattern: pattern, seat: seat1)]
        }
        if random.happens(30) { policy.cards = ["siths"] }
        policy.bind = [.present, .present, .owner, .explicit][random.below(4)]
        policy.action = [.lock, .lock, .lock, .terminate, .observe][random.below(5)]
        policy.escalates = random.happens(30)
        policy.graceSeconds = [0, 0, 3, 12][random.below(4)]
        policy.servicePatienceSeconds = [0, 5, 5, 8][random.below(4)]
        policy.confirmSeconds = [0, 5, 5][random.below(3)]
        policy.requireCardSeconds = [0, 0, 10][random.below(3)]
        policy.locksOnSleep = random.happens(70)
        return policy
    }

    mutating func tell(_ event: PresenceEvent) {
        events += 1
        last = event
        watcher.hear(event, at: now)
        let effects = machine.handle(event, at: Instant(microseconds: now))
        watcher.judge(effects, of: event, machine: machine)
        if keepsHistory { history.append("\(now): \(event) -> \(effects)") }
        for effect in effects {
            if case .listenTo(let id) = effect, listens.count < 6 { listens.append(id) }
            guard case .identify(let visit) = effect, let reader = Self.number(of: visit.reader),
                let card = slots[reader].card
            else { continue }
            looks.append((visit, card))
            if looks.count > 6 { looks.removeFirst() }
        }
    }

    /// Goes on until so many events have been told, or something is wrong.
    mutating func run(events limit: Int) {
        while events < limit, watcher.complaint == nil { step() }
    }

    mutating func step() {
        switch random.below(100) {
        case 0..<26: moveCard()
        case 26..<44: answer()
        case 44..<60: passTime()
        case 60..<76: touchSession()
        case 76..<80: readAll()
        case 80..<83: touchService()
        case 83..<87: tell(last)
        case 87..<89: touchSleep()
        case 89..<90: restartLoginService()
        case 90..<91: jump()
        case 91..<93: tell(.timerFired(staleTimer()))
        case 93..<95: request()
        case 95..<96: reload()
        case 96..<97: kill()
        case 97..<98: logins.isEmpty ? logInOrOut() : passTime()
        default: logInOrOut()
        }
    }
}
