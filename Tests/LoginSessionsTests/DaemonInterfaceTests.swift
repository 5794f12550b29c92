import Glibc
import SessionTesting
import Testing

@testable import LoginSessions

/// With other people's clients: systemd's busctl, GLib's gdbus, Python's dbus.
@Suite(.serialized, .timeLimit(.minutes(10)))
struct DaemonInterfaceTests {
    @Test func runningObjectHasTheInterfaceOfTheFile() async throws {
        try await DaemonWorld.run { world in
            let file = BuildTree.root + "/systemd/org.kortvakt.Kortvakt1.xml"
            let (output, code) = try await world.bus.tool([
                "env", "/usr/bin/python3", HelperProgram.folder + "interface.py", file,
            ])
            #expect(code == 0, "\(output)")
            #expect(output == "13 members\n")
        }
    }

    @Test func stateIsShownAndItsChangesAreTold() async throws {
        try await DaemonWorld.run { world in
            let (cards, lastLock) = (try await world.property("Cards"), try await world.property("LastLock"))
            #expect(cards == "a(sbsbb) 0")
            #expect(lastLock == #"(ssstxxx) "" "" "" 0 -1 -1 -1"#)
            try await world.bus.with("listen.py") { listener in
                await world.thread.perform { $0.interface.publish(.example) }
                let change = try await listener.next()
                #expect(change.hasPrefix("PropertiesChanged ['org.kortvakt.Kortvakt1', {"))
                #expect(change.contains("'Readers': ['Reader A', 'Reader B']"))
                #expect(change.contains("'Cards': [['Reader A', True, 'piv', True, True]]"))
                #expect(change.contains("'Sessions': [['3', False]]"))
                #expect(change.contains("'Guards': [['3', 'Reader A']]"))
                #expect(change.contains("'LastLock': ['3', 'Reader B', 'card-removed', 17, 812, 1900, -1]"))
                #expect(change.hasSuffix("}, []]"))
                // Nothing new is nothing to tell, and only what is new is told.
                await world.thread.perform { parts in
                    parts.interface.publish(.example)
                    var state = DaemonState.example
                    state.readers = ["Reader A"]
                    parts.interface.publish(state)
                }
                let second = try await listener.next()
                #expect(
                    second == "PropertiesChanged ['org.kortvakt.Kortvakt1', {'Readers': ['Reader A']}, []]"
                )
            }
            let (readers, version) = (
                try await world.property("Readers"), try await world.property("Version")
            )
            #expect(readers == #"as 1 "Reader A""#)
            #expect(version == #"s "1.2.3""#)
        }
    }

    @Test func eventsAreToldToEverybody() async throws {
        try await DaemonWorld.run { world in
            try await world.bus.with("listen.py") { listener in
                await world.thread.perform { parts in
                    parts.interface.emit(.cardInserted(reader: "Reader A"))
                    parts.interface.emit(.cardRemoved(reader: "Reader A"))
                    parts.interface.emit(
                        .sessionLocked(session: "3", reader: "Reader A", reason: .readerUnplugged)
                    )
                    parts.interface.emit(.lockFailed(session: "3", reason: .notConfirmed))
                }
                var told: [String] = []
                for _ in 0..<4 { told.append(try await listener.next()) }
                #expect(
                    told == [
                        "CardInserted ['Reader A']", "CardRemoved ['Reader A']",
                        "SessionLocked ['3', 'Reader A', 'reader-unplugged']",
                        "LockFailed ['3', 'not-confirmed']",
                    ]
                )
            }
        }
    }

    /// T19: names are attacker text, and libsystemd refuses a message with a noncharacter as a whole.
    @Test func hostileNamesAreShownHarmlessAndBounded() async throws {
        let noncharacters = String(
            String.UnicodeScalarView([0xFFFE, 0xFDD0, 0x10_FFFF].compactMap { Unicode.Scalar($0 as UInt32) })
        )
        let hostile = [
            "\u{1B}[2J\n\0x", "\u{202E}txt.exe", noncharacters, "<b>&amp;", "é🔑",
            String(repeating: "å", count: 5_000),
        ]
        try await DaemonWorld.run { world in
            try await world.bus.with("listen.py") { listener in
                await world.thread.perform { parts in
                    parts.interface.publish(DaemonState(readers: hostile))
                    parts.interface.emit(.cardInserted(reader: hostile[0]))
                }
                let shown = hostile.map { BusText.bounded($0) }
                #expect(shown[0] == "\u{FFFD}[2J\u{FFFD}\u{FFFD}x")
                #expect(shown[2] == "\u{FFFD}\u{FFFD}\u{FFFD}")
                #expect(shown[3...4] == hostile[3...4])
                #expect(shown[5].utf8.count == 256)
                let change = try await listener.next()
                let signal = try await listener.next()
                #expect(change.contains("\(shown[0])"))
                #expect(change.contains(shown[5]))
                #expect(signal == "CardInserted ['\(shown[0])']")
            }
        }
    }

    @Test func nothingOutlivesTheDaemon() async throws {
        try await PrivateBus.run { bus in
            let address = bus.address
            let left = try await Task.detached { try Self.endedDaemon(on: address) }.value
            #expect(left == [])
        }
    }

    /// Runs a daemon until it has been refused its sessions; what is still there afterwards.
    private static func endedDaemon(on address: String) throws -> [String] {
        weak var loop: EventLoop?
        weak var bus: SystemBus?
        weak var logind: Logind?
        weak var interface: DaemonInterface?
        do {
            let ended = try EventLoop()
            let system = try SystemBus.connect(to: address, on: ended)
            let login = try Logind(on: system) { event in
                if case .failed = event { ended.exit() }
            }
            let made = try DaemonInterface(on: system, login, version: "1") { _, _ in }
            made.publish(.example)
            login.takeSleepInhibitor()
            (loop, bus, logind, interface) = (ended, system, login, made)
            _ = try ended.run()
        }
        return [
            loop.map { _ in "loop" }, bus.map { _ in "bus" }, logind.map { _ in "logind" },
            interface.map { _ in "interface" },
        ].compactMap { $0 }
    }

    @Test func nameIsGivenToOneDaemonOnly() async throws {
        try await DaemonWorld.run { world in
            let address = world.bus.address
            let second = Told<Result<Void, BusError>>()
            let make: @Sendable (EventLoop) throws -> (SystemBus, DaemonInterface) = { loop in
                let bus = try SystemBus.connect(to: address, on: loop)
                let interface = try DaemonInterface(on: bus, try Logind(on: bus) { _ in }, version: "2") {
                    _,
                    _ in
                }
                interface.claimName { second.tell($0) }
                return (bus, interface)
            }
            try await LoopThread.run(make) { _ in
                guard case .failure(.other(name: "name taken")) = await second.next() else { throw Missing() }
            }
        }
    }
}

