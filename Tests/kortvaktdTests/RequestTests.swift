import Glibc
import LoginSessions
import SessionTesting
import Testing

/// What is asked of the daemon over the bus.
@Suite(.timeLimit(.minutes(10)))
struct RequestTests {
    @Test func lockNowLocksTheCallersSession() async throws {
        try await DaemonBench.run(login: [DaemonBench.session, "add 4 seat1 1234 bob active"]) { bench in
            try await bench.tellLogin("locker 3")
            try await bench.daemon { daemon in
                try DaemonClient(address: bench.bus.address).lockNow()
                try await bench.signal("SessionLocked ['3', '', 'request']")
                #expect(try await bench.asked("Lock", "3", "4") == [1, 0])
                // Also where it says that it is locked, and whatever the settings say.
                try bench.settings("Action=none\n")
                #expect(try await bench.call("Reload") == "done")
                try DaemonClient(address: bench.bus.address).lockNow(session: "3")
                #expect(try await bench.asked("Lock", "3", "4") == [2, 0])
                #expect(throws: DaemonError.refused(.noSuchSession)) {
                    try DaemonClient(address: bench.bus.address).lockNow(session: "nosuch")
                }
            }
        }
    }

    @Test func sessionsThatNobodyCouldLockAreRefused() async throws {
        let sessions = [DaemonBench.session, "add t seat0 \(getuid()) me inactive Type=tty"]
        try await DaemonBench.run(login: sessions) { bench in
            try await bench.daemon { daemon in
                #expect(throws: DaemonError.refused(.cannotBeGuarded)) {
                    try DaemonClient(address: bench.bus.address).lockNow(session: "t")
                }
                let asked = try await bench.asked("Lock", "3", "t")
                #expect(asked == [0, 0])
            }
        }
    }

    @Test func explicitGuardsAreOnlyThoseThatWereAskedFor() async throws {
        try await DaemonBench.run(
            settings: "Bind=explicit\n",
            cards: DaemonBench.reader(0, "Reader A")
        ) { bench in
            try await bench.daemon { daemon in
                try await bench.signal("'Cards': [['Reader A'")
                try await bench.tellCards("empty 0")
                try await bench.signal("CardRemoved")
                #expect(try await bench.asked("Lock", "3") == [0])
                #expect(try await bench.call("GuardSession", "s", "3").contains("no card"))
                try await bench.tellCards("card 0 3B00")
                try await bench.signal("CardInserted")
                #expect(try await bench.call("GuardSession", "s", "3") == "done")
                try await bench.guards("[['3', 'Reader A']]")
                try await bench.tellCards("empty 0")
                try await bench.signal("CardRemoved")
                #expect(try await bench.asked("Lock", "3") == [1])
            }
        }
    }

    @Test func ignoredReadersGuardNothingUntilTheSettingsSayOtherwise() async throws {
        try await DaemonBench.run(
            settings: "IgnoreReaders=Reader ?\n",
            cards: DaemonBench.reader(0, "Reader A")
        ) { bench in
            try await bench.daemon { daemon in
                try await bench.signal("'Cards': [['Reader A', True, '', False, False]]")
                #expect(try bench.shown().guards.isEmpty)
                try bench.settings("")
                daemon.signal(SIGHUP)
                try await bench.guards("[['3', 'Reader A']]")
                try await bench.tellCards("empty 0")
                try await bench.signal("CardRemoved")
                #expect(try await bench.asked("Lock", "3") == [1])
            }
        }
    }
}
