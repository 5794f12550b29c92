internal import CardOperations
internal import Configuration
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
        /// Nothing has happened for a moment.
        case calm
    }

    let journal = Journal()
    let loop: EventLoop
    let bus: SystemBus
    let folder: String
    let runtime = RuntimeFolder()
    private(set) var settings: DaemonSettings
    var machine: PresenceMachine
    var known = KnownReaders()
    /// What was found out about the card that is in each reader.
    var found: [ReaderName: CardLooks.Outcome] = [:]
    /// The newest request to each session, until it is locked or has ended.
    var records: [SessionID: LockRecord] = [:]
    var lastLock: SessionID?
    var lastShown: DaemonState.LastLock?
    /// Since when a card of a session is missing, and from where.
    var missing: [SessionID: (since: BootInstant, reader: ReaderName)] = [:]
    /// Why the last request was refused, where it was.
    var refusal: RequestRefusal?
    /// Who waits for what logind says to a request.
    var callers: [SessionID: [DaemonInterface.Answer]] = [:]
    /// When what is being handled happened.
    var cause = BootInstant.now
    var logind: Logind?
    var interface: DaemonInterface?
    var timers: Timers<Alarm>?
    var looks: CardLooks?
    let mailbox: Mailbox<Input>
    private var monitor: ReaderMonitor?
    private let timing: ReaderMonitor.Timing
    /// How much longer than a wait and the service's answer the reader thread may take on a busy machine.
    private let leeway: Duration
    /// Makes the hashes of cards.
    private let salt: [UInt8]
    /// How a card is looked at under the settings in force.
    private(set) var look: CardLooks.Look
    private var queue: [PresenceEvent] = []
    private var isHandling = false
    /// Until logind is asked again after it did not tell its sessions, or not all of them.
    private var pause = Duration.seconds(1)
    private var hasStarted = false

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

    // MARK: - What happens

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

    private func heard(_ input: Input) {
        switch input {
        case .reader(let event, let instant):
            let age = instant.duration(to: .now)
            let now = BootInstant.now
            cause = now.earlier(by: age)
            let events = known.take(event)
            for event in events { handle(event) }
            tell(event)
            cause = .now
        case .looked(let outcome):
            let isNewest = looks?.heard(outcome) ?? false
            cause = .now
            guard isNewest, known.card(of: outcome.visit) != nil else { return }
            found[outcome.visit.reader] = outcome
            if outcome.identification == .failed, outcome.isLast {
                journal.write(.cardNotIdentified, [.reader(outcome.visit.reader.text)])
            }
            handle(.identified(outcome.visit, outcome.identification))
            start(.calm, at: .now + .seconds(2))
        }
    }

    private func heard(_ event: LogindEvent) {
        cause = .now
        switch event {
        case .sessions(let list):
            // Not where one of these could not be read.
            if timers?.running.contains(.readSessions) != true { pause = .seconds(1) }
            let sessions = list.map { LoginSession($0) }
            let ids = Set(sessions.map(\.id))
            records = records.filter { ids.contains($0.key) }
            if hasStarted { handle(.sessions(sessions)) } else { start(sessions) }
        case .added(let info), .changed(let info): handle(.session(LoginSession(info)))
        case .removed(let id):
            records[SessionID(id)] = nil
            handle(.sessionEnded(SessionID(id)))
        case .unreadable(let id, let error):
            journal.write(.sessionUnreadable, [.session(id), .error(error)])
            // logind may have been too busy; what makes no sense stays so.
            if error == .noAnswer || error == .tooMuch { readSessionsLater() }
        case .failed(let error):
            journal.write(.sessionsUnreadable, [.error(error)])
            readSessionsLater()
        case .restarted:
            journal.write(.logindRestarted)
            handle(.loginServiceRestarted)
        case .gone: journal.write(.logindGone)
        case .prepareForSleep(let begins): handle(begins ? .preparingForSleep : .woke)
        case .sleepInhibitorRefused(let error): journal.write(.sleepNotDelayed, [.error(error)])
        }
    }

    private func readSessionsLater() {
        start(.readSessions, at: .now + pause)
        pause = min(pause * 2, .seconds(60))
    }

    private func asked(_ request: DaemonRequest, _ answer: @escaping DaemonInterface.Answer) {
        cause = .now
        switch request {
        case .reload: answer(reload() ? .success(()) : .failure(.settingsRefused))
        case .lockNow(let session):
            let id = SessionID(session)
            // Each question of logind's to polkit keeps other locks waiting: one for all who ask at the same time.
            let isAsked = callers[id] != nil
            callers[id, default: []].append(answer)
            if isAsked { return }
            refusal = nil
            handle(.lockRequested(id))
            // What logind says to a request comes later.
            if let refusal { answerCallers(of: id, .failure(refusal)) }
        case .guardSession(let session):
            refusal = nil
            handle(.guardRequested(SessionID(session), nil))
            answer(refusal.map { .failure($0) } ?? .success(()))
        }
    }

    private func wentOff(_ alarm: Alarm) {
        cause = .now
        switch alarm {
        case .presence(let id): handle(.timerFired(id))
        case .readSessions: logind?.readSessions()
        case .monitorIsDue: expectMonitor()
        case .calm: ProgramText.giveBack()
        }
    }

    func start(_ alarm: Alarm, at instant: BootInstant) {
        // Without memory for a timer nothing can be waited for: it goes off at once.
        do throws(SystemError) { try timers?.start(alarm, at: instant) } catch { wentOff(alarm) }
    }

    // MARK: - Beginning and end

    /// The first list of sessions: from here on something can be guarded.
    private func start(_ sessions: [LoginSession]) {
        hasStarted = true
        let restored = runtime.restore()
        switch restored {
        case .guards(let guards) where !guards.isEmpty:
            journal.write(.stateRestored, [.count(guards.count)])
            for saved in guards { missing[saved.session] = (.now, saved.reader) }
        case .guards: break
        case .unreadable: journal.write(.stateUnreadable)
        }
        handle(.started(restored, sessions: sessions))
        let mailbox = mailbox
        do throws(PCSCError) {
            monitor = try ReaderMonitor(timing: timing) { mailbox.post(.reader($0, $1)) }
        } catch {
            // Not even a thread: systemd tries anew.
            return loop.exit(code: 1)
        }
        journal.write(.started, [.version(Kortvaktd.version)])
        ServiceNotify.ready(status: statusLine)
        expectMonitor()
        start(.calm, at: .now + .seconds(2))
    }

    private func stop() {
        let guards = machine.guards.count
        if guards > 0 { journal.write(.stoppingWhileGuarding, [.count(guards)]) }
        journal.write(.stopping)
        ServiceNotify.stopping()
        loop.exit()
    }

    /// Reads the settings; those that have a fault are refused as a whole, and what was in force stays.
    @discardableResult
    private func reload() -> Bool {
        if hasStarted { ServiceNotify.reloading() }
        defer { if hasStarted { ServiceNotify.ready(status: statusLine) } }
        do throws(ConfigurationError) {
            let new = try DaemonSettings(folder: folder)
            settings = new
            look = CardLooks.look(with: new.identifier(salt: salt))
            journal.write(.settingsRead)
            handle(.policyChanged(new.policy))
            return true
        } catch {
            journal.write(.settingsRefused, error.fields)
            return false
        }
    }

    /// Until when the monitor must have come back: one wait, the answer of a service, and room for a busy machine.
    private var monitorIsDue: BootInstant? {
        guard let monitor else { return nil }
        let age = monitor.lastReturn.duration(to: .now)
        return BootInstant.now.earlier(by: age) + (timing.idle + timing.answer + leeway)
    }

    private func isHealthy() -> Bool { monitorIsDue.map { .now < $0 } ?? true }

    /// Ends the daemon where the card service hangs, and with it the thread that waits for it in vain.
    ///
    /// The next one finds that the service does not answer, and what was guarded is locked after the patience.
    private func expectMonitor() {
        guard isHealthy() else {
            journal.write(.unhealthy)
            return loop.exit(code: 1)
        }
        if let monitorIsDue { start(.monitorIsDue, at: monitorIsDue) }
    }
}
