import Presence
import Testing

/// Cards that leave, come back, and are swapped.
struct RemovalTests {
    @Test func aRemovedCardLocksAtOnceAndOnce() {
        var scene = Scene()
        scene.insert("R", "A")
        scene.forget()
        scene.pull("R")
        #expect(scene.effects.first == .lock(alice))
        scene.tell(.reader(.empty("R")))
        scene.pass(seconds: 100)
        #expect(scene.locked == [alice])
    }

    @Test func anUnpluggedReaderLocks() {
        var scene = Scene()
        scene.insert("R", "A")
        scene.unplug("R")
        #expect(scene.locked == [alice])
    }

    @Test func aReaderThatIsMissingInAListingLocks() {
        var scene = Scene()
        scene.insert("R1")
        scene.insert("R2")
        scene.readAll(.card("R1", 1))
        #expect(scene.locked == [alice])
        #expect(scene.guarding(alice) == ["R1"])
    }

    @Test func anEmptyReaderMayGo() {
        var scene = Scene()
        scene.insert("R1")
        scene.tell(.reader(.empty("R2")))
        scene.unplug("R2")
        #expect(scene.locked == [])
    }

    @Test func ofTwoCardsEitherLocks() {
        for reader in ["R1", "R2"] {
            var scene = Scene()
            scene.insert("R1")
            scene.insert("R2")
            scene.pull(reader)
            #expect(scene.locked == [alice])
        }
    }

    @Test func theActionComesAtTheEndOfTheGraceTime() {
        var scene = Scene { $0.graceSeconds = 10 }
        scene.insert("R", "A")
        scene.pull("R")
        scene.pass(seconds: 9.9)
        #expect(scene.locked == [])
        scene.pass(seconds: 0.1)
        #expect(scene.locked == [alice])
    }

    @Test func theSameCardBackInTimeCancels() {
        var scene = Scene { $0.graceSeconds = 10 }
        scene.insert("R", "A")
        scene.pull("R")
        scene.pass(seconds: 5)
        scene.insert("R", "A")
        #expect(scene.reports.contains(.cardReturned(alice, ReaderName("R"))))
        scene.pass(seconds: 100)
        #expect(scene.locked == [] && scene.guarding(alice) == ["R"])
        scene.pull("R")
        scene.pass(seconds: 10)
        #expect(scene.locked == [alice])
    }

    @Test func theSameCardInAnotherReaderOfTheSeatCancels() {
        var scene = Scene { $0.graceSeconds = 10 }
        scene.insert("R1", "A")
        scene.pull("R1")
        scene.insert("R2", "A")
        scene.pass(seconds: 100)
        #expect(scene.locked == [] && scene.guarding(alice) == ["R2"])
    }

    @Test func theSameCardOnAnotherSeatCancelsNothing() throws {
        let pattern = try #require(ReaderPattern("R2"))
        var scene = Scene {
            $0.graceSeconds = 10
            $0.readerSeats = [.init(pattern: pattern, seat: seat1)]
        }
        scene.insert("R1", "A")
        scene.pull("R1")
        scene.insert("R2", "A")
        scene.pass(seconds: 10)
        #expect(scene.locked == [alice])
    }

    @Test func theSameCardAfterItsTimeComesTooLateAlsoWhereTheTimerIsLate() {
        var scene = Scene { $0.graceSeconds = 10 }
        scene.insert("R", "A")
        scene.pull("R")
        let visit = scene.insert("R")
        scene.setClock(microseconds: scene.now.microseconds + 11_000_000)
        scene.identify(visit, "A")
        #expect(scene.locked == [alice])
    }

    @Test func anIdentificationThatTakesTooLongDoesNotDelayTheAction() {
        var scene = Scene { $0.graceSeconds = 10 }
        scene.insert("R", "A")
        scene.pull("R")
        let visit = scene.insert("R")
        scene.pass(seconds: 10)
        #expect(scene.locked == [alice])
        scene.identify(visit, "A")
        #expect(scene.locked == [alice])
    }

    @Test func anotherCardInTheGraceTimeActsNow() {
        var scene = Scene { $0.graceSeconds = 10 }
        scene.insert("R", "A")
        scene.pull("R")
        scene.insert("R", "B")
        #expect(scene.locked == [alice])
        #expect(scene.reports.contains(.asked(alice, .lock, .missingCard(.anotherCard))))
    }

