import Presence
import Testing

/// Clocks that jump and timers that fire when they should not.
struct ClockTests {
    func missing() -> Scene {
        var scene = Scene { $0.graceSeconds = 10 }
        scene.insert("R", "A")
        scene.pull("R")
        return scene
    }

    @Test func aTimerThatFiresTooEarlyRunsAgain() {
        var scene = missing()
        scene.forget()
        scene.tell(.timerFired(.removal(alice)))
        #expect(scene.locked == [])
        #expect(
            scene.effects == [.startTimer(.removal(alice), at: scene.timers[.removal(alice)] ?? scene.now)]
        )
        scene.pass(seconds: 10)
        #expect(scene.locked == [alice])
    }

    @Test func timersThatDoNotRunAreHarmless() {
        var scene = Scene()
        scene.insert("R", "A")
        scene.forget()
        for id in [TimerID.removal(alice), .confirm(bob), .requireCard(alice), .sleep] {
            scene.tell(.timerFired(id))
        }
        #expect(scene.effects == [])
    }

    @Test func anyEventAfterTheDeadlineActsWhereTheTimerWasLost() {
        var scene = missing()
        scene.setClock(microseconds: scene.now.microseconds + 10_000_000)
        scene.tell(.timerFired(.sleep))
        #expect(scene.locked == [alice])
    }

    @Test func aClockThatGoesBackGivesNobodyMoreTime() {
        var scene = missing()
        scene.pass(seconds: 4)
        scene.tell(.timerFired(.sleep))
        scene.setClock(microseconds: 500_000_000)
        scene.tell(.timerFired(.sleep))
        #expect(scene.timers[.removal(alice)] == Instant(microseconds: 506_000_000))
        scene.pass(seconds: 6)
        #expect(scene.locked == [alice])
    }

    @Test func aClockThatGoesBackToItsBeginningLocksEarlyAtWorst() {
        var scene = missing()
        scene.setClock(microseconds: 0)
        scene.tell(.timerFired(.sleep))
        scene.pass(seconds: 10)
        #expect(scene.locked == [alice])
    }

    @Test func aClockAtItsEndLocksInsteadOfOverflowing() {
        var scene = Scene {
            $0.graceSeconds = .max
            $0.requireCardSeconds = .max
        }
        scene.insert("R", "A")
        scene.setClock(microseconds: .max - 1)
        scene.pull("R")
        #expect(scene.locked == [])
        scene.setClock(microseconds: .max)
        scene.tell(.timerFired(.removal(alice)))
        #expect(scene.locked == [alice])
    }

    @Test func aClockThatLeapsAndComesBackLosesNoLock() {
        var scene = missing()
        let before = scene.now.microseconds
        scene.setClock(microseconds: .max)
        scene.tell(.reader(.empty("Other")))
        #expect(scene.locked == [alice])
        scene.insert("R", "A")
        scene.pull("R")
        scene.setClock(microseconds: before)
        scene.tell(.reader(.empty("Other")))
        scene.pass(seconds: 10)
        #expect(scene.locked == [alice, alice])
    }

    @Test func everyDeadlineGoesBackWithTheClock() {
        var scene = Scene([.graphical(alice), .graphical(bob)]) {
            $0.requireCardSeconds = 30
            $0.escalates = true
        }
        scene.tell(.lockRequested(bob))
        scene.setClock(microseconds: 1)
        scene.tell(.timerFired(.sleep))
        #expect(scene.timers[.confirm(bob)] == Instant(microseconds: 5_000_001))
        #expect(scene.timers[.requireCard(alice)] == Instant(microseconds: 30_000_001))
        scene.insert("R", "A")
        scene.setClock(microseconds: 9_000_000)
        scene.tell(.preparingForSleep)
        scene.setClock(microseconds: 7_000_000)
        scene.tell(.timerFired(.confirm(bob)))
        #expect(scene.timers[.sleep] == Instant(microseconds: 11_000_000))
    }

    @Test func theTimeAfterWakingGoesBackWithTheClock() {
        var scene = Scene { $0.locksOnSleep = false }
        scene.setClock(microseconds: 100_000_000)
        scene.tell(.woke)
        scene.insert("R", "A")
        scene.setClock(microseconds: 10_000_000)
        scene.tell(.timerFired(.sleep))
        scene.setClock(microseconds: 16_000_000)
        scene.unplug("R")
        #expect(scene.locked == [alice])
    }
}