/// Who may ask for what; the caller is this test's own user where nothing else is said.
@Suite(.serialized, .timeLimit(.minutes(10)))
struct CallerTests {
    private static let me = getuid()
    private static let mine = "add 3 seat0 \(me) me active"
    private static let others = "add 4 seat1 1234 bob active"

    @Test func ownSessionIsLockedWithoutAskingPolkit() async throws {
        try await DaemonWorld.run(before: [Self.mine, Self.others]) { world in
            try await world.bus.with("polkit.py") { polkit in
                #expect(try await world.call("LockNow", "3") == "done")
                #expect(try await world.call("GuardSession", "3") == "done")
                let asked = try await polkit.tell("asked")
                #expect(asked == "nothing")
            }
            #expect(await world.requests.next() == .lockNow(session: "3"))
            #expect(await world.requests.next() == .guardSession(session: "3"))
        }
    }

    @Test(arguments: [
        ("LockNow", "lock-session", DaemonRequest.lockNow(session: "4")),
        ("GuardSession", "guard-session", .guardSession(session: "4")),
        ("Reload", "reload", .reload),
    ])
    func whatIsNotOnesOwnNeedsPolkit(member: String, action: String, request: DaemonRequest) async throws {
        let session: String? = member == "Reload" ? nil : "4"
        try await DaemonWorld.run(before: [Self.mine, Self.others]) { world in
            try await world.bus.with("polkit.py") { polkit in
                try await polkit.tell("no")
                let no = try await world.call(member, session)
                #expect(no.contains("Access denied"))
                let asked = try await polkit.tell("asked")
                #expect(asked == "system-bus-name True org.kortvakt.Kortvakt1.\(action) 0 0")

                try await polkit.tell("challenge")
                let challenge = try await world.call(member, session)
                #expect(challenge.lowercased().contains("interactive auth"))

                try await polkit.tell("yes")
                let yes = try await world.call(member, session, interactively: true)
                #expect(yes == "done")
                let askedAgain = try await polkit.tell("asked")
                #expect(askedAgain == "system-bus-name True org.kortvakt.Kortvakt1.\(action) 0 1")
            }
            // Only what was permitted came through.
            await world.thread.perform { _ in }
            #expect(await world.requests.next() == request)
            #expect(try await world.call("LockNow", "3") == "done")
            #expect(await world.requests.next() == .lockNow(session: "3"))
        }
    }

