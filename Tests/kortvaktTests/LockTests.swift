import Glibc
import Testing

/// `lock status` and `lock now` beside something that has the daemon's name on a bus of its own.
@Suite(.timeLimit(.minutes(10)))
struct LockTests {
    static let shown = """
        show {"Readers":["Reader A","Reader B"],\
        "Cards":[["Reader A",true,"piv",true,true],["Reader B",true,"",false,true]],\
        "Sessions":[["3",false],["4",true],["5",false]],\
        "Guards":[["3","Reader A"],["3","Reader B"]],\
        "LastLock":["4","Reader B","card-removed",1795000000123456,812,1900,151000]}
        """

    @Test func statusShowsSessionsGuardsAndTheLastLock() async throws {
        try await LockBus.run { bus in
            try await bus.tell("start")
            try await bus.tell(Self.shown)
            let run = try await bus.kortvakt("lock", "status", environment: ["TZ": "UTC"])
            #expect(run.exitCode == 0 && run.err.isEmpty)
            #expect(
                run.out == """
                    The lock service (kortvaktd) is running, version 1.2.3.
                    Session 3 is open, guarded by the card (piv) in: Reader A
                    Session 3 is open, guarded by the card in: Reader B
                    Session 4 is locked.
                    Session 5 is open, and no card guards it.
                       The cards in the readers guard other sessions: a card guards those on the screen of its reader.
                    Last lock: session 4, 2026-11-18 11:06:40, card removed: Reader B
                       after 0.8 ms the system was told to lock it
                       after 1.9 ms the system had passed that on
                       after 151 ms it was locked

                    """
            )
            let swedish = try await bus.kortvakt("lock", "status", "--lang", "sv")
            #expect(swedish.out.contains("0,8 ms"))
        }
    }

    @Test func statusAsJSONKeepsItsKeys() async throws {
        try await LockBus.run { bus in
            try await bus.tell("start")
            try await bus.tell(Self.shown)
            let json = try await bus.kortvakt("lock", "status", "--json").json()
            #expect(json["version"] == .string("1.2.3"))
            #expect(
                json["sessions"]
                    == .array([
                        .object([
                            "id": .string("3"), "locked": .bool(false),
                            "guards": .array([
                                .object(["reader": .string("Reader A"), "card": .string("piv")]),
                                .object(["reader": .string("Reader B"), "card": .null]),
                            ]),
                        ]),
                        .object(["id": .string("4"), "locked": .bool(true), "guards": .array([])]),
                        .object(["id": .string("5"), "locked": .bool(false), "guards": .array([])]),
                    ])
            )
            #expect(json["readers"] == .array([.string("Reader A"), .string("Reader B")]))
            #expect(json["cards"]?[1]?["family"] == .null)
            #expect(json["cards"]?[0]?.keys == ["reader", "present", "family", "identified", "guarding"])
            #expect(
                json["lastLock"]
                    == .object([
                        "session": .string("4"), "reader": .string("Reader B"),
                        "reason": .string("card-removed"),
                        "time": .string("2026-11-18T11:06:40.123Z"), "asked": .number(812),
                        "answered": .number(1_900), "locked": .number(151_000),
                    ])
            )
        }
    }

    @Test(arguments: [
        (#"{"Sessions":[]}"#, "there is no session that"),
        (#"{"Sessions":[["3",false]]}"#, "sees no card reader"),
        (#"{"Sessions":[["3",false]],"Readers":["A"]}"#, "sees no card."),
        (
            #"{"Sessions":[["3",false]],"Readers":["A"],"Cards":[["A",false,"",false,false]]}"#,
            "sees no card."
        ),
        (#"{"Sessions":[["3",false]],"Readers":["A"],"Cards":[["A",true,"",false,false]]}"#, "kortvakt.conf"),
    ])
    func statusSaysWhyNothingGuards(state: String, expected: String) async throws {
        try await LockBus.run { bus in
            try await bus.tell("start")
            try await bus.tell("show \(state)")
            let run = try await bus.kortvakt("lock", "status")
            #expect(run.exitCode == 0 && run.out.contains(expected), "\(run.said)")
            let json = try await bus.kortvakt("lock", "status", "--json").json()
            #expect(json["lastLock"] == .null)
        }
    }

    static let commands = [["lock", "status"], ["lock", "now"]]

    @Test(arguments: commands)
    func withoutTheDaemonItIsSaidHowToStartIt(command: [String]) async throws {
        try await LockBus.run { bus in
            let run = try await bus.kortvakt(command[0], command[1])
            #expect(run.exitCode == 14 && run.out.isEmpty)
            #expect(run.err.contains("systemctl enable --now kortvaktd"))
            let json = try await bus.kortvakt(command[0], command[1], "--json")
            #expect(json.exitCode == 14 && json.errorCode == "daemon-not-running")
        }
    }

    @Test(arguments: commands)
    func withoutABusThatIsSaid(command: [String]) async throws {
        let environment = ["DBUS_SYSTEM_BUS_ADDRESS": "unix:path=/nonexistent/bus"]
        let run = try await Run.run([Bench.kortvakt] + command + ["--json"], environment: environment)
        #expect(run.exitCode == 14 && run.errorCode == "no-system-bus")
        #expect(run.err.contains("system bus"))
    }

    @Test(arguments: commands)
    func whoMayNotAskIsToldSo(command: [String]) async throws {
        try await LockBus.run(["denied"]) { bus in
            try await bus.tell("start")
            let run = try await bus.kortvakt(command[0], command[1], "--json")
            #expect(run.exitCode == 12 && run.errorCode == "not-permitted", "\(run.said)")
        }
    }

    @Test(arguments: ["locked", "state"])
    func nowWaitsUntilTheSessionSaysThatItIsLocked(how: String) async throws {
        try await LockBus.run { bus in
            try await bus.tell("start")
            try await bus.tell(#"show {"Sessions":[["3",false]]}"#)
            try await bus.tell("locking \(how)")
            let run = try await bus.kortvakt("lock", "now")
            #expect(run.exitCode == 0 && run.out == "Session 3 is locked.\n", "\(run.said)")
            let json = try await bus.kortvakt("lock", "now", "--json", "--session", "4").json()
            #expect(json == .object(["done": .string("lock"), "session": .string("4")]))
            // One's own is for the daemon to find.
            #expect(try await bus.tell("heard") == #"["", "4"]"#)
        }
    }

    /// Another session's lock does not count, nor does what a stranger sends.
    @Test(arguments: ["other", "done"])
    func nowSaysWhenNothingSaysThatItIsLocked(how: String) async throws {
        try await LockBus.run { bus in
            try await bus.tell("start")
            try await bus.tell("locking \(how)")
            let run = try await bus.kortvakt("lock", "now", "--json")
            #expect(run.exitCode == 1 && run.errorCode == "lock-not-confirmed", "\(run.said)")
            #expect(run.duration > .seconds(4))
            #expect(run.err.contains("Look at the screen"))
        }
    }

    @Test(arguments: [
        ("not-confirmed", 1, "lock-not-confirmed"), ("access-denied", 1, "lock-failed"),
        ("logind-failed", 1, "lock-failed"), ("die", 1, "lock-unknown"), ("gone", 1, "lock-unknown"),
        ("org.freedesktop.DBus.Error.AccessDenied", 12, "not-permitted"),
        ("org.freedesktop.DBus.Error.InteractiveAuthorizationRequired", 12, "not-permitted"),
        ("org.kortvakt.Kortvakt1.Error.NoSuchSession", 64, "no-such-session"),
        ("org.kortvakt.Kortvakt1.Error.LockFailed", 1, "lock-failed"),
        ("org.freedesktop.DBus.Error.LimitsExceeded", 1, "unexpected"),
        ("org.example.Nonsense", 1, "unexpected"),
    ])
    func nowSaysWhatWentWrong(how: String, exitCode: Int32, code: String) async throws {
        try await LockBus.run { bus in
            try await bus.tell("start")
            try await bus.tell("locking \(how)")
            let run = try await bus.kortvakt("lock", "now", "--json", "--session", "3")
            #expect(run.exitCode == exitCode && run.errorCode == code, "\(run.said)")
        }
    }

    @Test func whyTheSystemRefusesIsSaid() async throws {
        try await LockBus.run { bus in
            try await bus.tell("start")
            try await bus.tell("locking denied")
            let run = try await bus.kortvakt("lock", "now", "--session", "3")
            #expect(run.exitCode == 1 && run.err.contains("does not permit"), "\(run.said)")
        }
    }

    @Test func noSessionHasAnEmptyName() async throws {
        try await LockBus.run { bus in
            try await bus.tell("start")
            let run = try await bus.kortvakt("lock", "now", "--session", "")
            #expect(run.exitCode == 64)
            #expect(try await bus.tell("heard") == "[]")
        }
    }

    /// Whatever has the daemon's name may answer anything.
    @Test(arguments: [
        ("text", "daemon-malformed"), ("nothing", "daemon-malformed"), ("types", "daemon-malformed"),
        ("huge", "daemon-malformed"), ("long", "daemon-malformed"), ("never", "daemon-not-answering"),
        ("die", "daemon-not-answering"),
    ])
    func nonsenseFromTheDaemonIsAFailure(reading: String, code: String) async throws {
        try await LockBus.run { bus in
            try await bus.tell("start")
            try await bus.tell("reading \(reading)")
            let run = try await bus.kortvakt("lock", "status", "--json")
            #expect(run.exitCode == 1 && run.errorCode == code, "\(run.said.prefix(500))")
            guard reading != "die" else { return }
            let now = try await bus.kortvakt("lock", "now", "--json")
            #expect(now.exitCode == 1 && now.errorCode == code)
            #expect(try await bus.tell("heard") == "[]")
        }
    }

    @Test func namesFromTheBusDoNotSteerTheTerminal() async throws {
        try await LockBus.run { bus in
            try await bus.tell("start")
            let name = #"A\u001b[2J\nSession 3 is locked.\u202e"#
            try await bus.tell(
                #"show {"Sessions":[["3\n4",false]],"Guards":[["3\n4","\#(name)"]],"Version":"1\u001b"}"#
            )
            for option in ["--lang=en", "--json"] {
                let run = try await bus.kortvakt("lock", "status", option)
                #expect(run.exitCode == 0)
                #expect(
                    run.out.unicodeScalars.filter { $0.value < 0x20 || $0.value == 0x202E }.allSatisfy {
                        $0 == "\n"
                    }
                )
                #expect(!run.out.contains("\nSession 3 is locked."))
            }
        }
    }
}
