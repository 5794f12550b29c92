import LoginSessions
import SessionTesting
import Synchronization

/// A bus with a mock logind and our daemon's interface on it, in a thread of its own.
struct DaemonWorld {
    struct Parts {
        let bus: SystemBus
        let interface: DaemonInterface
    }

    let bus: PrivateBus
    let login: HelperProgram
    let thread: LoopThread<Parts>
    /// What reached the daemon.
    let requests: Told<DaemonRequest>
    private let answer: SharedAnswer

    static let path = "/org/kortvakt/Kortvakt1"
    static let name = "org.kortvakt.Kortvakt1"

    /// `before` is told to the mock logind before the daemon starts.
    static func run(
        policy: String = PrivateBus.openPolicy,
        before: [String] = [],
        _ body: (DaemonWorld) async throws -> Void
    ) async throws {
        try await PrivateBus.run(policy: policy) { bus in
            try await bus.with("login.py") { login in
                try await login.tell("start")
                for line in before { try await login.tell(line) }
                let requests = Told<DaemonRequest>()
                let answer = SharedAnswer()
                let ready = Told<Bool>()
                let make: @Sendable (EventLoop) throws -> Parts = { loop in
                    let system = try SystemBus.connect(to: bus.address, on: loop)
                    let later = Later()
                    let logind = try Logind(on: system) { event in
                        guard case .sessions = event else { return }
                        later.interface?.claimName { result in
                            if case .success = result { ready.tell(true) } else { ready.tell(false) }
                        }
                    }
                    let made = try DaemonInterface(on: system, logind, version: "1.2.3") { request, done in
                        requests.tell(request)
                        answer.give(done)
                    }
                    later.interface = made
                    return Parts(bus: system, interface: made)
                }
                try await LoopThread.run(make) { thread in
                    guard await ready.next() == true else { throw Missing() }
                    try await body(
                        DaemonWorld(
                            bus: bus,
                            login: login,
                            thread: thread,
                            requests: requests,
                            answer: answer
                        )
                    )
                }
            }
        }
    }

    /// How the daemon answers what reaches it from now on; `nil` for never.
    func answer(with result: Result<Void, RequestRefusal>?) { answer.set(result) }

    /// Calls a method of the interface with busctl; the name of the error without its prefix, or what was returned.
    func call(
        _ member: String,
        _ session: String?,
        as user: UInt32? = nil,
        interactively: Bool = false
    ) async throws -> String {
        var command: [String] = []
        if let user {
            command += ["setpriv", "--reuid=\(user)", "--regid=\(user)", "--clear-groups"]
        }
        command += ["busctl", "--allow-interactive-authorization=\(interactively)", "call"]
        command += [Self.name, Self.path, Self.name, member]
        if let session { command += ["s", session] }
        let (output, code) = try await bus.tool(command)
        return code == 0 ? "done" : output.filter { !$0.isNewline }
    }

    /// What busctl reads as the value of a property.
    func property(_ name: String) async throws -> String {
        try await bus.tool(["busctl", "get-property", Self.name, Self.path, Self.name, name]).output
            .filter { !$0.isNewline }
    }
}

private final class Later {
    weak var interface: DaemonInterface?
}

private final class SharedAnswer: Sendable {
    private let result = Mutex<Result<Void, RequestRefusal>?>(.success(()))

    func set(_ new: Result<Void, RequestRefusal>?) { result.withLock { $0 = new } }

    func give(_ done: DaemonInterface.Answer) {
        if let result = result.withLock({ $0 }) { done(result) }
    }
}