    @Test func polkitThatDoesNotAnswerHoldsUpNobodyElse() async throws {
        try await DaemonWorld.run(before: [Self.mine, Self.others]) { world in
            try await world.bus.with("polkit.py") { polkit in
                try await polkit.tell("never")
                let (bus, login) = (world.bus, world.login)
                async let waiting = bus.tool([
                    "busctl", "--timeout=3", "call", DaemonWorld.name, DaemonWorld.path, DaemonWorld.name,
                    "LockNow",
                    "s", "4",
                ])
                while try await polkit.tell("asked") == "nothing" {}
                #expect(try await world.call("LockNow", "3") == "done")
                #expect(await world.requests.next() == .lockNow(session: "3"))
                _ = login
                #expect(try await waiting.code != 0)
            }
        }
    }

    @Test(.enabled(if: getuid() == 0, "needs two users"))
    func withoutPolkitOnlyRootMayMore() async throws {
        try await DaemonWorld.run(before: [Self.mine, "add 5 seat0 65534 nobody active", Self.others]) {
            world in
            #expect(try await world.call("LockNow", "4") == "done")
            #expect(await world.requests.next() == .lockNow(session: "4"))
            for (member, session) in [
                ("LockNow", "4"), ("LockNow", "3"), ("GuardSession", "3"), ("Reload", nil),
            ] {
                let refused = try await world.call(member, session, as: 65_534)
                #expect(refused.contains("Access denied"))
            }
            #expect(try await world.call("LockNow", "5", as: 65_534) == "done")
            #expect(await world.requests.next() == .lockNow(session: "5"))
        }
    }

    @Test func emptyIdMeansTheCallersOwnSession() async throws {
        // The mock knows no processes: then it is the one that the user is looking at.
        try await DaemonWorld.run(before: [
            Self.others, Self.mine, "add 6 seat1 \(Self.me) me inactive",
            "add 7 seat1 \(Self.me) me active Remote=yes", "add 8 seat1 \(Self.me) me active Class=greeter",
        ]) { world in
            #expect(try await world.call("LockNow", "") == "done")
            #expect(await world.requests.next() == .lockNow(session: "3"))
            try await world.login.tell(
                "manager GetSessionByPID u o 'ret = \"/org/freedesktop/login1/session/6\"'"
            )
            #expect(try await world.call("GuardSession", "") == "done")
            #expect(await world.requests.next() == .guardSession(session: "6"))
        }
    }

    @Test func callerWithoutASessionIsTold() async throws {
        try await DaemonWorld.run(before: [Self.others]) { world in
            for session in ["", "3", "/", String(repeating: "x", count: 256)] {
                let refused = try await world.call("LockNow", session)
                #expect(refused.contains("There is no such session"))
            }
            let refused = try await world.call("LockNow", String(repeating: "x", count: 257))
            #expect(refused.contains("The arguments are not what the interface says"))
        }
    }

