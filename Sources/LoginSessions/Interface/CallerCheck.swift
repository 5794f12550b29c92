/// Lets through what somebody asks for their own session, or what polkit permits them, and refuses the rest.
final class CallerCheck {
    /// How many calls wait at once, of all, of one user and of one caller; each makes the bus and polkit work.
    ///
    /// A question of polkit's may wait for minutes: whoever lets it wait leaves room for other users.
    private static let limit = 64
    private static let limitOfUser = 16
    private static let limitOfOne = 8

    private let bus: SystemBus
    private let logind: Logind
    private let authority: Authority
    private let request: (DaemonRequest, @escaping DaemonInterface.Answer) -> Void
    /// How many calls of each connection wait.
    private var waiting: [String: Int] = [:]
    /// Of each user, as soon as the bus has said who that is.
    private var waitingOfUser: [UInt32: Int] = [:]

    init(
        on bus: SystemBus,
        _ logind: Logind,
        _ request: @escaping (DaemonRequest, @escaping DaemonInterface.Answer) -> Void
    ) {
        self.bus = bus
        self.logind = logind
        authority = Authority(bus)
        self.request = request
    }

    /// Takes a call of a method of the interface.
    func receive(_ message: BusMessage) {
        guard let sender = message.sender else { return }
        let others = waiting.values.reduce(0, +)
        let ofSender = waiting[sender, default: 0]
        waiting[sender] = ofSender + 1
        var user: UInt32?
        let pending = PendingRequest(message, on: bus) { [weak self] in self?.ended(sender, user) }
        guard others < Self.limit, ofSender < Self.limitOfOne else {
            return pending.answer(.failure(.tooMany))
        }
        do throws(BusError) {
            let call = try Call(message)
            authority.identify(sender) { [weak self] caller in
                guard let self, let caller else { return pending.answer(.failure(.accessDenied)) }
                user = caller.uid
                let ofUser = self.waitingOfUser[caller.uid, default: 0]
                self.waitingOfUser[caller.uid] = ofUser + 1
                guard ofUser < Self.limitOfUser else { return pending.answer(.failure(.tooMany)) }
                self.check(call, caller, pending)
            }
        } catch {
            pending.answer(.failure(.invalidArguments))
        }
    }

    private func ended(_ sender: String, _ user: UInt32?) {
        let left = waiting[sender, default: 1] - 1
        waiting[sender] = left > 0 ? left : nil
        guard let user else { return }
        let leftOfUser = waitingOfUser[user, default: 1] - 1
        waitingOfUser[user] = leftOfUser > 0 ? leftOfUser : nil
    }

    private func check(_ call: Call, _ caller: Authority.Caller, _ pending: PendingRequest) {
        switch call {
        case .reload: authorize(.reload, .reload, caller, pending)
        case .lockNow(let id):
            find(id, caller) { [weak self] session in
                self?.check(session, .lockSession, caller, pending) { .lockNow(session: $0) }
            }
        case .guardSession(let id):
            find(id, caller) { [weak self] session in
                self?.check(session, .guardSession, caller, pending) { .guardSession(session: $0) }
            }
        }
    }

    private func check(
        _ session: SessionInfo?,
        _ action: Authority.Action,
        _ caller: Authority.Caller,
        _ pending: PendingRequest,
        _ make: (String) -> DaemonRequest
    ) {
        guard let session else { return pending.answer(.failure(.noSuchSession)) }
        if session.uid == caller.uid {
            request(make(session.id)) { pending.answer($0) }
        } else {
            authorize(action, make(session.id), caller, pending)
        }
    }

    private func authorize(
        _ action: Authority.Action,
        _ wish: DaemonRequest,
        _ caller: Authority.Caller,
        _ pending: PendingRequest
    ) {
        let interactively = pending.message.allowsInteraction
        authority.check(action, caller, interactively: interactively) { [weak self] decision in
            switch decision {
            case .success: self?.request(wish) { pending.answer($0) }
            case .failure: pending.answer(decision)
            }
        }
    }

    /// The session of this id; for an empty one the session that the caller is in.
    ///
    /// A program that a user's service manager has started is in none. It means the one that its user is looking at, and
    /// where there is only one, that.
    private func find(_ id: String, _ caller: Authority.Caller, _ found: @escaping (SessionInfo?) -> Void) {
        guard id.isEmpty else { return found(logind.sessions.first { $0.id == id }) }
        guard let pid = caller.pid else { return found(session(ofUser: caller.uid)) }
        logind.sessionOfProcess(pid) { [weak self] in found($0 ?? self?.session(ofUser: caller.uid)) }
    }

    private func session(ofUser uid: UInt32) -> SessionInfo? {
        let own = logind.sessions.filter { $0.uid == uid && $0.sessionClass == "user" }
        let visible = own.filter { $0.isActive && $0.seat != nil && !$0.isRemote }
        return visible.count == 1 ? visible.first : own.count == 1 ? own.first : nil
    }

    /// A call as it stands in the message.
    private enum Call {
        case lockNow(session: String)
        case guardSession(session: String)
        case reload

        init(_ message: BusMessage) throws(BusError) {
            switch message.member {
            case "LockNow": self = .lockNow(session: try message.readString())
            case "GuardSession": self = .guardSession(session: try message.readString())
            case "Reload": self = .reload
            default: throw .malformed
            }
        }
    }
}
