import Presence
import Testing

/// The card service going and coming.
struct ServiceTests {
    @Test func aLostServiceLocksWhenThePatienceIsOver() {
        var scene = Scene { $0.graceSeconds = 30 }
        scene.insert("R", "A")
        scene.tell(.serviceLost)
        scene.pass(seconds: 4.9)
        #expect(scene.locked == [])
        scene.pass(seconds: 0.1)
        #expect(scene.locked == [alice])
        scene.pass(seconds: 100)
        #expect(scene.locked == [alice])
    }

    @Test func withoutPatienceALostServiceLocksAtOnce() {
        var scene = Scene { $0.servicePatienceSeconds = 0 }
        scene.insert("R", "A")
        scene.tell(.serviceLost)
        #expect(scene.locked == [alice])
    }

    @Test func theSameCardWhenTheServiceIsBackEndsThePatience() {
        var scene = Scene()
        scene.insert("R", "A")
        scene.tell(.serviceLost)
        let visits = scene.readAll(.card("R", 0))
        #expect(visits.count == 1)
        scene.identify(visits.last, "A")
        scene.pass(seconds: 100)
        #expect(scene.locked == [] && scene.guarding(alice) == ["R"])
    }

    @Test func theSameCounterAfterTheServiceWasLostProvesNothing() {
        var scene = Scene()
        scene.insert("R", "A")
        scene.tell(.serviceLost)
        scene.readAll(.card("R", 1))
        scene.pass(seconds: 5)
        #expect(scene.locked == [alice])
    }

    @Test func anotherCardWhenTheServiceIsBackActsNow() {
        var scene = Scene()
        scene.insert("R", "A")
        scene.tell(.serviceLost)
        scene.identify(scene.readAll(.card("R", 1)).last, "B")
        #expect(scene.locked == [alice])
    }

    @Test func aCardThatWasNeverIdentifiedCannotComeBackWithTheService() {
        var scene = Scene()
        scene.insert("R")
        scene.tell(.serviceLost)
        scene.readAll(.card("R", 1))
        #expect(scene.locked == [alice])
    }

    /// A service that has just started says that every reader is empty, until it has looked.
    @Test func anEmptyReaderWhenTheServiceIsBackHasUntilTheEndOfThePatience() {
        var scene = Scene()
        scene.insert("R", "A")
        scene.tell(.serviceLost)
        scene.readAll(.empty("R"))
        scene.pass(seconds: 4)
        #expect(scene.locked == [])
        var other = scene
        other.identify(other.show("R", counter: 1), "A")
        other.pass(seconds: 100)
        #expect(other.locked == [] && other.guarding(alice) == ["R"])
        scene.pass(seconds: 1)
        #expect(scene.locked == [alice])
    }

    @Test func aCardThatIsSeenAndPulledInThePatienceIsARemoval() {
        var scene = Scene()
        scene.insert("R", "A")
        scene.tell(.serviceLost)
        scene.readAll(.empty("R"))
        scene.show("R", counter: 1)
        scene.pull("R")
        #expect(scene.locked == [alice])
    }

    @Test func aRemovalSeenInThePatienceNeverMakesItLonger() {
        var scene = Scene { $0.graceSeconds = 30 }
        scene.insert("R", "A")
        scene.tell(.serviceLost)
        scene.pass(seconds: 1)
        scene.readAll(.empty("R"))
        scene.pass(seconds: 4)
        #expect(scene.locked == [alice])
    }

    @Test func aReaderThatIsNotYetBackHasUntilTheEndOfThePatience() {
        var scene = Scene()
        scene.insert("R", "A")
        scene.tell(.serviceLost)
        scene.readAll()
        scene.pass(seconds: 4)
        #expect(scene.locked == [])
        var other = scene
        other.identify(other.show("R", counter: 0), "A")
        other.pass(seconds: 100)
        #expect(other.locked == [])
        scene.pass(seconds: 1)
        #expect(scene.locked == [alice])
    }

    @Test func aServiceThatComesAndGoesDoesNotMakeThePatienceLonger() {
        var scene = Scene()
        scene.insert("R", "A")
        for _ in 0..<5 {
            scene.tell(.serviceLost)
            scene.pass(seconds: 0.5)
            scene.readAll()
            scene.pass(seconds: 0.5)
        }
        #expect(scene.locked == [alice])
    }

    @Test func theCardOfAnotherReaderIsNoStrangerInThePatience() {
        var scene = Scene()
        scene.insert("R1", "A")
        scene.insert("R2", "B")
        scene.tell(.serviceLost)
        let visits = scene.readAll(.card("R1", 0), .card("R2", 0))
        scene.identify(visits.last, "B")
        #expect(scene.locked == [])
        scene.identify(visits.first, "A")
        scene.pass(seconds: 100)
        #expect(scene.locked == [] && scene.guarding(alice).count == 2)
    }

    @Test func aNewCardInAnotherReaderIsNoStrangerInThePatience() {
        var scene = Scene()
        scene.insert("R1", "A")
        scene.tell(.serviceLost)
        let visits = scene.readAll(.card("R1", 0), .card("R2", 0))
        scene.identify(visits.last, "B")
        scene.identify(visits.first, "A")
        scene.pass(seconds: 100)
        #expect(scene.locked == [])
    }

    @Test func aServiceLostTwiceIsLostOnce() {
        var scene = Scene()
        scene.insert("R", "A")
        scene.tell(.serviceLost)
        scene.pass(seconds: 3)
        scene.tell(.serviceLost)
        scene.pass(seconds: 2)
        #expect(scene.locked == [alice])
    }

    @Test func theGraceTimeGoesOnWhileTheServiceIsLost() {
        var scene = Scene { $0.graceSeconds = 3 }
        scene.insert("R", "A")
        scene.pull("R")
        scene.tell(.serviceLost)
        scene.pass(seconds: 3)
        #expect(scene.locked == [alice])
    }

    @Test func anAnswerFromBeforeTheServiceWasLostIsIgnored() {
        var scene = Scene()
        let visit = scene.insert("R", "A")
        scene.tell(.serviceLost)
        scene.readAll(.card("R", 1))
        scene.identify(visit, "A")
        scene.pass(seconds: 5)
        #expect(scene.locked == [alice])
    }

    @Test func underExplicitTheGuardOfALockedSessionSurvivesTheService() {
        var scene = Scene { $0.bind = .explicit }
        scene.insert("R", "A")
        scene.tell(.guardRequested(alice, nil))
        scene.hint(alice, true)
        scene.tell(.serviceLost)
        var other = scene
        other.identify(other.readAll(.card("R", 0)).last, "A")
        other.hint(alice, false)
        #expect(other.guarding(alice) == ["R"])
        scene.pass(seconds: 100)
        #expect(scene.locked == [] && scene.guarding(alice) == [])
    }
}
