internal import CardOperations
internal import Glibc
internal import LoginSessions
internal import PCSC
internal import Presence

/// Brings together who sees cards, who knows sessions, who decides, and who locks.
///
/// Everything here happens in the main thread. The reader monitor and the looks at cards have threads of their own and hand
/// over values through one mailbox, so that what they tell keeps its order.
final class Daemon {
    /// What other threads tell.
    enum Input: Sendable {
        case reader(ReaderEvent, SuspendingClock.Instant)
        case looked(CardLooks.Outcome)
    }

    /// What goes off once.
    enum Alarm: Hashable {
        case presence(TimerID)
        /// logind did not tell its sessions; ask again.
        case readSessions
        /// By now the reader monitor must have come back.
        case monitorIsDue
        /// Nothing has happened for two seconds.
        case calm
    }

    let journal = Journal()
    let loop: EventLoop
    let bus: SystemBus
    let folder: String
    let runtime = RuntimeFolder()
    var settings: DaemonSettings
    var machine: PresenceMachine
    var known = KnownReaders()
    /// What was found out about the card that is in each reader.
    var found: [ReaderName: CardLooks.Outcome] = [:]
    /// The newest request to each session.
    var records: [SessionID: LockRecord] = [:]
    var lastLock: SessionID?
    var lastShown: DaemonState.LastLock?
    /// Since when a card of a session is missing, and from where.
    var missing: [SessionID: (since: BootInstant, reader: ReaderName)] = [:]
    /// Why the last request was refused, where it was.
    var refusal: RequestRefusal?
    /// What systemd was told last.
    var shownStatus = ""
    /// Who waits for what logind says to a request.
    var callers: [SessionID: [DaemonInterface.Answer]] = [:]
    /// When what is being handled happened.
    var cause = BootInstant.now
    var logind: Logind?
    var interface: DaemonInterface?
    var timers: Timers<Alarm>?
    var looks: CardLooks?
    let mailbox: Mailbox<Input>
    var monitor: ReaderMonitor?
    let timing: ReaderMonitor.Timing
    /// How much longer than a wait and the service's answer the reader thread may take on a busy machine.
    let leeway: Duration
    /// Makes the hashes of cards.
    let salt: [UInt8]
    /// How a card is looked at under the settings in force.
    var look: CardLooks.Look
    private var queue: [PresenceEvent] = []
    private var isHandling = false
    /// Until logind is asked again after it did not tell its sessions, or not all of them.
    var pause = Duration.seconds(1)
    var hasStarted = false

    init(
        folder: String,
        timing: ReaderMonitor.Timing = ReaderMonitor.Timing(),
        leeway: Duration = .seconds(10)
    ) throws(SystemError) {
        self.folder = folder
        self.timing = timing
        self.leeway = leeway
        loop = try EventLoop()
        mailbox = try Mailbox(capacity: 1024)
        bus = try SystemBus.connect(on: loop)
        settings = DaemonSettings()
        machine = PresenceMachine(policy: settings.policy)
        do throws(RuntimeFolder.Failure) {
            salt = try runtime.salt()
        } catch {
            // Then it holds as long as this process: after the next start no card is known again, which locks.
            journal.write(.stateNotSaved, [.system(SystemError("salt", errno: error.errno))])
            salt = RuntimeFolder.newSalt()
        }
        look = CardLooks.look(with: settings.identifier(salt: salt))
    }

    /// Runs until it is told to end; gives the exit status.
    func run() throws(SystemError) -> Int32 {
        for signal in [SIGTERM, SIGINT] { try loop.onSignal(signal) { [unowned self] in self.stop() } }
        try loop.onSignal(SIGHUP) { [unowned self] in self.reload() }
        bus.lost = { [unowned self] in
            self.journal.write(.busLost)
            self.loop.exit(code: 1)
        }
        // Faulty settings must not leave screens open: what holds without any guards every session with every card.
        reload()
        let timers = Timers<Alarm>(on: loop) { [unowned self] in self.wentOff($0) }
        self.timers = timers
        let mailbox = mailbox
        looks = CardLooks { mailbox.post(.looked($0)) }
        try loop.receive(from: mailbox) { [unowned self] in self.heard($0) }
        let logind = try Logind(on: bus) { [unowned self] in self.heard($0) }
        self.logind = logind
        let interface = try DaemonInterface(on: bus, logind, version: Kortvaktd.version) { [unowned self] in
            self.asked($0, $1)
        }
        self.interface = interface
        interface.claimName { [unowned self] result in
            guard case .failure(let error) = result else { return }
            self.journal.write(.nameRefused, [.error(error)])
            self.loop.exit(code: 1)
        }
        try loop.feedWatchdog { [unowned self] in self.isHealthy() }
        let code = try loop.run()
        mailbox.close()
        monitor?.stop(within: .seconds(1))
        return code
    }

    /// Takes one event and does what follows from it; what comes up meanwhile is taken afterwards.
    func handle(_ event: PresenceEvent) {
        queue.append(event)
        guard !isHandling else { return }
        isHandling = true
        while !queue.isEmpty {
            let effects = machine.handle(queue.removeFirst(), at: BootInstant.now.instant)
            for effect in effects { perform(effect) }
        }
        isHandling = false
        forgetWhatIsOver()
        publish()
    }

    /// What is kept for later goes with what it is about.
    private func forgetWhatIsOver() {
        if !missing.isEmpty {
            let absent = Set(machine.guards.filter { !$0.isPresent }.map(\.session))
            missing = missing.filter { absent.contains($0.key) }
        }
        if found.count > known.readers.count {
            let readers = Set(known.readers.map { ReaderName($0) })
            found = found.filter { readers.contains($0.key) }
        }
    }
}
