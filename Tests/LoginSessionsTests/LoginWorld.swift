import Glibc
import LoginSessions
import SessionTesting

/// A bus with a mock logind, and our side of it in a thread of its own.
struct LoginWorld {
    struct Parts {
        let bus: SystemBus
        let logind: Logind
    }

    let bus: PrivateBus
    let mock: HelperProgram
    let thread: LoopThread<Parts>
    let events: Told<LogindEvent>
    let lost: Told<Void>

    var busPID: Int32 { bus.pid }

    /// `before` is told to the mock before we connect.
    static func run(
        starting: Bool = true,
        before: [String],
        _ body: (LoginWorld) async throws -> Void
    ) async throws {
        try await PrivateBus.run { bus in
            try await bus.with("login.py") { mock in
                if starting { try await mock.tell("start") }
                for line in before { try await mock.tell(line) }
                let events = Told<LogindEvent>()
                let lost = Told<Void>()
                let make: @Sendable (EventLoop) throws -> Parts = { loop in
                    let system = try SystemBus.connect(to: bus.address, on: loop)
                    system.lost = { lost.tell(()) }
                    return Parts(bus: system, logind: try Logind(on: system) { events.tell($0) })
                }
                try await LoopThread.run(make) { thread in
                    try await body(
                        LoginWorld(bus: bus, mock: mock, thread: thread, events: events, lost: lost)
                    )
                }
            }
        }
    }

    func next() async -> LogindEvent? { await events.next() }

    func tell(_ lines: String...) async throws {
        for line in lines { try await mock.tell(line) }
    }

    /// Our own name on the bus.
    var uniqueName: String {
        get async throws { try await mock.tell("peer \(getpid())") }
    }

    /// The error that something was answered with, `nil` for none.
    func ask(
        _ body: @escaping @Sendable (Logind, @escaping @Sendable (Result<Void, BusError>) -> Void) -> Void
    ) async -> BusError? {
        let answer: Result<Void, BusError> = await thread.ask { parts, done in body(parts.logind) { done($0) }
        }
        guard case .failure(let error) = answer else { return nil }
        return error
    }

    /// The mock learns of a closed descriptor in its own time.
    func waitForInhibitors(_ expected: String) async throws {
        while try await mock.tell("inhibitors") != expected { await Task.yield() }
    }
}
