import Glibc
import LoginSessions
import SessionTesting
import Testing

/// Against python-dbusmock's logind on a private bus.
@Suite(.serialized, .timeLimit(.minutes(10)))
struct LogindTests {
    @Test func allSessionsAreToldWithTheirProperties() async throws {
        try await LoginWorld.run(before: [
            "add 3 seat0 1000 alice active",
            "add c1 seat0 117 gdm inactive Class=greeter Type=wayland LockedHint=no",
            "add 7 seat9 1001 bob active Type=tty Remote=yes State=closing LockedHint=yes",
            "quietly 7 Seat ''",
        ]) { world in
            guard case .sessions(let sessions) = await world.next() else { throw Missing() }
            #expect(
                sessions == [
                    .made("3", 1000, "alice"),
                    SessionInfo(
                        id: "7",
                        uid: 1001,
                        userName: "bob",
                        seat: nil,
                        sessionClass: "user",
                        type: "tty",
                        isRemote: true,
                        isActive: true,
                        state: "closing",
                        isLocked: true
                    ),
                    SessionInfo(
                        id: "c1",
                        uid: 117,
                        userName: "gdm",
                        seat: "seat0",
                        sessionClass: "greeter",
                        type: "wayland",
                        isRemote: false,
                        isActive: false,
                        state: "online",
                        isLocked: false
                    ),
                ]
            )
        }
    }

    @Test func sessionsComeChangeAndGo() async throws {
        try await LoginWorld.run(before: []) { world in
            #expect(await world.next() == .sessions([]))
            try await world.tell("add 3 seat0 1000 alice active", "announce 3")
            #expect(await world.next() == .added(.made("3", 1000, "alice")))
            try await world.tell("set 3 LockedHint yes")
            #expect(await world.next() == .changed(.made("3", 1000, "alice", isLocked: true)))
            try await world.tell("announce 3", "set 3 LockedHint yes", "remove 3")
            #expect(await world.next() == .removed(id: "3"))
        }
    }

    @Test func whatLogindOnlySaysHasChangedIsRead() async throws {
        try await LoginWorld.run(before: ["add 3 seat0 1000 alice active"]) { world in
            _ = await world.next()
            try await world.tell("quietly 3 LockedHint yes", "invalidate 3 LockedHint")
            #expect(await world.next() == .changed(.made("3", 1000, "alice", isLocked: true)))
            // Something that does not matter is not read.
            try await world.tell("quietly 3 LockedHint no", "invalidate 3 IdleHint", "invalidate 3 Type")
            #expect(await world.next() == .changed(.made("3", 1000, "alice")))
        }
    }

    /// logind does not announce `State`, so it is read with `Active`.
    @Test func stateIsReadWhenTheSessionBecomesInactive() async throws {
        try await LoginWorld.run(before: ["add 3 seat0 1000 alice active"]) { world in
            _ = await world.next()
            try await world.tell("quietly 3 State closing", "set 3 Active no")
            let inactive = SessionInfo.made("3", 1000, "alice", isActive: false)
            #expect(await world.next() == .changed(inactive))
            let closing = SessionInfo.made("3", 1000, "alice", isActive: false, state: "closing")
            #expect(await world.next() == .changed(closing))
        }
    }

    @Test func lockReachesThatSessionAlone() async throws {
        try await LoginWorld.run(before: [
            "add 3 seat0 1000 alice active", "add 4 seat0 1001 bob inactive",
        ]) { world in
            _ = await world.next()
            #expect(await world.ask { $0.lock(id: "3", $1) } == nil)
            #expect(await world.ask { $0.terminate(id: "4", $1) } == nil)
            var counts: [String] = []
            for line in ["calls 3 Lock", "calls 4 Lock", "calls 3 Terminate", "calls 4 Terminate"] {
                counts.append(try await world.mock.tell(line))
            }
            #expect(counts == ["1", "0", "0", "1"])
        }
    }

    @Test func whyALockFailedIsTold() async throws {
        try await LoginWorld.run(before: ["add 3 seat0 1000 alice active"]) { world in
            _ = await world.next()
            #expect(await world.ask { $0.lock(id: "4", $1) } == .notFound)
            #expect(await world.ask { $0.lock(id: "", $1) } == .notFound)
            let raise = "raise dbus.exceptions.DBusException(\\\"no\\\", name=\\\"%\\\")"
            for (name, error) in [
                ("org.freedesktop.DBus.Error.AccessDenied", BusError.accessDenied),
                ("org.freedesktop.DBus.Error.InteractiveAuthorizationRequired", .authorizationRequired),
                (
                    "org.freedesktop.DBus.Error.NotSupported",
                    .other(name: "org.freedesktop.DBus.Error.NotSupported")
                ),
            ] {
                let code = raise.split(separator: "%").joined(separator: name)
                try await world.tell("method 3 Lock \"\(code)\"")
                #expect(await world.ask { $0.lock(id: "3", $1) } == error)
            }
            try await world.tell("vanish 3")
            #expect(await world.ask { $0.lock(id: "3", $1) } == .notFound)
        }
    }

    /// The bus delivers a signal that is addressed to one receiver whatever this has asked for, and libsystemd relies on
    /// the bus as to who sent it: everybody on the machine could say that a session is locked.
    @Test func signalsOfOthersAreNotBelieved() async throws {
        try await LoginWorld.run(before: ["add 3 seat0 1000 alice active"]) { world in
            _ = await world.next()
            let us = try await world.uniqueName
            let session = "/org/freedesktop/login1/session/3"
            let manager = "/org/freedesktop/login1 org.freedesktop.login1.Manager"
            let logind = try await world.mock.tell("owner")
            try await world.tell(
                "forge \(us) \(session) org.freedesktop.DBus.Properties PropertiesChanged LockedHint yes",
                "forge \(us) \(manager) SessionRemoved 3 \(session)",
                "forge \(us) \(manager) PrepareForSleep",
                "forge \(us) /org/freedesktop/DBus org.freedesktop.DBus NameOwnerChanged org.freedesktop.login1 "
                    + "\(logind) :1.9999",
                "forge \(us) /org/freedesktop/DBus org.freedesktop.DBus NameOwnerChanged org.freedesktop.login1 "
                    + "\(logind) ''",
                "set 3 Type wayland"
            )
            let changed = await world.next()
            #expect(changed == .changed(.made("3", 1000, "alice", type: "wayland")))
        }
    }

    @Test func restartOfLogindIsToldAndEverythingReadAgain() async throws {
        try await LoginWorld.run(before: ["add 3 seat0 1000 alice active LockedHint=yes"]) { world in
            #expect(await world.next() == .sessions([.made("3", 1000, "alice", isLocked: true)]))
            try await world.tell("stop")
            #expect(await world.next() == .gone)
            #expect(await world.next() == .failed(.serviceUnavailable))
            try await world.tell("start")
            #expect(await world.next() == .restarted)
            #expect(await world.next() == .sessions([]))
            try await world.tell("add 3 seat0 1000 alice active", "announce 3")
            #expect(await world.next() == .added(.made("3", 1000, "alice")))
            // The old one's path is not used any more, the new one's is.
            #expect(await world.ask { $0.lock(id: "3", $1) } == nil)
            #expect(try await world.mock.tell("calls 3 Lock") == "1")
        }
    }

    @Test func logindThatComesLaterIsFound() async throws {
        try await LoginWorld.run(starting: false, before: []) { world in
            #expect(await world.next() == .gone)
            #expect(await world.next() == .failed(.serviceUnavailable))
            try await world.tell("start")
            #expect(await world.next() == .restarted)
            #expect(await world.next() == .sessions([]))
        }
    }

    /// The system bus lets one program wait for 128 answers at most.
    @Test func threeHundredSessionsAreRead() async throws {
        try await LoginWorld.run(before: ["many 300"]) { world in
            guard case .sessions(let sessions) = await world.next() else { throw Missing() }
            #expect(Set(sessions.map(\.id)) == Set((0..<300).map { "m\($0)" }))
            await world.thread.perform { $0.logind.readSessions() }
            guard case .sessions(let again) = await world.next() else { throw Missing() }
            #expect(again == sessions)
        }
    }

    @Test func floodOfChangesEndsWithTheLastOne() async throws {
        try await LoginWorld.run(before: ["add 3 seat0 1000 alice active"]) { world in
            _ = await world.next()
            // The first says that it is locked, and the last that it is not.
            try await world.tell("flood 3 5000", "set 3 Type tty")
            var last: LogindEvent?
            var count = 0
            repeat {
                last = await world.next()
                count += 1
            } while last != .changed(.made("3", 1000, "alice", type: "tty")) && last != nil
            #expect(count <= 5_001)
            #expect(last == .changed(.made("3", 1000, "alice", type: "tty")))
        }
    }

    @Test(arguments: [
        "mistype 4 Class", "mistype 4 Active", "mistype 4 LockedHint", "set 4 Id ''",
        "set 4 Name long:257", "quietly 4 Seat long:1000000",
    ])
    func sessionThatMakesNoSenseIsToldAndLeftOut(fault: String) async throws {
        try await LoginWorld.run(before: [
            "add 3 seat0 1000 alice active", "add 4 seat0 1000 alice active", fault,
        ]) { world in
            #expect(await world.next() == .unreadable(id: "4", .malformed))
            #expect(await world.next() == .sessions([.made("3", 1000, "alice")]))
            #expect(await world.ask { $0.lock(id: "4", $1) } == .notFound)
        }
    }

    @Test func sessionThatCannotBeReadAgainStaysAsItWasTold() async throws {
        try await LoginWorld.run(before: [
            "add 3 seat0 1000 alice active", "add 4 seat0 1000 alice active",
        ]) { world in
            let sessions = LogindEvent.sessions([.made("3", 1000, "alice"), .made("4", 1000, "alice")])
            #expect(await world.next() == sessions)
            try await world.tell("mistype 4 Class")
            #expect(await world.next() == .unreadable(id: "4", .malformed))
            await world.thread.perform { $0.logind.readSessions() }
            #expect(await world.next() == .unreadable(id: "4", .malformed))
            #expect(await world.next() == sessions)
        }
    }

    /// What cannot be understood is read, and a session that cannot be read any more is told.
    @Test func changeThatMakesNoSenseIsNotBelieved() async throws {
        try await LoginWorld.run(before: ["add 3 seat0 1000 alice active"]) { world in
            _ = await world.next()
            try await world.tell("mistype 3 LockedHint")
            #expect(await world.next() == .unreadable(id: "3", .malformed))
            try await world.tell("set 3 LockedHint yes")
            #expect(await world.next() == .changed(.made("3", 1000, "alice", isLocked: true)))
        }
    }

    @Test func sleepIsAnnouncedAndDelayedAsLongAsWanted() async throws {
        try await LoginWorld.run(before: []) { world in
            _ = await world.next()
            await world.thread.perform { $0.logind.takeSleepInhibitor() }
            try await world.waitForInhibitors("sleep/delay:kortvakt")
            try await world.tell("sleep yes")
            #expect(await world.next() == .prepareForSleep(true))
            await world.thread.perform { $0.logind.releaseSleepInhibitor() }
            try await world.waitForInhibitors("")
            try await world.tell("sleep no")
            #expect(await world.next() == .prepareForSleep(false))
            // Released before logind could answer: nothing is left.
            await world.thread.perform {
                $0.logind.takeSleepInhibitor()
                $0.logind.releaseSleepInhibitor()
            }
            await world.thread.perform { $0.logind.takeSleepInhibitor() }
            try await world.waitForInhibitors("sleep/delay:kortvakt")
            // Another logind does not know of it, and is asked again.
            try await world.tell("stop", "start")
            try await world.waitForInhibitors("sleep/delay:kortvakt")
        }
    }

    @Test func inhibitorThatIsRefusedIsTold() async throws {
        try await LoginWorld.run(before: [
            "manager Inhibit ssss h \"raise dbus.exceptions.DBusException(\\\"no\\\", "
                + "name=\\\"org.freedesktop.DBus.Error.AccessDenied\\\")\""
        ]) { world in
            _ = await world.next()
            await world.thread.perform { $0.logind.takeSleepInhibitor() }
            #expect(await world.next() == .sleepInhibitorRefused(.accessDenied))
        }
    }

    @Test func busThatDiesIsToldAndNobodyWaitsForEver() async throws {
        try await LoginWorld.run(before: ["add 3 seat0 1000 alice active"]) { world in
            _ = await world.next()
            try await world.tell("method 3 Lock 'import time; time.sleep(3)'")
            // Asked before the bus dies, which a task of its own might not be.
            let answers = Told<Result<Void, BusError>>()
            await world.thread.perform { parts in parts.logind.lock(id: "3") { answers.tell($0) } }
            _ = kill(world.busPID, SIGKILL)
            guard case .failure(.noAnswer) = await answers.next() else { throw Missing() }
            #expect(await world.lost.next() != nil)
            guard case .other = await world.ask({ $0.lock(id: "3", $1) }) else { throw Missing() }
        }
    }
}

struct Missing: Error {}

extension SessionInfo {
    /// A graphical session as dbusmock makes it.
    static func made(
        _ id: String,
        _ uid: UInt32,
        _ name: String,
        type: String = "x11",
        isActive: Bool = true,
        state: String = "active",
        isLocked: Bool = false
    ) -> SessionInfo {
        SessionInfo(
            id: id,
            uid: uid,
            userName: name,
            seat: "seat0",
            sessionClass: "user",
            type: type,
            isRemote: false,
            isActive: isActive,
            state: state,
            isLocked: isLocked
        )
    }
}
