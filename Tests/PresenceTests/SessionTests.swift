import Presence
import Testing

/// User switching, restarts of logind, and whether what was asked was done.
struct SessionTests {
    @Test func anInactiveSessionKeepsItsGuards() {
        var scene = Scene()
        scene.insert("R", "A")
        scene.activate(alice, false)
        #expect(scene.guarding(alice) == ["R"])
        scene.pull("R")
        #expect(scene.locked == [alice])
    }

    @Test func afterSwitchingUsersACardGuardsBothAndANewOneOnlyTheActive() {
        var scene = Scene([.graphical(alice), .graphical(bob, isActive: false)])
        scene.insert("R1", "A")
        scene.activate(alice, false)
        scene.activate(bob, true)
        scene.insert("R2", "B")
        #expect(scene.guarding(alice) == ["R1"] && scene.guarding(bob) == ["R1", "R2"])
        scene.pull("R2")
        #expect(scene.locked == [bob])
        scene.pull("R1")
        #expect(scene.locked == [bob, alice, bob])
    }

    @Test func aSessionOfTheOtherSeatIsNeverTouched() {
        var scene = Scene([.graphical(alice), .graphical(bob, seat: seat1)])
        scene.insert("R", "A")
        scene.pull("R")
        scene.pass(seconds: 100)
        #expect(scene.locked == [alice])
    }

    @Test func aRestartOfTheLoginServiceKeepsTheGuardsOfSessionsThatStillExist() {
        var scene = Scene()
        scene.insert("R", "A")
        scene.activate(alice, false)
        scene.restartLoginService()
        #expect(scene.effects.contains(.readSessions))
        #expect(scene.guarding(alice) == ["R"])
        scene.pull("R")
        #expect(scene.locked == [alice])
        scene.tell(.loginServiceRestarted)
        scene.tell(.sessions([]))
        #expect(scene.guarding(alice) == [])
    }

    @Test func aSessionThatWasLockedCountsAsLockedAfterARestartOfTheLoginService() {
        var scene = Scene {
            $0.requireCardSeconds = 30
            $0.escalates = true
        }
        scene.insert("R", "A")
        scene.pull("R")
        scene.hint(alice, true)
        scene.restartLoginService()
        #expect(scene.machine.isLocked(alice))
        scene.pass(seconds: 100)
        #expect(scene.locked == [alice] && scene.terminated == [])
        scene.activate(alice, true)
        #expect(scene.machine.isLocked(alice))
        scene.hint(alice, true)
        scene.hint(alice, false)
        #expect(!scene.machine.isLocked(alice))
    }

    @Test func aSessionThatOnlyCountsAsLockedIsStillLockedByARemovalButNeverEnded() {
        for action in [PresencePolicy.Action.lock, .terminate] {
            var scene = Scene {
                $0.escalates = true
                $0.action = action
            }
            scene.hint(alice, true)
            scene.restartLoginService()
            scene.insert("R", "A")
            scene.pull("R")
            scene.pass(seconds: 100)
            #expect(scene.locked == [alice] && scene.terminated == [])
        }
    }

    @Test func aSessionThatOnlyCountsAsLockedDoesNotDelaySleep() {
        var scene = Scene()
        scene.insert("R", "A")
        scene.hint(alice, true)
        scene.restartLoginService()
        scene.tell(.preparingForSleep)
        #expect(scene.locked == [alice] && scene.effects.contains(.releaseSleepInhibitor))
    }

    @Test func aLockThatWasNotConfirmedBeforeTheLoginServiceRestartedIsAskedForAgain() {
        var scene = Scene()
        scene.insert("R", "A")
        scene.pull("R")
        scene.restartLoginService()
        #expect(scene.locked == [alice, alice])
        scene.tell(.sessions([.graphical(alice)]))
        scene.pass(seconds: 100)
        #expect(scene.locked == [alice, alice])
        #expect(scene.reports.contains(.notConfirmed(alice, .lock, escalated: false)))
    }

    @Test func aConsolesHintSaysNothingAfterARestartOfTheLoginService() {
        var scene = Scene([.graphical(alice).with { $0.kind = .text }]) { $0.action = .terminate }
        scene.hint(alice, true)
        scene.restartLoginService()
        scene.insert("R")
        scene.pull("R")
        #expect(scene.terminated == [alice] && scene.locked == [])
    }

    @Test func aConfirmedLockIsOver() {
        var scene = Scene { $0.escalates = true }
        scene.insert("R", "A")
        scene.pull("R")
        scene.hint(alice, true)
        #expect(scene.reports.contains(.lockConfirmed(alice)))
        scene.pass(seconds: 100)
        #expect(scene.terminated == [])
    }