    @Test func anotherCardInAnotherReaderInTheGraceTimeActsNow() {
        var scene = Scene { $0.graceSeconds = 10 }
        scene.insert("R1", "A")
        scene.pull("R1")
        scene.insert("R2", "B")
        #expect(scene.locked == [alice])
    }

    @Test(arguments: [Identification.failed, .card(identity: nil, kinds: [], owner: .unknown)])
    func aCardThatCannotBeIdentifiedInTheGraceTimeActsNow(answer: Identification) {
        var scene = Scene { $0.graceSeconds = 10 }
        scene.insert("R", "A")
        scene.pull("R")
        let visit = scene.insert("R")
        #expect(scene.locked == [])
        scene.answer(visit, answer)
        #expect(scene.locked == [alice])
    }

    @Test func anyCardAfterOneThatWasNeverIdentifiedActsNow() {
        var scene = Scene { $0.graceSeconds = 10 }
        scene.insert("R")
        scene.pull("R")
        #expect(scene.locked == [])
        scene.insert("R")
        #expect(scene.locked == [alice])
    }

    @Test func theSameCardThatIsNotAllowedAnyMoreDoesNotCancel() {
        var scene = Scene {
            $0.graceSeconds = 10
            $0.bind = .owner
        }
        scene.identify(scene.insert("R"), "A", owner: .user("alice"))
        scene.pull("R")
        scene.identify(scene.insert("R"), "A", owner: .nobody)
        #expect(scene.locked == [alice])
    }

    @Test func aCardThatWasThereAllTheTimeIsNeitherReturnNorStranger() {
        var scene = Scene { $0.graceSeconds = 10 }
        scene.insert("R1", "A")
        let other = scene.insert("R2")
        scene.pull("R1")
        scene.identify(other, "A")
        scene.pass(seconds: 9)
        #expect(scene.locked == [])
        scene.pass(seconds: 1)
        #expect(scene.locked == [alice])
    }

    @Test func ofTwoCardsMissingTheFirstDeadlineCounts() {
        var scene = Scene { $0.graceSeconds = 10 }
        scene.insert("R1", "A")
        scene.insert("R2", "B")
        scene.pull("R1")
        scene.pass(seconds: 5)
        scene.pull("R2")
        scene.pass(seconds: 5)
        #expect(scene.locked == [alice])
        scene.hint(alice, true)
        scene.pass(seconds: 100)
        #expect(scene.locked == [alice])
    }

    @Test func twoCardsPulledAtOnceAreOneRequest() {
        var scene = Scene()
        scene.insert("R1", "A")
        scene.insert("R2", "B")
        scene.readAll(.empty("R1"), .empty("R2"))
        #expect(scene.locked == [alice])
    }

    @Test func aCardThatIsFoundAgainGuardsOnAlthoughAnotherOneLockedTheSession() {
        var scene = Scene()
        scene.insert("R1", "A")
        scene.insert("R2", "B")
        scene.activate(alice, false)
        scene.tell(.serviceLost)
        let visits = scene.readAll(.empty("R1"), .card("R2", 0))
        scene.identify(visits.last, "B")
        scene.pass(seconds: 5)
        #expect(scene.locked == [alice])
        #expect(scene.guarding(alice) == ["R2"])
        scene.pull("R2")
        #expect(scene.locked == [alice, alice])
    }

    @Test func ofTwoCardsMissingBothMustComeBack() {
        var scene = Scene { $0.graceSeconds = 10 }
        scene.insert("R1", "A")
        scene.insert("R2", "B")
        scene.pull("R1")
        scene.pull("R2")
        let back = scene.insert("R1")
        scene.identify(back, "A")
        scene.identify(back, "A", owner: .user("alice"))
        #expect(scene.locked == [])
        var other = scene
        other.insert("R2", "B")
        other.pass(seconds: 100)
        #expect(other.locked == [] && other.guarding(alice) == ["R1", "R2"])
        scene.pass(seconds: 10)
        #expect(scene.locked == [alice])
    }

    @Test func aCounterThatMovedIsARemovalAndAnInsertion() {
        var scene = Scene()
        scene.insert("R", "A")
        let visit = scene.show("R", counter: 3)
        #expect(visit?.counter == 3 && scene.locked == [alice])
        #expect(scene.guarding(alice) == ["R"])
    }

