import Presence
import Testing

/// Going to sleep and waking up.
struct SleepTests {
    func asleep(_ change: (inout PresencePolicy) -> Void = { _ in }) -> Scene {
        var scene = Scene([.graphical(alice)]) {
            $0.locksOnSleep = false
            change(&$0)
        }
        scene.insert("R", "A")
        scene.tell(.preparingForSleep)
        scene.forget()
        return scene
    }

    @Test func theInhibitorIsTakenAtTheStart() {
        #expect(Scene().effects.contains(.takeSleepInhibitor))
    }

    @Test func beforeSleepGuardedSessionsAreLockedAndOthersAreNot() {
        var scene = Scene([.graphical(alice), .graphical(bob, seat: seat1)])
        scene.insert("R", "A")
        scene.tell(.preparingForSleep)
        #expect(scene.locked == [alice])
        #expect(!scene.effects.contains(.releaseSleepInhibitor))
        scene.hint(alice, true)
        #expect(scene.effects.count { $0 == .releaseSleepInhibitor } == 1)
        scene.pass(seconds: 10)
        #expect(scene.effects.count { $0 == .releaseSleepInhibitor } == 1)
    }

    @Test func theInhibitorWaitsForEachSession() {
        var scene = Scene([.graphical(alice), .graphical(bob)])
        scene.insert("R", "A")
        scene.tell(.preparingForSleep)
        #expect(scene.locked == [alice, bob])
        scene.hint(alice, true)
        #expect(!scene.effects.contains(.releaseSleepInhibitor))
        scene.tell(.sessionEnded(bob))
        #expect(scene.effects.contains(.releaseSleepInhibitor))
    }

    @Test func theInhibitorIsReleasedAfterFourSecondsAtLatest() {
        for confirm: UInt32 in [1, 60] {
            var scene = Scene { $0.confirmSeconds = confirm }
            scene.insert("R", "A")
            scene.tell(.preparingForSleep)
            scene.pass(seconds: 3.9)
            #expect(!scene.effects.contains(.releaseSleepInhibitor))
            scene.pass(seconds: 0.1)
            #expect(scene.effects.contains(.releaseSleepInhibitor))
            #expect(scene.reports.contains(.sleepNotConfirmed([alice])))
        }
    }

    @Test func whereNothingIsGuardedTheInhibitorIsReleasedAtOnce() {
        var scene = Scene([.graphical(alice).with { $0.lockedHint = true }])
        scene.insert("R", "A")
        scene.tell(.preparingForSleep)
        #expect(scene.effects.contains(.releaseSleepInhibitor) && scene.locked == [])
    }

    @Test func withLockOnSleepOffNothingIsLockedBeforeSleep() {
        var scene = Scene { $0.locksOnSleep = false }
        scene.insert("R", "A")
        scene.tell(.preparingForSleep)
        #expect(scene.effects.contains(.releaseSleepInhibitor) && scene.locked == [])
    }

    @Test func afterSleepTheInhibitorIsTakenAgain() {
        var scene = asleep()
        scene.tell(.woke)
        #expect(scene.effects.contains(.takeSleepInhibitor))
        #expect(scene.effects.contains(.readReaders))
        scene.forget()
        scene.tell(.woke)
        #expect(!scene.effects.contains(.takeSleepInhibitor))
    }

    @Test func aSleepThatWasCancelledKeepsTheInhibitor() {
        var scene = Scene()
        scene.insert("R", "A")
        scene.tell(.preparingForSleep)
        scene.forget()
        scene.tell(.woke)
        scene.pass(seconds: 4)
        #expect(!scene.effects.contains(.takeSleepInhibitor))
        #expect(!scene.effects.contains(.releaseSleepInhibitor))
    }

    @Test func theSameAnnouncementTwiceLocksOnce() {
        var scene = Scene()
        scene.insert("R", "A")
        scene.tell(.preparingForSleep)
        scene.tell(.preparingForSleep)
        #expect(scene.locked == [alice])
    }

    @Test func sleepLocksAlsoWhereARemovalEndsTheSession() {
        var scene = Scene { $0.action = .terminate }
        scene.insert("R", "A")
        scene.tell(.preparingForSleep)
        #expect(scene.locked == [alice] && scene.terminated == [])
    }

