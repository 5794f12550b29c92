import Presence
import Testing

/// The table of settings, and what a reload does.
struct PolicyTests {
    @Test func anIgnoredReaderNeverGuardsAndItsCardIsNotLookedAt() {
        var scene = Scene()
        #expect(scene.insert("Virtual PCD 00 00") == nil)
        #expect(scene.guarding(alice) == [])
        scene.pull("Virtual PCD 00 00")
        #expect(scene.locked == [])
    }

    @Test func aCardGuardsOnlySessionsOfItsReadersSeat() throws {
        let pattern = try #require(ReaderPattern("*Left*"))
        var scene = Scene([.graphical(alice), .graphical(bob, seat: seat1)]) {
            $0.readerSeats = [.init(pattern: pattern, seat: seat1)]
        }
        scene.insert("The Left One")
        scene.insert("The Right One")
        #expect(scene.guarding(alice) == ["The Right One"])
        #expect(scene.guarding(bob) == ["The Left One"])
        scene.pull("The Left One")
        #expect(scene.locked == [bob])
        scene.pull("The Right One")
        #expect(scene.locked == [bob, alice])
    }

    @Test func aCardOutsideOfCardsEndsItsGuardWhenItIsKnown() {
        var scene = Scene { $0.cards = ["siths", "piv"] }
        scene.identify(scene.insert("R1"), "A", kinds: ["openpgp", "yubico"])
        scene.identify(scene.insert("R2"), "B", kinds: ["piv", "yubico"])
        #expect(scene.guarding(alice) == ["R2"])
        #expect(scene.reports.contains(.guardEnded(alice, ReaderName("R1"), .excluded)))
        scene.pull("R1")
        #expect(scene.locked == [])
    }

    @Test func underOwnerOnlyTheUsersOwnCardGuards() {
        var scene = Scene([.graphical(alice), .graphical(bob, seat: seat1)]) { $0.bind = .owner }
        scene.identify(scene.insert("R1"), "A", owner: .user("alice"))
        scene.identify(scene.insert("R2"), "B", owner: .user("bob"))
        scene.identify(scene.insert("R3"), "C", owner: .nobody)
        scene.identify(scene.insert("R4"), "D", owner: .unknown)
        #expect(scene.guarding(alice) == ["R1", "R4"])
        #expect(scene.reports.contains(.guardEnded(alice, ReaderName("R2"), .notOwner)))
        scene.pull("R2")
        scene.pull("R3")
        #expect(scene.locked == [])
        scene.pull("R1")
        #expect(scene.locked == [alice])
    }

    @Test func underOwnerACardGuardsUntilItsOwnerIsKnown() {
        var scene = Scene { $0.bind = .owner }
        let visit = scene.insert("R")
        scene.identify(visit, "A", owner: .unknown)
        #expect(scene.guarding(alice) == ["R"])
        scene.identify(visit, "A", owner: .nobody)
        #expect(scene.guarding(alice) == [])
    }

    @Test func underExplicitOnlyWhatWasAskedForGuards() {
        var scene = Scene { $0.bind = .explicit }
        scene.insert("R1")
        scene.insert("R2")
        #expect(scene.guarding(alice) == [])
        scene.tell(.guardRequested(alice, ReaderName("R2")))
        #expect(scene.guarding(alice) == ["R2"])
        scene.pull("R1")
        #expect(scene.locked == [])
        scene.pull("R2")
        #expect(scene.locked == [alice])
    }

    @Test func underExplicitARequestWithoutAReaderMeansEveryCardOfTheSeat() throws {
        let pattern = try #require(ReaderPattern("Other"))
        var scene = Scene {
            $0.bind = .explicit
            $0.readerSeats = [.init(pattern: pattern, seat: seat1)]
        }
        for reader in ["R1", "R2", "Other", "Virtual PCD 00"] { scene.insert(reader) }
        scene.tell(.guardRequested(alice, nil))
        scene.tell(.guardRequested(alice, nil))
        #expect(scene.guarding(alice) == ["R1", "R2"])
    }

    @Test func underExplicitARequestDuringTheUnlockingHoldsAfterIt() {
        var scene = Scene([.graphical(alice).with { $0.lockedHint = true }]) { $0.bind = .explicit }
        scene.insert("R")
        scene.tell(.guardRequested(alice, nil))
        scene.hint(alice, false)
        scene.pull("R")
        #expect(scene.locked == [alice])
    }

    @Test func underExplicitACardThatStaysGuardsAgainAfterTheUnlocking() {
        var scene = Scene { $0.bind = .explicit }
        scene.insert("R")
        scene.tell(.guardRequested(alice, nil))
        scene.hint(alice, true)
        scene.hint(alice, false)
        #expect(scene.guarding(alice) == ["R"])
        scene.hint(alice, true)
        scene.pull("R")
        scene.insert("R")
        scene.hint(alice, false)
        #expect(scene.guarding(alice) == [] && scene.locked == [])
    }

