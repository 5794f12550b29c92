import Glibc
import LoginSessions
import SessionTesting
import Testing

/// The daemon locks whom it must and nobody else.
@Suite(.timeLimit(.minutes(10)))
struct LockingTests {
    private static let everybody = [
        DaemonBench.session, "add 4 seat1 1234 bob active", "add 5 seat0 1235 cecilia inactive",
        "add r seat0 1236 remote active Remote=yes", "add g seat0 1237 gdm active Class=greeter",
        "add t seat0 1238 tty active Type=tty",
    ]

    @Test func pulledCardLocksItsSessionOnceAndNoOther() async throws {
        try await DaemonBench.run(login: Self.everybody, cards: DaemonBench.reader(0, "Reader A")) { bench in
            try await bench.tellLogin("locker 3")
            try await bench.daemon { daemon in
                try await bench.guards("[['3', 'Reader A']]")
                try await bench.tellCards("empty 0")
                try await bench.signal("SessionLocked ['3', 'Reader A', 'card-removed']")
                let asked = try await bench.asked("Lock", "3", "4", "5", "r", "g", "t")
                #expect(asked == [1, 0, 0, 0, 0, 0])
                #expect(try await bench.asked("Terminate", "3", "4", "5", "r", "g", "t").reduce(0, +) == 0)
                let state = try bench.shown()
                #expect(state.guards.isEmpty)
                #expect(state.sessions.first { $0.id == "3" }?.isLocked == true)
                let last = try #require(state.lastLock)
                #expect((last.session, last.reader, last.reason) == ("3", "Reader A", .cardRemoved))
                let (asking, locked) = (try #require(last.asked), try #require(last.locked))
                #expect(asking <= locked && locked < 10_000_000)
                let seconds = UInt64(time(nil))
                #expect(last.time / 1_000_000 <= seconds && last.time / 1_000_000 + 60 > seconds)
                // A card that comes while it is locked guards from the unlocking on, and not before.
                try await bench.tellCards("card 0 3B00", "empty 0", "card 0 3B00")
                try await bench.signal("CardInserted")
                try await bench.tellLogin("set 3 LockedHint no")
                try await bench.guards("[['3', 'Reader A']]")
                #expect(try await bench.asked("Lock", "3") == [1])
                try await bench.tellCards("empty 0")
                try await bench.signal("SessionLocked")
                #expect(try await bench.asked("Lock", "3") == [2])
            }
        }
    }

    @Test func eachReaderGuardsItsOwnSeat() async throws {
        let cards = DaemonBench.reader(0, "Reader A") + DaemonBench.reader(1, "Reader B")
        try await DaemonBench.run(
            settings: "[Reader \"*B\"]\nSeat=seat1\n",
            login: Self.everybody,
            cards: cards
        ) { bench in
            try await bench.daemon { daemon in
                try await bench.guards("[['3', 'Reader A'], ['4', 'Reader B']]")
                try await bench.tellCards("empty 1")
                try await bench.signal("CardRemoved ['Reader B']")
                #expect(try await bench.asked("Lock", "3", "4") == [0, 1])
                try await bench.tellCards("empty 0")
                try await bench.signal("CardRemoved ['Reader A']")
                #expect(try await bench.asked("Lock", "3", "4", "5", "r", "g", "t") == [1, 1, 0, 0, 0, 0])
            }
        }
    }

    @Test func eitherOfTwoCardsLocksAndASwapInOneStepDoes() async throws {
        let cards = DaemonBench.reader(0, "Reader A") + DaemonBench.reader(1, "Reader B")
        try await DaemonBench.run(cards: cards) { bench in
            try await bench.tellLogin("locker 3")
            try await bench.daemon { daemon in
                try await bench.guards("[['3', 'Reader A'], ['3', 'Reader B']]")
                try await bench.tellCards("empty 1")
                try await bench.signal("SessionLocked ['3', 'Reader B', 'card-removed']")
                try await bench.tellLogin("set 3 LockedHint no")
                try await bench.guards("[['3', 'Reader A']]")
                try await bench.tellCards("quiet", "empty 0", "card 0 3B01", "loud")
                try await bench.signal("SessionLocked ['3', 'Reader A'")
                #expect(try await bench.asked("Lock", "3") == [2])
            }
        }
    }

    /// A name is whatever a device says it is.
    @Test(arguments: [
        Array("\n\u{1B}[2JREADY=1\nMESSAGE=x".utf8), [0xFF, 0xFE, 0xC0], [UInt8](repeating: 0x41, count: 127),
        Array("%s%n$(reboot)';\"".utf8), Array("läsare \u{202E} 😀".utf8), [0x20],
    ])
    func readersWithHostileNamesLockAsOthersDo(name: [UInt8]) async throws {
        try await DaemonBench.run(cards: DaemonBench.reader(0, name)) { bench in
            try await bench.daemon { daemon in
                try await bench.signal("'Guards': [['3'")
                try await bench.tellCards("empty 0")
                try await bench.signal("CardRemoved")
                #expect(try await bench.asked("Lock", "3") == [1])
                #expect(try bench.shown().lastLock?.reader.isEmpty == false)
                daemon.signal(SIGTERM)
                await daemon.ends()
                let lines = await daemon.journal.all
                #expect(lines.allSatisfy { $0.unicodeScalars.allSatisfy { $0.value >= 0x20 } })
                #expect(!lines.contains { $0.hasPrefix("READY") || $0.hasPrefix("MESSAGE") })
            }
        }
    }

    @Test func unpluggedReaderLocks() async throws {
        try await DaemonBench.run(cards: DaemonBench.reader(0, "Reader A")) { bench in
            try await bench.daemon { daemon in
                try await bench.guards("[['3', 'Reader A']]")
                try await bench.tellCards("reader 0")
                try await bench.signal("CardRemoved")
                #expect(try await bench.asked("Lock", "3") == [1])
                #expect(try bench.shown().lastLock?.reason == .readerUnplugged)
            }
        }
    }

    @Test func lostCardServiceLocksAfterThePatience() async throws {
        try await DaemonBench.run(
            settings: "ServicePatienceSec=8\n",
            cards: DaemonBench.reader(0, "Reader A")
        ) { bench in
            try await bench.daemon { daemon in
                try await bench.guards("[['3', 'Reader A']]")
                // No connection is answered any more, and those there are end.
                try await bench.tellCards("hang", "drop")
                try await daemon.writes("The card service is gone")
                #expect(try await bench.asked("Lock", "3") == [0])
                try await bench.signal("'LastLock': ['3', 'Reader A', 'service-lost'")
                #expect(try await bench.asked("Lock", "3") == [1])
                #expect(try #require(try bench.shown().lastLock?.asked) >= 8_000_000)
            }
        }
    }

    /// The time that counts is that of the removal, and what was missing once does not count twice.
    @Test func lastLockTellsOfItsOwnRemoval() async throws {
        let cards = DaemonBench.reader(0, "Reader A") + DaemonBench.reader(1, "Reader B", card: false)
        try await DaemonBench.run(settings: "GraceSec=8\n", cards: cards) { bench in
            try await bench.daemon { daemon in
                try await bench.guards("[['3', 'Reader A']]")
                try await bench.tellCards("empty 0")
                try await daemon.writes("A guarding card is missing")
                // The user locks the screen meanwhile.
                try await bench.tellLogin("set 3 LockedHint yes")
                try await bench.guards("[]")
                try await bench.tellLogin("set 3 LockedHint no")
                try await bench.tellCards("card 1 3B00")
                try await bench.guards("[['3', 'Reader B']]")
                let before = BootInstant.now
                try await bench.tellCards("empty 1")
                try await bench.signal("'LastLock': ['3', 'Reader B', 'card-removed'")
                let asked = try #require(try bench.shown().lastLock?.asked)
                #expect(asked >= 8_000_000 && asked <= BootInstant.now.microseconds(since: before))
                #expect(try await bench.asked("Lock", "3") == [1])
            }
        }
    }

    @Test func machineThatGoesToSleepLocksFirst() async throws {
        try await DaemonBench.run(cards: DaemonBench.reader(0, "Reader A")) { bench in
            try await bench.tellLogin("locker 3")
            try await bench.daemon { daemon in
                try await bench.guards("[['3', 'Reader A']]")
                while try await bench.login.tell("inhibitors").isEmpty { await Task.yield() }
                try await bench.tellLogin("sleep yes")
                try await bench.signal("SessionLocked ['3', '', 'sleep']")
                while try await !bench.login.tell("inhibitors").isEmpty { await Task.yield() }
                #expect(try await bench.asked("Lock", "3") == [1])
            }
        }
    }
}
