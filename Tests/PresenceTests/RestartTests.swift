import Presence
import Testing

/// The daemon's own restarts.
struct RestartTests {
    func killed(identity: String? = "A", _ change: (inout PresencePolicy) -> Void = { _ in }) -> Scene {
        var scene = Scene([.graphical(alice), .graphical(bob, seat: seat1)], change)
        scene.insert("R", identity)
        return scene.killed()
    }

    @Test func aRestoredGuardWhoseCardIsThereHoldsOn() {
        var scene = killed()
        #expect(scene.guarding(alice) == ["R"] && scene.effects.contains(.readReaders))
        scene.identify(scene.readAll(.card("R", 1)).last, "A")
        scene.pass(seconds: 100)
        #expect(scene.locked == [] && scene.guarding(alice) == ["R"])
        scene.pull("R")
        #expect(scene.locked == [alice])
    }

    @Test func aRestoredGuardWhoseCardIsGoneLocks() {
        var scene = killed()
        scene.readAll(.empty("R"))
        #expect(scene.locked == [alice])
    }

    @Test func aRestoredGuardWhoseCardIsAnotherLocks() {
        var scene = killed()
        scene.identify(scene.readAll(.card("R", 1)).last, "B")
        #expect(scene.locked == [alice])
    }

    @Test func aRestoredGuardWhoseCardCannotBeIdentifiedLocks() {
        var scene = killed()
        let visits = scene.readAll(.card("R", 1))
        var other = scene
        other.answer(visits.last, .failed)
        #expect(other.locked == [alice])
        scene.pass(seconds: 5)
        #expect(scene.locked == [alice])
    }

    @Test func aRestoredGuardWithoutIdentityIsKnownByReaderAndCounter() {
        for (counter, locked) in [(1, []), (3, [alice])] as [(UInt16, [SessionID])] {
            var scene = killed(identity: nil)
            scene.readAll(.card("R", counter))
            #expect(scene.locked == locked)
            scene.pass(seconds: 100)
            #expect(scene.locked == locked)
        }
    }

    @Test func aCounterFromBeforeTheServiceWasLostIsNotSaved() {
        var scene = Scene()
        scene.insert("R")
        scene.tell(.serviceLost)
        scene = scene.killed()
        scene.readAll(.card("R", 1))
        #expect(scene.locked == [alice])
    }

    @Test func whatIsNeverReadAfterARestartLocks() {
        var scene = killed { $0.servicePatienceSeconds = 0 }
        #expect(scene.locked == [])
        scene.pass(seconds: 1)
        #expect(scene.locked == [alice])
    }

    /// logind does nothing for a daemon that is not there any more when it asks polkit.
    @Test func aLockThatIsNotConfirmedIsAskedForAgain() {
        for cardIsBack in [false, true] {
            var scene = Scene()
            scene.insert("R", "A")
            scene.pull("R")
            #expect(scene.locked == [alice])
            scene = scene.killed()
            if cardIsBack {
                scene.identify(scene.readAll(.card("R", 3)).last, "A")
            } else {
                scene.readAll(.empty("R"))
            }
            #expect(scene.locked == [alice])
        }
    }

    @Test func aLockThatIsConfirmedOrGivenUpIsNotAskedForAgain() {
        for isConfirmed in [false, true] {
            var scene = Scene()
            scene.insert("R", "A")
            scene.pull("R")
            if isConfirmed { scene.hint(alice, true) } else { scene.pass(seconds: 6) }
            scene = scene.killed()
            scene.readAll(.empty("R"))
            scene.pass(seconds: 100)
            #expect(scene.locked == [])
        }
    }

    @Test func theGraceTimeDoesNotSurviveAsALeak() {
        var scene = Scene { $0.graceSeconds = 10 }
        scene.insert("R", "A")
        scene.pull("R")
        scene = scene.killed()
        scene.readAll(.empty("R"))
        scene.pass(seconds: 10)
        #expect(scene.locked == [alice])
    }

    @Test func restoredGuardsOfSessionsThatEndedOrAreLockedEnd() {
        var scene = Scene([.graphical(alice), .graphical(bob)])
        scene.insert("R", "A")
        scene = scene.killed(sessions: [.graphical(bob).with { $0.lockedHint = true }])
        #expect(scene.machine.guards == [] && scene.saved == [])
        scene.pass(seconds: 100)
        #expect(scene.locked == [])
    }

    @Test func anUnreadableStateLocksEverySessionThatCouldBeGuarded() {
        let sessions: [LoginSession] = [
            .graphical(alice), .graphical(bob, seat: seat1, isActive: false),
            .graphical(SessionID("locked")).with { $0.lockedHint = true },
            .graphical(SessionID("remote")).with { $0.isRemote = true },
            .graphical(SessionID("greeter")).with { $0.isUserClass = false },
            .graphical(SessionID("console")).with { $0.kind = .text },
        ]
        let scene = Scene(restored: .unreadable, sessions)
        #expect(scene.locked == [alice, bob] && scene.terminated == [])
        #expect(scene.effects.contains(.save([])))
        let ending = Scene(restored: .unreadable, sessions) { $0.action = .terminate }
        #expect(ending.locked == [alice, bob] && ending.terminated == [SessionID("console")])
        let watching = Scene(restored: .unreadable, sessions) { $0.action = .observe }
        #expect(watching.locked == [])
        #expect(watching.reports.contains(.observed(alice, .stateUnreadable)))
    }

    @Test func startingTwiceIsStartingOnce() {
        var scene = killed()
        scene.identify(scene.readAll(.card("R", 1)).last, "A")
        scene.forget()
        scene.tell(.started(.unreadable, sessions: []))
        #expect(scene.effects == [] && scene.guarding(alice) == ["R"])
    }

    @Test func underExplicitARestoredGuardGoesOnWithItsCard() {
        var scene = Scene { $0.bind = .explicit }
        scene.insert("R", "A")
        scene.tell(.guardRequested(alice, nil))
        scene = scene.killed()
        scene.identify(scene.readAll(.card("R", 1)).last, "A")
        scene.pass(seconds: 100)
        #expect(scene.locked == [] && scene.guarding(alice) == ["R"])
        scene.pull("R")
        #expect(scene.locked == [alice])
    }
}