    @Test func aRequestForACardThatIsNotThereOrNotAllowedIsRefused() {
        var scene = Scene { $0.cards = ["siths"] }
        scene.tell(.guardRequested(alice, nil))
        scene.identify(scene.insert("R"), "A", kinds: ["piv"])
        scene.tell(.guardRequested(alice, ReaderName("R")))
        scene.tell(.guardRequested(bob, nil))
        #expect(
            scene.reports.filter { if case .refused = $0 { true } else { false } }
                == [.refused(alice, .noCard), .refused(alice, .noCard), .refused(bob, .unknownSession)]
        )
        #expect(scene.guarding(alice) == [])
    }

    @Test func aRequestForACardOfAnotherSeatIsRefused() throws {
        let pattern = try #require(ReaderPattern("Other"))
        var scene = Scene {
            $0.bind = .explicit
            $0.readerSeats = [.init(pattern: pattern, seat: seat1)]
        }
        scene.insert("Other")
        scene.forget()
        scene.tell(.guardRequested(alice, ReaderName("Other")))
        #expect(scene.effects == [.report(.refused(alice, .noCard))])
    }

    @Test func underExplicitACardPulledWhileTheSessionIsLockedGuardsNoMore() {
        var scene = Scene {
            $0.bind = .explicit
            $0.graceSeconds = 10
        }
        scene.insert("R", "A")
        scene.tell(.guardRequested(alice, nil))
        scene.hint(alice, true)
        scene.pull("R")
        #expect(scene.machine.guards == [])
        scene.hint(alice, false)
        scene.pass(seconds: 100)
        #expect(scene.locked == [])
    }

    @Test func aSessionWithoutACardForSoLongIsLocked() {
        var scene = Scene { $0.requireCardSeconds = 30 }
        scene.pass(seconds: 29)
        #expect(scene.locked == [])
        scene.pass(seconds: 1)
        #expect(scene.locked == [alice])
        scene.hint(alice, true)
        scene.pass(seconds: 100)
        #expect(scene.locked == [alice])
    }

    @Test func whatElseHappensDoesNotMakeTheTimeWithoutACardLonger() {
        var scene = Scene { $0.requireCardSeconds = 30 }
        scene.pass(seconds: 20)
        scene.tell(.reader(.empty("R")))
        scene.tell(.sessions([.graphical(alice)]))
        scene.pass(seconds: 10)
        #expect(scene.locked == [alice])
    }

    @Test func aReloadFromActionNoneBeginsToAskForCards() {
        var scene = Scene {
            $0.requireCardSeconds = 30
            $0.action = .observe
        }
        scene.pass(seconds: 30)
        scene.reload { $0.action = .lock }
        scene.pass(seconds: 30)
        #expect(scene.locked == [alice])
    }

    @Test func aCardInTimeSavesTheSessionFromRequireCard() {
        var scene = Scene { $0.requireCardSeconds = 30 }
        scene.pass(seconds: 29)
        scene.insert("R")
        scene.pass(seconds: 100)
        #expect(scene.locked == [])
    }

    @Test func anExcludedCardDoesNotSaveTheSessionFromRequireCard() {
        var scene = Scene {
            $0.requireCardSeconds = 30
            $0.cards = ["siths"]
        }
        scene.identify(scene.insert("R"), "A", kinds: ["piv"])
        scene.pass(seconds: 30)
        #expect(scene.locked == [alice])
    }

    @Test func requireCardAsksAgainWhereNobodyLocks() {
        var scene = Scene { $0.requireCardSeconds = 30 }
        scene.pass(seconds: 30 + 5 + 30)
        #expect(scene.locked == [alice, alice])
    }

    @Test func requireCardLeavesInactiveSessionsAlone() {
        var scene = Scene([.graphical(alice, isActive: false)]) { $0.requireCardSeconds = 30 }
        scene.pass(seconds: 100)
        #expect(scene.locked == [])
    }

    @Test func requireCardLocksAlsoWhereARemovalEndsTheSession() {
        var scene = Scene {
            $0.requireCardSeconds = 30
            $0.action = .terminate
        }
        scene.pass(seconds: 30)
        #expect(scene.locked == [alice] && scene.terminated == [])
    }

    @Test func actionTerminateEndsTheSession() {
        var scene = Scene { $0.action = .terminate }
        scene.insert("R")
        scene.pull("R")
        #expect(scene.terminated == [alice] && scene.locked == [])
    }

    @Test func actionNoneOnlyTells() {
        var scene = Scene {
            $0.action = .observe
            $0.requireCardSeconds = 30
            $0.escalates = true
        }
        scene.insert("R")
        scene.pull("R")
        scene.insert("R")
        scene.tell(.preparingForSleep)
        scene.tell(.woke)
        scene.pass(seconds: 100)
        #expect(scene.locked == [] && scene.terminated == [])
        #expect(scene.reports.contains(.observed(alice, .missingCard(.cardRemoved))))
        #expect(scene.reports.count { $0 == .observed(alice, .noCard) } == 1)
    }

    @Test func lockNowLocksWhateverThePolicySays() {
        var scene = Scene { $0.action = .observe }
        scene.tell(.lockRequested(alice))
        scene.tell(.lockRequested(bob))
        #expect(scene.locked == [alice])
        #expect(scene.reports.contains(.refused(bob, .unknownSession)))
        scene.hint(alice, true)
        scene.tell(.lockRequested(alice))
        scene.pass(seconds: 100)
        #expect(scene.locked == [alice, alice])
        #expect(!scene.reports.contains(.notConfirmed(alice, .lock, escalated: false)))
    }

    @Test func aReloadEndsAndBeginsGuardsButNotARemovalThatHasBegun() throws {
        let pattern = try #require(ReaderPattern("R*"))
        var scene = Scene { $0.graceSeconds = 10 }
        scene.insert("R1", "A")
        scene.insert("R2", "B")
        scene.pull("R1")
        scene.reload { $0.ignoredReaders = [pattern] }
        #expect(scene.guarding(alice) == ["R1"])
        scene.pass(seconds: 10)
        #expect(scene.locked == [alice])
        scene.reload { $0.ignoredReaders = [] }
        #expect(scene.guarding(alice) == ["R2"])
    }

    /// Product and issuer are read only where `Cards=` asks for them.
    @Test func aReloadThatNamesCardsLooksAtThemAgainBeforeItExcludesAny() {
        var scene = Scene()
        let visit = scene.insert("R")
        scene.identify(visit, "A", kinds: ["pkcs15"])
        var policy = PresencePolicy()
        policy.cards = ["SITHS"]
        let visits = scene.tell(.policyChanged(policy)).visits
        #expect(visits == [visit] && scene.guarding(alice) == ["R"])
        var other = scene
        other.identify(visit, "A", kinds: ["pkcs15", "other"])
        #expect(other.guarding(alice) == [])
        scene.identify(visit, "A", kinds: ["pkcs15", "SITHS"])
        scene.pull("R")
        #expect(scene.locked == [alice])
    }

    @Test func aReloadLooksAtCardsThatWereIgnored() {
        var scene = Scene()
        scene.insert("Virtual PCD 00 00")
        let effects = scene.reload { $0.ignoredReaders = [] }
        #expect(effects.visits.map(\.reader) == [ReaderName("Virtual PCD 00 00")])
        #expect(scene.guarding(alice) == ["Virtual PCD 00 00"])
    }

    @Test func aReloadToOwnerAsksForTheOwners() {
        var scene = Scene()
        scene.insert("R", "A")
        let visits = scene.reload { $0.bind = .owner }.visits
        #expect(visits.count == 1 && scene.guarding(alice) == ["R"])
        scene.identify(visits.last, "A", owner: .user("bob"))
        #expect(scene.guarding(alice) == [])
    }

    @Test func aReloadOfRequireCardBeginsItsTimeAnew() {
        var scene = Scene { $0.requireCardSeconds = 30 }
        scene.pass(seconds: 20)
        scene.reload { $0.graceSeconds = 1 }
        scene.pass(seconds: 9)
        #expect(scene.locked == [])
        scene.reload { $0.requireCardSeconds = 60 }
        scene.pass(seconds: 59)
        #expect(scene.locked == [])
        scene.pass(seconds: 1)
        #expect(scene.locked == [alice])
        scene.pass(seconds: 6)
        scene.reload { $0.requireCardSeconds = 0 }
        scene.pass(seconds: 600)
        #expect(scene.locked == [alice])
    }

    @Test func aReloadFromTerminateLeavesConsolesAlone() {
        var scene = Scene([.graphical(alice).with { $0.kind = .text }]) { $0.action = .terminate }
        scene.insert("R")
        scene.reload { $0.action = .lock }
        scene.pull("R")
        #expect(scene.locked == [] && scene.terminated == [])
        #expect(scene.reports.contains(.guardEnded(alice, ReaderName("R"), .notGuardable)))
    }

    @Test func aConsoleThatWasAskedBeforeAReloadIsNeitherAwaitedNorEnded() {
        var scene = Scene([.graphical(alice).with { $0.kind = .text }]) {
            $0.action = .terminate
            $0.escalates = true
        }
        scene.insert("R")
        scene.pull("R")
        scene.reload { $0.action = .lock }
        scene.tell(.preparingForSleep)
        #expect(scene.effects.contains(.releaseSleepInhibitor))
        scene.restartLoginService()
        scene.pass(seconds: 100)
        #expect(scene.terminated == [alice] && scene.locked == [])
    }

    @Test func actionNoneDoesNotEndASessionThatDidNotConfirm() {
        var scene = Scene { $0.escalates = true }
        scene.insert("R")
        scene.pull("R")
        scene.reload { $0.action = .observe }
        scene.pass(seconds: 100)
        #expect(scene.locked == [alice] && scene.terminated == [])
    }
}
