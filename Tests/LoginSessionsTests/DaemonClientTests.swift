import Glibc
import LoginSessions
import SessionTesting
import Testing

@Suite(.serialized, .timeLimit(.minutes(10)))
struct DaemonClientTests {
    @Test func clientReadsEverythingThatTheDaemonShows() async throws {
        try await DaemonWorld.run { world in
            await world.thread.perform { $0.interface.publish(.example) }
            let status = try DaemonClient(address: world.bus.address).status()
            #expect(status.version == "1.2.3")
            #expect(status.state == .example)
            await world.thread.perform { $0.interface.publish(DaemonState()) }
            #expect(try DaemonClient(address: world.bus.address).status().state == DaemonState())
        }
    }

    @Test func clientLocksAndHearsWhyNot() async throws {
        try await DaemonWorld.run(before: [
            "add 3 seat0 \(getuid()) me active", "add 4 seat1 1234 bob active",
        ]) { world in
            let client = try DaemonClient(address: world.bus.address)
            try client.lockNow()
            #expect(await world.requests.next() == .lockNow(session: "3"))
            #expect(throws: DaemonError.refused(.noSuchSession)) { try client.lockNow(session: "5") }
            world.answer(with: .failure(.lockFailed))
            #expect(throws: DaemonError.refused(.lockFailed)) { try client.lockNow(session: "3") }
            world.answer(with: .success(()))
            try await world.bus.with("polkit.py") { polkit in
                #expect(throws: DaemonError.refused(.accessDenied)) { try client.lockNow(session: "4") }
                try await polkit.tell("challenge")
                #expect(throws: DaemonError.refused(.authorizationRequired)) {
                    try client.lockNow(session: "4")
                }
                try await polkit.tell("yes")
                try client.lockNow(session: "4", interactively: true)
                let asked = try await polkit.tell("asked")
                #expect(asked.hasSuffix("0 1"))
            }
        }
    }

    @Test func daemonThatIsNotRunningIsToldAndNotStarted() async throws {
        try await PrivateBus.run { bus in
            let client = try DaemonClient(address: bus.address)
            #expect(throws: DaemonError.notRunning) { try client.status() }
            #expect(throws: DaemonError.notRunning) { try client.lockNow() }
            _ = kill(bus.pid, SIGKILL)
            #expect(throws: DaemonError.noAnswer) { try client.status() }
        }
    }

    @Test func missingBusIsTold() {
        #expect(throws: DaemonError.noBus(errno: ENOENT)) {
            try DaemonClient(address: "unix:path=/nonexistent/bus").status()
        }
        #expect(throws: DaemonError.self) { try DaemonClient(address: "nonsense").status() }
    }
}
