/// systemd-logind: the sessions and what happens to them, the lock of one session, and the delay of sleep.
///
/// Everything is asked and answered in the loop of the bus. A signal counts only when it comes from whoever has logind's
/// name, because everybody may send us one that looks the same.
package final class Logind {
    static let name = "org.freedesktop.login1"
    static let path = "/org/freedesktop/login1"
    static let manager = "org.freedesktop.login1.Manager"

    let bus: SystemBus
    private let handler: (LogindEvent) -> Void
    private var watch: NameWatch?
    private var hasHeardOfOwner = false
    private var reading: AllSessions?
    /// By object path: those that are being read by themselves.
    private var readers: [String: SessionReader] = [:]
    private var inhibitor: SleepInhibitor?
    /// By object path, as it was told last.
    private var known: [String: SessionInfo] = [:]

    /// Begins to listen and to read; `handler` is called in the loop, never before this returns.
    package init(on bus: SystemBus, _ handler: @escaping (LogindEvent) -> Void) throws(SystemError) {
        self.bus = bus
        self.handler = handler
        // Listening comes before asking, so that nothing is missed between the two.
        for member in ["SessionNew", "SessionRemoved", "PrepareForSleep"] {
            try bus.subscribe(
                "type='signal',sender='\(Self.name)',path='\(Self.path)',interface='\(Self.manager)',"
                    + "member='\(member)'"
            ) { [weak self] message in self?.heard(message) }
        }
        try bus.subscribe(
            "type='signal',sender='\(Self.name)',path_namespace='\(Self.path)/session',"
                + "interface='org.freedesktop.DBus.Properties',member='PropertiesChanged',"
                + "arg0='\(SessionProperties.interface)'"
        ) { [weak self] message in self?.heardChange(message) }
        inhibitor = SleepInhibitor(bus) { [weak self] in self?.handler(.sleepInhibitorRefused($0)) }
        watch = try NameWatch(Self.name, on: bus) { [weak self] owner in self?.ownerBecame(owner) }
    }

    /// The sessions as they were told last, sorted by id.
    package var sessions: [SessionInfo] { known.values.sorted { $0.id < $1.id } }

    /// Reads all sessions and tells them with `sessions`.
    ///
    /// Where that is being done already it is not done twice: what changes meanwhile is heard.
    package func readSessions() {
        guard reading == nil else { return }
        readers = [:]
        let reading = AllSessions(bus) { [weak self] in self?.readingEnded($0) }
        self.reading = reading
        reading.begin()
    }

    /// Asks for the lock of this session alone (`Session.Lock`); that it is locked is told by `isLocked`, by nothing else.
    ///
    /// `answered` is called in the loop with what logind said, never before this returns.
    package func lock(id: String, _ answered: @escaping (Result<Void, BusError>) -> Void) {
        ask("Lock", of: id, answered)
    }

    /// Asks for the end of this session (`Session.Terminate`).
    package func terminate(id: String, _ answered: @escaping (Result<Void, BusError>) -> Void) {
        ask("Terminate", of: id, answered)
    }

    /// Calls `listened` in the loop when everything has been told that logind had said of this session until now.
    ///
    /// The bus keeps the order of what one sends to another, so that logind's answer to any question comes last; or it does
    /// not answer in time.
    package func listen(toSession id: String, _ listened: @escaping () -> Void) {
        guard let path = known.first(where: { $0.value.id == id })?.key else {
            return bus.afterwards(listened)
        }
        bus.call { () throws(SystemError) in
            let call = try bus.methodCall(to: Self.name, path, "org.freedesktop.DBus.Properties", "Get")
            for argument in [SessionProperties.interface, "LockedHint"] { try call.appendExactly(argument) }
            return call
        } _: { _ in
            listened()
        }
    }

    /// Delays the machine's sleep, at most as long as logind allows (`InhibitDelayMaxSec=`, 5 s), until it is released.
    ///
    /// It is taken again by itself after a restart of logind.
    package func takeSleepInhibitor() { inhibitor?.take() }

    package func releaseSleepInhibitor() { inhibitor?.release() }

    /// The session that a process belongs to, `nil` where it is in none or not among those told.
    func sessionOfProcess(_ pid: UInt32, _ found: @escaping (SessionInfo?) -> Void) {
        let bus = bus
        bus.call { () throws(SystemError) in
            let call = try bus.methodCall(to: Self.name, Self.path, Self.manager, "GetSessionByPID")
            try call.append(pid)
            return call
        } _: { [weak self] answer in
            let path = (try? answer.get()).flatMap { try? $0.readPath() }
            found(path.flatMap { self?.known[$0] })
        }
    }

    private func ask(
        _ member: String,
        of id: String,
        _ answered: @escaping (Result<Void, BusError>) -> Void
    ) {
        // The path that logind gave, also while all are being read again.
        guard let path = known.first(where: { $0.value.id == id })?.key else {
            return bus.afterwards { answered(.failure(.notFound)) }
        }
        let bus = bus
        bus.call { () throws(SystemError) in
            try bus.methodCall(to: Self.name, path, SessionProperties.interface, member)
        } _: {
            answered($0.map { _ in })
        }
    }

    private func ownerBecame(_ owner: String?) {
        let isFirst = !hasHeardOfOwner
        hasHeardOfOwner = true
        reading = nil
        if owner == nil { handler(.gone) } else if !isFirst { handler(.restarted) }
        // Without an owner this starts logind where it can be started; its name is heard of before the answer.
        readSessions()
        if owner != nil, !isFirst { inhibitor?.renew() }
    }

    private func heard(_ message: BusMessage) {
        guard watch?.isOwner(of: message) == true else { return }
        if message.member == "PrepareForSleep" {
            if let begins = try? message.readBool() { handler(.prepareForSleep(begins)) }
            return
        }
        guard let id = try? message.readString(), let path = try? message.readPath() else { return }
        if message.member == "SessionRemoved" {
            if reading?.remove(path) != true { ended(path) }
        } else if reading?.add(path, id: id) != true {
            read(path, id: id)
        }
    }

    private func heardChange(_ message: BusMessage) {
        guard watch?.isOwner(of: message) == true, let path = message.path else { return }
        if reading?.change(path, message) == true { return }
        guard let before = known[path] else { return }
        let change = SessionChange(message, of: before)
        if let info = change.info { became(info, at: path) }
        if change.mustBeRead { read(path, id: before.id) }
    }

    /// Reads one session, once more when it is being read already.
    private func read(_ path: String, id: String) {
        if let reader = readers[path] { return reader.again() }
        let reader = SessionReader(bus, path: path) { [weak self] answer in
            guard let self else { return }
            self.readers[path] = nil
            switch answer {
            case .success(let info): self.became(info, at: path)
            case .failure(.notFound): self.ended(path)
            case .failure(let error): self.handler(.unreadable(id: BusText.bounded(id), error))
            }
        }
        readers[path] = reader
        reader.begin()
    }

    private func became(_ info: SessionInfo, at path: String) {
        let before = known.updateValue(info, forKey: path)
        guard before != info else { return }
        handler(before == nil ? .added(info) : .changed(info))
    }

    private func ended(_ path: String) {
        readers[path] = nil
        guard let info = known.removeValue(forKey: path) else { return }
        handler(.removed(id: info.id))
    }

    private func readingEnded(_ result: Result<AllSessions.Answer, BusError>) {
        reading = nil
        switch result {
        case .success(let answer):
            // Who cannot be read is still there, for all that is known; a session that has ended is not found.
            let unread = known.filter { answer.unreadable[$0.value.id] != nil }
            known = answer.sessions.merging(unread) { new, _ in new }
            for (id, error) in answer.unreadable.sorted(by: { $0.key < $1.key }) {
                handler(.unreadable(id: BusText.bounded(id), error))
            }
            handler(.sessions(self.sessions))
        case .failure(let error): handler(.failed(error))
        }
    }
}