    /// A process in another's session, as after su, is not its owner.
    @Test func sessionOfTheProcessStillNeedsItsOwner() async throws {
        try await DaemonWorld.run(before: [Self.mine, Self.others]) { world in
            try await world.login.tell(
                "manager GetSessionByPID u o 'ret = \"/org/freedesktop/login1/session/4\"'"
            )
            try await world.bus.with("polkit.py") { polkit in
                try await polkit.tell("no")
                let refused = try await world.call("LockNow", "")
                #expect(refused.contains("Access denied"))
            }
        }
    }

    @Test(arguments: RequestRefusal.allCases)
    func whyTheDaemonRefusesReachesTheCaller(refusal: RequestRefusal) async throws {
        try await DaemonWorld.run(before: [Self.mine]) { world in
            world.answer(with: .failure(refusal))
            let (output, code) = try await world.bus.tool([
                "gdbus", "call", "--system", "--dest", DaemonWorld.name, "--object-path", DaemonWorld.path,
                "--method", DaemonWorld.name + ".LockNow", "3",
            ])
            #expect(code == 1)
            #expect(output.contains("\(refusal.rawValue): \(refusal.text)"))
        }
    }

    @Test func forgottenCallerIsAnsweredNevertheless() async throws {
        try await DaemonWorld.run(before: [Self.mine]) { world in
            world.answer(with: nil)
            let refused = try await world.call("LockNow", "3")
            #expect(refused.contains("The daemon did not do it"))
        }
    }

    /// Each call makes the bus and polkit work; who asks too much at once is refused, also over several connections.
    @Test(arguments: [(1, 8), (3, 16)]) func callsThatWaitAreBounded(
        connections: Int,
        limit: Int
    ) async throws {
        let refused = 100 * connections - limit
        try await DaemonWorld.run(before: [Self.others]) { world in
            try await world.bus.with("polkit.py") { polkit in
                try await polkit.tell("never")
                let address = world.bus.address
                let answers = Told<BusError?>()
                let make: @Sendable (EventLoop) throws -> [SystemBus] = { loop in
                    try (0..<connections).map { _ in
                        let bus = try SystemBus.connect(to: address, on: loop)
                        for _ in 0..<100 { Self.lockOthers(on: bus) { answers.tell($0) } }
                        return bus
                    }
                }
                try await LoopThread.run(make) { _ in
                    var tooMuch = 0
                    for _ in 0..<refused where await answers.next() == .tooMuch { tooMuch += 1 }
                    #expect(tooMuch == refused)
                    // The others wait until polkit is gone.
                    _ = kill(polkit.pid, SIGKILL)
                    for _ in 0..<limit { #expect(await answers.next() != .tooMuch) }
                }
            }
        }
    }

    /// Asks for the lock of somebody else's session, and tells why there was none.
    private static func lockOthers(on bus: SystemBus, _ told: @escaping @Sendable (BusError?) -> Void) {
        bus.call(within: .seconds(100)) { () throws(SystemError) in
            let call = try bus.methodCall(
                to: DaemonWorld.name,
                DaemonWorld.path,
                DaemonWorld.name,
                "LockNow"
            )
            try call.append("4")
            return call
        } _: { answer in
            if case .failure(let error) = answer { told(error) } else { told(nil) }
        }
    }
}

extension DaemonState {
    static let example = DaemonState(
        readers: ["Reader A", "Reader B"],
        cards: [
            Card(reader: "Reader A", isPresent: true, family: "piv", isIdentified: true, isGuarding: true)
        ],
        sessions: [Session(id: "3", isLocked: false)],
        guards: [Guard(session: "3", reader: "Reader A")],
        lastLock: LastLock(
            session: "3",
            reader: "Reader B",
            reason: .cardRemoved,
            time: 17,
            asked: 812,
            answered: 1_900
        )
    )
}

enum BuildTree {
    static var root: String { "/" + #filePath.split(separator: "/").dropLast(3).joined(separator: "/") }
}