    @Test func aLockThatIsNotConfirmedIsTold() {
        var scene = Scene()
        scene.insert("R", "A")
        scene.pull("R")
        scene.pass(seconds: 4.9)
        #expect(!scene.reports.contains(.notConfirmed(alice, .lock, escalated: false)))
        scene.pass(seconds: 0.1)
        #expect(scene.reports.contains(.notConfirmed(alice, .lock, escalated: false)))
        #expect(scene.terminated == [] && scene.locked == [alice])
    }

    @Test func aLockThatIsNotConfirmedEscalates() {
        var scene = Scene { $0.escalates = true }
        scene.insert("R", "A")
        scene.pull("R")
        scene.pass(seconds: 100)
        #expect(scene.terminated == [alice] && scene.locked == [alice])
        #expect(scene.reports.contains(.notConfirmed(alice, .lock, escalated: true)))
    }

    @Test func confirmationTakesASecondAtLeast() {
        var scene = Scene {
            $0.confirmSeconds = 0
            $0.escalates = true
        }
        scene.insert("R", "A")
        scene.pull("R")
        #expect(scene.terminated == [])
        scene.pass(seconds: 1)
        #expect(scene.terminated == [alice])
    }

    @Test func aSecondRemovalDoesNotMakeTheConfirmationLater() {
        var scene = Scene { $0.escalates = true }
        scene.insert("R", "A")
        scene.pull("R")
        scene.pass(seconds: 4)
        scene.insert("R", "A")
        scene.pull("R")
        scene.pass(seconds: 1)
        #expect(scene.terminated == [alice])
    }

    @Test func whereNobodyLocksEveryRemovalIsAskedForAgain() {
        var scene = Scene()
        scene.insert("R", "A")
        scene.pull("R")
        scene.pass(seconds: 2)
        scene.insert("R", "A")
        scene.pass(seconds: 10)
        scene.pull("R")
        #expect(scene.locked == [alice, alice])
    }

    @Test func aSessionThatEndsNeedsNoConfirmation() {
        var scene = Scene { $0.action = .terminate }
        scene.insert("R", "A")
        scene.pull("R")
        scene.tell(.sessionEnded(alice))
        scene.pass(seconds: 100)
        #expect(scene.terminated == [alice] && scene.timers == [:])
    }

    @Test func aLockedSessionIsNotAskedByTheDaemon() {
        var scene = Scene { $0.requireCardSeconds = 5 }
        scene.hint(alice, true)
        scene.insert("R", "A")
        scene.pull("R")
        scene.tell(.preparingForSleep)
        scene.tell(.woke)
        scene.pass(seconds: 100)
        #expect(scene.locked == [])
    }

    /// polkit may have been away for a moment, and nobody else would ask.
    @Test func aRequestThatFailedIsRepeatedLessAndLessOftenUntilItIsDone() {
        var scene = Scene()
        scene.insert("R", "A")
        scene.pull("R")
        for (seconds, count) in [(5.0, 2), (10, 3), (20, 4), (40, 5), (60, 6), (60, 7)] {
            scene.tell(.requestFailed(alice))
            scene.pass(seconds: seconds - 0.5)
            #expect(scene.locked.count == count - 1)
            scene.pass(seconds: 0.5)
            #expect(scene.locked.count == count)
        }
        // This time it is done, and nobody locks: that is said, and nothing more is asked.
        scene.pass(seconds: 1_000)
        #expect(scene.locked.count == 7)
    }

    @Test func aRequestThatFailsAfterTheTimeToConfirmIsRepeatedAtOnce() {
        var scene = Scene()
        scene.insert("R", "A")
        scene.pull("R")
        scene.pass(seconds: 10)
        scene.tell(.requestFailed(alice))
        #expect(scene.locked == [alice, alice])
        scene.hint(alice, true)
        scene.hint(alice, false)
        scene.tell(.requestFailed(alice))
        #expect(scene.locked == [alice, alice])
    }

    @Test func aRequestThatFailedIsNotRepeatedForASessionThatIsLockedOrGone() {
        for isGone in [false, true] {
            var scene = Scene([.graphical(alice), .graphical(bob, seat: seat1)])
            scene.insert("R", "A")
            scene.pull("R")
            scene.tell(.requestFailed(alice))
            scene.tell(.requestFailed(bob))
            if isGone { scene.tell(.sessionEnded(alice)) } else { scene.hint(alice, true) }
            scene.pass(seconds: 1_000)
            #expect(scene.locked == [alice])
        }
    }

    @Test func aFailedEndOfASessionIsRepeatedAsLongAsThatIsTheAction() {
        for isStillTheAction in [false, true] {
            var scene = Scene { $0.action = .terminate }
            scene.insert("R", "A")
            scene.pull("R")
            scene.tell(.requestFailed(alice))
            if !isStillTheAction { scene.reload { $0.action = .lock } }
            scene.pass(seconds: 5)
            #expect(scene.terminated.count == (isStillTheAction ? 2 : 1))
            #expect(scene.locked.count == (isStillTheAction ? 0 : 1))
        }
    }
}