    @Test func aCounterThatMovedWithinTheGraceTimeIsSettledByTheIdentity() {
        for (identity, locked) in [("A", []), ("B", [alice])] {
            var scene = Scene { $0.graceSeconds = 10 }
            scene.insert("R", "A")
            scene.identify(scene.show("R", counter: 3), identity)
            #expect(scene.locked == locked)
            scene.pass(seconds: 100)
            #expect(scene.locked == locked)
        }
    }

    @Test func theSameReadingTwiceIsNothing() {
        var scene = Scene()
        scene.insert("R", "A")
        scene.forget()
        scene.show("R", counter: 1)
        scene.readAll(.card("R", 1))
        #expect(scene.effects == [])
    }

    @Test func aLockByHandInTheGraceTimeEndsIt() {
        var scene = Scene { $0.graceSeconds = 10 }
        scene.insert("R", "A")
        scene.pull("R")
        scene.hint(alice, true)
        scene.pass(seconds: 100)
        #expect(scene.locked == [])
    }

    @Test func aSecondRemovalWhileTheLockIsNotConfirmedIsASecondRequest() {
        var scene = Scene()
        scene.insert("R1")
        scene.pull("R1")
        scene.insert("R1")
        scene.pull("R1")
        #expect(scene.locked == [alice, alice])
    }

    /// The card service and logind tell on different ways, and logind's may be the longer one.
    @Test(arguments: [0.0, 2.9, 3.1])
    func aCardThatLeavesJustBeforeTheSessionIsHeardToBeOpenMayHaveLeftAnOpenScreen(seconds: Double) {
        var scene = Scene([.graphical(alice).with { $0.lockedHint = true }])
        scene.insert("R", "A")
        scene.pull("R")
        scene.pass(seconds: seconds)
        scene.hint(alice, false)
        #expect(scene.locked == (seconds < 3 ? [alice] : []))
        // Once for each removal.
        scene.hint(alice, true)
        scene.hint(alice, false)
        scene.pass(seconds: 100)
        #expect(scene.locked == (seconds < 3 ? [alice] : []))
    }

    /// What logind said before it answered has been heard, so the card left a locked screen.
    @Test func aCardThatLeftBeforeLogindAnsweredLeftALockedScreen() {
        var scene = Scene([.graphical(alice).with { $0.lockedHint = true }])
        scene.insert("R", "A")
        scene.insert("R2", "B")
        scene.pull("R2")
        scene.pull("R")
        #expect(scene.effects.filter { $0 == .listenTo(alice) }.count == 2)
        scene.tell(.listened(alice))
        var other = scene
        other.hint(alice, false)
        #expect(other.locked == [alice])
        scene.tell(.listened(alice))
        scene.hint(alice, false)
        scene.pass(seconds: 100)
        #expect(scene.locked == [])
    }

    @Test func aCardThatLeavesJustBeforeTheSessionIsHeardToBeOpenMayComeBackInTime() {
        var scene = Scene([.graphical(alice).with { $0.lockedHint = true }]) { $0.graceSeconds = 5 }
        scene.insert("R", "A")
        scene.pull("R")
        scene.hint(alice, false)
        scene.pass(seconds: 4)
        scene.insert("R", "A")
        scene.pass(seconds: 100)
        #expect(scene.locked == [])
    }

    @Test func aSessionThatIsUnlockedWithACardThatCountsMissesNoOther() {
        var scene = Scene([.graphical(alice).with { $0.lockedHint = true }])
        scene.insert("R1", "A")
        scene.insert("R2", "B")
        scene.pull("R1")
        scene.hint(alice, false)
        scene.pass(seconds: 100)
        #expect(scene.locked == [] && scene.guarding(alice) == ["R2"])
    }

    @Test func aSessionMissesNoCardThatLeftItWhileLockedAndDidNotCount() {
        for exclude in [
            { $0.cards = ["other"] }, { $0.bind = .explicit }, { $0.ignoredReaders = [.virtualReaders] },
        ] as [(inout PresencePolicy) -> Void] {
            var scene = Scene([.graphical(alice).with { $0.lockedHint = true }], exclude)
            scene.insert("Virtual PCD 00", "A")
            scene.pull("Virtual PCD 00")
            scene.hint(alice, false)
            scene.pass(seconds: 100)
            #expect(scene.locked == [])
        }
    }
}
