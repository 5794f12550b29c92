import Glibc
import Testing

/// A running `kortvakt watch`, whose lines are taken one by one.
struct WatchRun: Sendable {
    let program: LineProgram

    /// Watches as long as `body` runs, then sends `signal`; the exit code.
    @discardableResult
    static func run(
        _ arguments: [String] = ["--json"],
        environment: [String: String],
        endingWith signal: Int32 = SIGINT,
        _ body: (WatchRun) async throws -> Void
    ) async throws -> Int32 {
        let nothing = [
            "PCSCLITE_CSOCK_NAME": "/nonexistent/pcscd.comm",
            "DBUS_SYSTEM_BUS_ADDRESS": "unix:path=/nonexistent/bus",
        ]
        return try await LineProgram.run(
            [Bench.kortvakt, "watch"] + arguments,
            environment: nothing.merging(environment) { $1 },
            ending: { _ = kill($0.pid, signal) }
        ) { try await body(WatchRun(program: $0)) }
    }

    func line() async throws -> String { try await program.next() }

    /// The next event, whose time has the form that scripts are promised.
    func next() async throws -> JSONValue {
        let line = try await line()
        let event = try JSONValue(parsing: line)
        #expect(event.keys.isSuperset(of: ["time", "event", "reader"]), "\(line)")
        #expect(event["time"]?.text?.contains(/^20\d\d-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/) == true, "\(line)")
        return event
    }

    /// The next event, which must be this one.
    @discardableResult
    func expect(_ name: String, _ members: [String: JSONValue] = [:]) async throws -> JSONValue {
        let event = try await next()
        #expect(event["event"] == .string(name), "\(event)")
        for (key, value) in members { #expect(event[key] == value, "\(key) of \(event)") }
        return event
    }

    /// The first events by name: card service and daemon are heard of side by side, in any order.
    @discardableResult
    func first(_ count: Int) async throws -> [String: JSONValue] {
        var events: [String: JSONValue] = [:]
        for _ in 0..<count {
            let event = try await next()
            events[event["event"]?.text ?? ""] = event
        }
        return events
    }

    /// Passes over events until one of this name comes.
    @discardableResult
    func wait(for name: String) async throws -> JSONValue {
        while true {
            let event = try await next()
            if event["event"] == .string(name) { return event }
        }
    }
}
