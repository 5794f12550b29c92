import Glibc
import LoginSessions
import SessionTesting
import Testing

/// logind refuses, is away, or does not answer.
@Suite(.timeLimit(.minutes(10)))
struct LogindTroubleTests {
    private static let denial =
        "raise dbus.exceptions.DBusException(\"no\", name=\"org.freedesktop.DBus.Error.AccessDenied\")"

    @Test func deniedLockIsToldToEverybodyAndToWhoAsked() async throws {
        try await DaemonBench.run(cards: DaemonBench.reader(0, "Reader A")) { bench in
            try await bench.tellLogin("method 3 Lock '\(Self.denial)'")
            try await bench.daemon { daemon in
                try await bench.guards("[['3', 'Reader A']]")
                try await bench.tellCards("empty 0")
                try await bench.signal("LockFailed ['3', 'access-denied']")
                try await daemon.writes("logind did not lock a session: session 3, access-denied")
                let client = try DaemonClient(address: bench.bus.address)
                #expect(throws: DaemonError.refused(.lockFailed)) { try client.lockNow() }
                #expect(try bench.shown().lastLock?.answered == nil)
            }
        }
    }

    @Test func sessionThatMayNotBeEndedIsLocked() async throws {
        try await DaemonBench.run(settings: "Action=terminate\n", cards: DaemonBench.reader(0, "Reader A")) {
            bench in
            try await bench.tellLogin("method 3 Terminate '\(Self.denial)'", "locker 3")
            try await bench.daemon { daemon in
                try await bench.guards("[['3', 'Reader A']]")
                try await bench.tellCards("empty 0")
                try await bench.signal("LockFailed ['3', 'access-denied']")
                try await bench.signal("SessionLocked ['3', 'Reader A', 'card-removed']")
                #expect(try await bench.asked("Terminate", "3") == [1])
                #expect(try await bench.asked("Lock", "3") == [1])
            }
        }
    }

    /// `Escalate=terminate`: what follows is told with the card that was pulled, not as somebody's request.
    @Test func sessionThatDoesNotLockIsEnded() async throws {
        try await DaemonBench.run(
            settings: "ConfirmSec=1\nEscalate=terminate\n",
            cards: DaemonBench.reader(0, "Reader A")
        ) { bench in
            try await bench.daemon { daemon in
                try await bench.guards("[['3', 'Reader A']]")
                try await bench.tellCards("empty 0")
                try await bench.signal("LockFailed ['3', 'not-confirmed']")
                #expect(try await bench.asked("Lock", "3") == [1])
                #expect(try await bench.asked("Terminate", "3") == [1])
                let last = try #require(try bench.shown().lastLock)
                #expect(last.reason == .cardRemoved && last.reader == "Reader A")
            }
        }
    }

    @Test func whoAskedForALockIsAnsweredAlsoWhereLogindIsNot() async throws {
        try await DaemonBench.run { bench in
            try await bench.daemon { daemon in
                try await bench.tellLogin("freeze")
                // Of a named session, for which logind need not be asked whose the caller is.
                let client = try DaemonClient(address: bench.bus.address)
                #expect(throws: DaemonError.refused(.lockFailed)) { try client.lockNow(session: "3") }
                try await bench.signal("LockFailed ['3', 'logind-failed']")
                try await bench.tellLogin("thaw")
            }
        }
    }

    @Test func lockThatLogindMissedIsAskedForWhenItComesBack() async throws {
        try await DaemonBench.run(settings: "ConfirmSec=1\n", cards: DaemonBench.reader(0, "Reader A")) {
            bench in
            try await bench.daemon { daemon in
                try await bench.guards("[['3', 'Reader A']]")
                try await bench.tellLogin("stop")
                try await daemon.writes("logind is gone")
                try await bench.tellCards("empty 0")
                try await bench.signal("LockFailed ['3', 'logind-failed']")
                // As systemd keeps sessions over a restart of logind.
                try await bench.tellLogin("start 3 seat0 \(getuid()) me")
                while try await bench.asked("Lock", "3") == [0] { await Task.yield() }
                #expect(try bench.shown().lastLock?.session == "3")
            }
        }
    }

    @Test func guardsStayWhenLogindRestarts() async throws {
        try await DaemonBench.run(cards: DaemonBench.reader(0, "Reader A")) { bench in
            try await bench.daemon { daemon in
                try await bench.guards("[['3', 'Reader A']]")
                try await bench.tellLogin("stop")
                try await daemon.writes("logind is gone")
                #expect(try bench.shown().guards == [.init(session: "3", reader: "Reader A")])
                try await bench.tellLogin("start 3 seat0 \(getuid()) me")
                try await daemon.writes("logind was restarted")
                while try await bench.login.tell("inhibitors").isEmpty { await Task.yield() }
                try await bench.tellCards("empty 0")
                try await bench.signal("CardRemoved")
                while try await bench.asked("Lock", "3") == [0] { await Task.yield() }
                #expect(try await bench.asked("Lock", "3") == [1])
            }
        }
    }
}
