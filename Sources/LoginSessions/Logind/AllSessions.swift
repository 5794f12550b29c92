/// Reads the list of sessions, and each of them, as it is when the last has been read.
///
/// What is heard of sessions meanwhile goes in, so that the answer is of one moment.
final class AllSessions {
    struct Answer {
        /// By object path.
        var sessions: [String: SessionInfo] = [:]
        /// By id.
        var unreadable: [String: BusError] = [:]
    }

    /// How many sessions are read at once; the bus lets a service wait for 128 answers (`max_replies_per_connection`).
    private static let window = 16
    /// How many there may be; logind itself stops at 8192 (`SessionsMax=`).
    private static let limit = 16_384

    private let bus: SystemBus
    private let answered: (Result<Answer, BusError>) -> Void
    private var isListed = false
    private var answer = Answer()
    /// Paths and ids of those that have not been asked for.
    private var waiting: [(path: String, id: String)] = []
    private var readers: [String: SessionReader] = [:]

    /// `answered` is called in the loop, once, unless this object is gone before.
    init(_ bus: SystemBus, _ answered: @escaping (Result<Answer, BusError>) -> Void) {
        self.bus = bus
        self.answered = answered
    }

    func begin() {
        bus.call { () throws(SystemError) in
            try bus.methodCall(to: Logind.name, Logind.path, Logind.manager, "ListSessions")
        } _: { [weak self] in
            self?.listed($0)
        }
    }

    /// There is a new session.
    ///
    /// Returns `true`, as the others: it has been taken care of.
    func add(_ path: String, id: String) -> Bool {
        if let reader = readers[path] {
            reader.again()
        } else if !waiting.contains(where: { $0.path == path }), waiting.count < Self.limit {
            waiting.append((path, id))
        }
        askNext()
        return true
    }

    /// A session has ended.
    func remove(_ path: String) -> Bool {
        waiting.removeAll { $0.path == path }
        readers[path] = nil
        answer.sessions[path] = nil
        // Never from within the handler of a signal: the last one may just have gone.
        bus.afterwards { [weak self] in self?.askNext() }
        return true
    }

    /// A session has changed.
    func change(_ path: String, _ message: BusMessage) -> Bool {
        readers[path]?.again()
        if let before = answer.sessions[path] {
            let change = SessionChange(message, of: before)
            if let info = change.info { answer.sessions[path] = info }
            if change.mustBeRead { return add(path, id: before.id) }
        }
        return true
    }

    private func listed(_ list: Result<BusMessage, BusError>) {
        do throws(BusError) {
            let message = try list.get()
            // Id, user, user's name, seat, path.
            let sessions = try message.readArray(of: "(susso)", limit: Self.limit) { () throws(BusError) in
                try message.readStructure("susso") { () throws(BusError) in
                    let id = try message.readString()
                    // What is said of one session must not hide the others; it is read with the session itself.
                    try message.skip("uss")
                    return (path: try message.readPath(), id: id)
                }
            }
            let already = Set(waiting.map(\.path)).union(readers.keys).union(answer.sessions.keys)
            waiting += sessions.filter { !already.contains($0.path) }
            isListed = true
            askNext()
        } catch {
            answered(.failure(error))
        }
    }

    private func askNext() {
        while readers.count < Self.window, let (path, id) = waiting.popLast() {
            let reader = SessionReader(bus, path: path) { [weak self] in self?.heard($0, path, id) }
            readers[path] = reader
            reader.begin()
        }
        if isListed, readers.isEmpty {
            isListed = false
            answered(.success(answer))
        }
    }

    private func heard(_ session: Result<SessionInfo, BusError>, _ path: String, _ id: String) {
        readers[path] = nil
        switch session {
        case .success(let info): answer.sessions[path] = info
        case .failure(.notFound): answer.sessions[path] = nil
        case .failure(let error):
            answer.sessions[path] = nil
            answer.unreadable[id] = error
        }
        askNext()
    }
}
