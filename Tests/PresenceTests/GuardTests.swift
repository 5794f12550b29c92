import Presence
import Testing

/// When guards begin and end without a removal.
struct GuardTests {
    @Test func aCardThatIsInWhenASessionBecomesActiveGuardsItBeforeItIsKnown() {
        var scene = Scene([.graphical(alice, isActive: false)])
        scene.insert("R")
        #expect(scene.guarding(alice) == [])
        scene.activate(alice, true)
        #expect(scene.guarding(alice) == ["R"])
        scene.pull("R")
        #expect(scene.locked == [alice])
    }

    @Test func aCardThatIsInWhenASessionAppearsGuardsIt() {
        var scene = Scene([])
        scene.insert("R")
        scene.tell(.session(.graphical(alice)))
        #expect(scene.guarding(alice) == ["R"])
    }

    @Test func aCardThatIsInsertedWhileTheSessionIsOpenJoins() {
        var scene = Scene()
        scene.insert("R1")
        scene.insert("R2")
        #expect(scene.guarding(alice) == ["R1", "R2"])
    }

    @Test func aCardPulledInTheMomentOfUnlockingLocks() {
        var scene = Scene([.graphical(alice).with { $0.lockedHint = true }])
        scene.insert("R")
        scene.hint(alice, false)
        scene.pull("R")
        #expect(scene.locked == [alice])
    }

    @Test func aCardOfALockedOrInactiveSessionDoesNotGuardIt() {
        var scene = Scene([.graphical(alice).with { $0.lockedHint = true }, .graphical(bob, isActive: false)])
        scene.insert("R")
        scene.pull("R")
        #expect(scene.locked == [] && scene.machine.guards == [])
    }

    @Test func whenASessionIsLockedItsGuardsEndAndWhenUnlockedTheyBeginWithWhatIsThere() {
        var scene = Scene()
        scene.insert("R1")
        scene.hint(alice, true)
        #expect(scene.guarding(alice) == [])
        scene.pull("R1")
        scene.insert("R2")
        scene.hint(alice, false)
        #expect(scene.guarding(alice) == ["R2"])
        scene.pull("R2")
        #expect(scene.locked == [alice])
    }

    @Test func whenASessionEndsItsGuardsEnd() {
        var scene = Scene()
        scene.insert("R")
        scene.tell(.sessionEnded(alice))
        #expect(scene.machine.guards == [] && scene.saved == [])
        scene.pull("R")
        #expect(scene.locked == [])
    }

    @Test func theIdentityIsAddedToTheGuardWhenItIsKnown() {
        var scene = Scene()
        let visit = scene.insert("R")
        #expect(scene.machine.guards.map(\.identity) == [nil])
        scene.identify(visit, "A")
        #expect(scene.machine.guards.map(\.identity) == [CardIdentity(hash: "A")])
    }

    @Test(arguments: [Identification.failed, .card(identity: nil, kinds: [], owner: .unknown), nil])
    func aCardThatIsNeverIdentifiedGuardsAllTheSame(answer: Identification?) {
        var scene = Scene()
        let visit = scene.insert("R")
        if let answer { scene.answer(visit, answer) }
        scene.pull("R")
        #expect(scene.locked == [alice])
    }

    @Test func aCardThatDoesNotAnswerIsNotExcludedByCardsOrOwner() {
        var scene = Scene {
            $0.cards = ["siths"]
            $0.bind = .owner
        }
        scene.answer(scene.insert("R"), .failed)
        scene.pull("R")
        #expect(scene.locked == [alice])
    }

    @Test func anAnswerAboutAnEarlierCardIsIgnored() {
        var scene = Scene { $0.cards = ["siths"] }
        let first = scene.insert("R")
        scene.hint(alice, true)
        scene.pull("R")
        scene.insert("R")
        scene.hint(alice, false)
        scene.identify(first, "A", kinds: ["key"])
        #expect(scene.guarding(alice) == ["R"])
        #expect(scene.machine.guards.map(\.identity) == [nil])
    }

    @Test func anAnswerFromBeforeTheReaderCameBackIsIgnoredAlthoughTheCounterIsTheSame() {
        var scene = Scene { $0.cards = ["siths"] }
        let first = scene.show("R", counter: 1)
        scene.hint(alice, true)
        scene.unplug("R")
        scene.show("R", counter: 1)
        scene.hint(alice, false)
        scene.identify(first, "A", kinds: ["key"])
        #expect(scene.guarding(alice) == ["R"])
    }

    @Test func theFirstIdentityOfACardHolds() {
        var scene = Scene { $0.graceSeconds = 10 }
        let visit = scene.insert("R")
        scene.identify(visit, "A")
        scene.identify(visit, "B")
        #expect(scene.machine.guards.map(\.identity) == [CardIdentity(hash: "A")])
        scene.pull("R")
        scene.insert("R", "A")
        scene.pass(seconds: 100)
        #expect(scene.locked == [])
    }

    @Test func aLaterFailureTakesNothingAway() {
        var scene = Scene { $0.cards = ["siths"] }
        let visit = scene.insert("R")
        scene.identify(visit, "A", kinds: ["key"])
        scene.answer(visit, .failed)
        #expect(scene.guarding(alice) == [])
    }

    static let unguardable: [LoginSession] = [
        .graphical(alice).with { $0.isRemote = true },
        .graphical(alice).with { $0.isUserClass = false },
        .graphical(alice).with { $0.seat = nil },
        .graphical(alice).with { $0.kind = .text },
        .graphical(alice).with { $0.kind = .other },
    ]

    @Test(arguments: unguardable)
    func noCardGuardsARemoteSessionAGreeterOrAConsole(session: LoginSession) {
        var scene = Scene([session, .graphical(bob)])
        scene.insert("R")
        scene.tell(.guardRequested(alice, nil))
        scene.tell(.lockRequested(alice))
        scene.pull("R")
        scene.pass(seconds: 60)
        #expect(scene.locked == [bob] && scene.terminated == [])
        #expect(scene.reports.contains(.refused(alice, .notGuardable)))
    }

    @Test func aTextConsoleIsGuardedWhereTheActionEndsIt() {
        var scene = Scene([.graphical(alice).with { $0.kind = .text }]) { $0.action = .terminate }
        scene.insert("R")
        scene.pull("R")
        #expect(scene.terminated == [alice] && scene.locked == [])
    }

    @Test func guardsAreSavedWhenTheyChangeAndOnlyThen() {
        var scene = Scene()
        let saves = { (effects: [PresenceEffect]) in
            effects.count { if case .save = $0 { true } else { false } }
        }
        let visit = scene.insert("R")
        #expect(saves(scene.effects) == 1)
        scene.forget()
        scene.show("R", counter: 1)
        scene.tell(.sessions([.graphical(alice)]))
        #expect(saves(scene.effects) == 0)
        scene.identify(visit, "A")
        #expect(saves(scene.effects) == 1)
        #expect(
            scene.saved == [
                SavedGuard(
                    session: alice,
                    reader: ReaderName("R"),
                    counter: 1,
                    identity: CardIdentity(hash: "A")
                )
            ]
        )
        scene.pull("R")
        let owed = [SavedGuard(session: alice, reader: ReaderName("R"), counter: nil, identity: nil)]
        let order = scene.effects.filter { if case .lock = $0 { true } else { saves([$0]) == 1 } }
        #expect(order.suffix(2) == [.lock(alice), .save(owed)])
        scene.hint(alice, true)
        #expect(scene.saved == [])
    }
}