    @Test func aConsoleIsNotEndedBeforeSleep() {
        var scene = Scene([.graphical(alice).with { $0.kind = .text }]) { $0.action = .terminate }
        scene.insert("R", "A")
        scene.tell(.preparingForSleep)
        #expect(scene.locked == [] && scene.terminated == [])
        #expect(scene.guarding(alice) == ["R"])
    }

    @Test func afterWakingTheSameCardIsFineAlsoWithAnotherCounter() {
        for counter: UInt16 in [0, 1] {
            var scene = asleep()
            scene.tell(.woke)
            scene.identify(scene.readAll(.card("R", counter)).last, "A")
            scene.pass(seconds: 100)
            #expect(scene.locked == [] && scene.guarding(alice) == ["R"])
        }
    }

    @Test func afterWakingAMissingCardLocks() {
        var scene = asleep()
        scene.tell(.woke)
        scene.readAll(.empty("R"))
        scene.pass(seconds: 5)
        #expect(scene.locked == [alice])
    }

    @Test func afterWakingAnotherCardLocksAlsoWithTheSameCounter() {
        var scene = asleep()
        scene.tell(.woke)
        scene.identify(scene.readAll(.card("R", 1)).last, "B")
        #expect(scene.locked == [alice])
    }

    @Test func afterWakingAVanishedReaderHasThePatienceToReturn() {
        var scene = asleep()
        scene.tell(.woke)
        scene.identify(scene.readAll(.card("R", 1)).last, "A")
        scene.pass(seconds: 2)
        scene.unplug("R")
        #expect(scene.locked == [])
        var other = scene
        other.pass(seconds: 4.9)
        other.identify(other.show("R", counter: 0), "A")
        other.pass(seconds: 100)
        #expect(other.locked == [])
        scene.pass(seconds: 5)
        #expect(scene.locked == [alice])
    }

    @Test func aReaderThatVanishesBeforeTheWakingIsToldHasThePatienceToo() {
        var scene = asleep()
        scene.unplug("R")
        scene.tell(.woke)
        scene.pass(seconds: 4)
        #expect(scene.locked == [])
        scene.identify(scene.show("R", counter: 0), "A")
        scene.pass(seconds: 100)
        #expect(scene.locked == [])
    }

    @Test func afterThePatienceAnUnpluggedReaderIsARemovalAgain() {
        var scene = asleep()
        scene.tell(.woke)
        scene.identify(scene.readAll(.card("R", 1)).last, "A")
        scene.pass(seconds: 5)
        scene.unplug("R")
        #expect(scene.locked == [alice])
    }

    @Test func whatIsNeverReadAfterWakingLocks() {
        var scene = asleep { $0.servicePatienceSeconds = 0 }
        scene.tell(.woke)
        #expect(scene.locked == [])
        scene.pass(seconds: 1)
        #expect(scene.locked == [alice])
    }

    @Test func aCardThatWasNeverIdentifiedIsNotTrustedAfterASleep() {
        var scene = Scene { $0.locksOnSleep = false }
        scene.insert("R")
        scene.tell(.preparingForSleep)
        scene.tell(.woke)
        scene.readAll(.card("R", 1))
        #expect(scene.locked == [alice])
    }

    @Test func aRestartOfTheLoginServiceEndsTheSleep() {
        var scene = asleep()
        scene.restartLoginService()
        #expect(scene.effects.contains(.takeSleepInhibitor))
        #expect(scene.effects.contains(.readReaders))
        scene.forget()
        scene.tell(.preparingForSleep)
        #expect(scene.effects.contains(.releaseSleepInhibitor))
    }

    @Test func whoIsAskedOnlyAsTheSleepBeginsIsWaitedForToo() {
        var scene = Scene { $0.requireCardSeconds = 10 }
        scene.setClock(microseconds: 1_020_000_000)
        scene.tell(.preparingForSleep)
        #expect(scene.locked == [alice] && !scene.effects.contains(.releaseSleepInhibitor))
        scene.hint(alice, true)
        #expect(scene.effects.contains(.releaseSleepInhibitor))
    }
}
