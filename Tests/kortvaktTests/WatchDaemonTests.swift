import Glibc
import Testing

/// `watch` beside something that has the daemon's name on a bus of its own, and no card service.
@Suite(.timeLimit(.minutes(10)))
struct WatchDaemonTests {
    /// Watches on a bus where the daemon runs and shows `state`, with one session, and passes over the beginning.
    private func watch(
        _ state: String,
        _ arguments: [String] = [],
        _ body: @Sendable (LockBus, WatchRun) async throws -> Void
    ) async throws {
        try await LockBus.run { bus in
            try await bus.tell("start")
            try await bus.tell("show \(state)")
            try await WatchRun.run(["--json"] + arguments, environment: bus.environment) { watch in
                let beginning = try await watch.first(3)
                #expect(beginning["daemon-running"]?["version"] == .string("1.2.3"))
                #expect(beginning["service-lost"] != nil)
                let session = try #require(beginning["session-present"])
                #expect(session["session"] == .string("3") && session["locked"] == .bool(false))
                #expect(session["guards"] == .array([.string("A")]))
                try await body(bus, watch)
            }
        }
    }

    private static let guarded =
        #"{"Readers":["A"],"Cards":[["A",true,"piv",true,true]],"Sessions":[["3",false]],"Guards":[["3","A"]]}"#

    @Test func tellsGuardsAndLocksAsTheyHappen() async throws {
        try await watch(Self.guarded) { bus, watch in
            let session = JSONValue.string("3")
            // As the daemon does when a card is pulled.
            try await bus.tell(
                #"show {"Guards":[],"Sessions":[["3",true]],"LastLock":["3","A","card-removed",1,2,3,4]}"#
            )
            try await watch.expect("guard-ended", ["session": session, "reader": .string("A")])
            try await bus.tell(#"emit ["SessionLocked","3","A","card-removed"]"#)
            try await watch.expect(
                "session-locked",
                ["session": session, "reader": .string("A"), "reason": .string("card-removed")]
            )
            try await bus.tell(#"show {"Sessions":[["3",false]],"Guards":[["3","A"]]}"#)
            try await watch.expect("session-unlocked", ["session": session])
            try await watch.expect("guard-began", ["session": session, "reader": .string("A")])
            // The other order of the two.
            try await bus.tell(#"emit ["SessionLocked","3","","request"]"#)
            try await watch.expect("session-locked", ["reader": .null, "reason": .string("request")])
            try await bus.tell(#"show {"Sessions":[["3",true]]}"#)
            try await bus.tell(#"show {"Sessions":[["3",false]]}"#)
            try await watch.expect("session-unlocked")
            // The person at the screen locks it.
            try await bus.tell(#"show {"Sessions":[["3",true]]}"#)
            try await watch.expect("session-locked", ["session": session, "reason": .null])
            try await bus.tell(#"emit ["LockFailed","3","not-confirmed"]"#)
            try await watch.expect("lock-failed", ["session": session, "reason": .string("not-confirmed")])
            try await bus.tell(#"show {"Sessions":[["3",true],["4",false]]}"#)
            try await watch.expect("session-added", ["session": .string("4"), "guards": .array([])])
            try await bus.tell(#"show {"Sessions":[["4",false]]}"#)
            try await watch.expect("session-ended", ["session": session])
        }
    }

    @Test func theDaemonMayComeAndGo() async throws {
        try await LockBus.run { bus in
            try await WatchRun.run(environment: bus.environment) { watch in
                let beginning = try await watch.first(2)
                #expect(Set(beginning.keys) == ["daemon-gone", "service-lost"])
                for _ in 1...3 {
                    try await bus.tell(#"quietly {"Sessions":[["3",false]]}"#)
                    try await bus.tell("start")
                    try await watch.expect("daemon-running", ["version": .string("1.2.3")])
                    try await watch.expect("session-present")
                    try await bus.tell("stop")
                    try await watch.expect("daemon-gone")
                }
                try await bus.tell("kill")
                try await watch.expect("daemon-failed", ["reason": .string("no-system-bus")])
            }
        }
    }

    @Test func onlyTheOneWithTheDaemonsNameIsBelieved() async throws {
        try await watch(Self.guarded) { bus, watch in
            try await bus.tell(#"forge ["SessionLocked","3","forged","card-removed"]"#)
            try await bus.tell(#"forge ["LockFailed","3","forged"]"#)
            try await bus.tell(#"emit ["SessionLocked","3","A","sleep"]"#)
            try await watch.expect("session-locked", ["reader": .string("A")])
        }
    }

    @Test(arguments: ["text", "types", "huge", "never"])
    func nonsenseIsToldAndWatchedOn(reading: String) async throws {
        try await LockBus.run { bus in
            try await bus.tell("reading \(reading)")
            try await bus.tell("start")
            try await WatchRun.run(environment: bus.environment) { watch in
                // The card service that is not there is reported before or after it.
                let beginning = try await watch.first(2)
                #expect(Set(beginning.keys) == ["daemon-failed", "service-lost"])
                let reason = reading == "never" ? "daemon-not-answering" : "daemon-malformed"
                #expect(beginning["daemon-failed"]?["reason"] == .string(reason))
                try await bus.tell("stop")
                try await watch.wait(for: "daemon-gone")
                try await bus.tell("reading honest")
                try await bus.tell(#"quietly {"Sessions":[]}"#)
                try await bus.tell("start")
                try await watch.expect("daemon-running")
            }
        }
    }

    @Test func mistypedChangesAreAskedForAgain() async throws {
        try await watch(Self.guarded) { bus, watch in
            try await bus.tell("mistyped")
            try await bus.tell(#"quietly {"Guards":[]}"#)
            try await bus.tell("mistyped")
            try await watch.expect("guard-ended")
            try await bus.tell(#"emit ["SessionLocked","3","A","sleep"]"#)
            try await watch.expect("session-locked", ["reader": .string("A")])
        }
    }

    @Test func otherReadersLocksAreLeftOut() async throws {
        try await watch(Self.guarded, ["--reader", "b"]) { bus, watch in
            try await bus.tell(#"emit ["SessionLocked","3","A","card-removed"]"#)
            try await bus.tell(#"emit ["SessionLocked","3","Reader B","card-removed"]"#)
            try await watch.expect("session-locked", ["reader": .string("Reader B")])
        }
    }

    @Test func namesDoNotSteerTheTerminal() async throws {
        try await LockBus.run { bus in
            try await bus.tell("start")
            try await bus.tell(#"show {"Sessions":[["3",false]]}"#)
            for arguments in [["--json"], []] {
                try await WatchRun.run(arguments, environment: bus.environment) { watch in
                    var line = ""
                    for _ in 1...3 { line = try await watch.line() }
                    try await bus.tell(
                        #"emit ["SessionLocked","3","A\u001b[2J\n2026 x: y\u202e","card-removed"]"#
                    )
                    while !line.contains("[2J") { line = try await watch.line() }
                    #expect(line.contains("2026 x: y"))
                    #expect(line.unicodeScalars.allSatisfy { $0.value >= 0x20 && $0.value != 0x202E })
                }
            }
        }
    }
}
