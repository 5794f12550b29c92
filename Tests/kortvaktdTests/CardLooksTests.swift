import Dispatch
import PCSC
import Presence
import Synchronization
import Testing

@testable import kortvaktd

struct CardLooksTests {
    private let card = InsertedCard(reader: Reader(nameBytes: Array("Reader".utf8)), eventCount: 1, atr: [])

    /// As a machine gives them: the counter is the same after a restart of the service.
    private func visits(_ count: Int) -> [Visit] {
        var machine = PresenceMachine(policy: PresencePolicy())
        let session = LoginSession(
            id: SessionID("3"),
            user: "me",
            seat: .seat0,
            kind: .graphical,
            isActive: true
        )
        var effects = machine.handle(.started(.none, sessions: [session]), at: Instant(microseconds: 1))
        let reading = ReaderReading(reader: ReaderName(card.reader), content: .card(counter: 1))
        for _ in 0..<count {
            effects += machine.handle(.serviceLost, at: Instant(microseconds: 1))
            effects += machine.handle(.readers([reading]), at: Instant(microseconds: 1))
        }
        return effects.compactMap { if case .identify(let visit) = $0 { visit } else { nil } }
    }

    /// Outcomes in the order in which they are told.
    private final class Told: Sendable {
        let outcomes = Mutex<[CardLooks.Outcome]>([])
        let count = DispatchSemaphore(value: 0)
        func next() -> CardLooks.Outcome {
            count.wait()
            return outcomes.withLock { $0.removeFirst() }
        }
    }

    private func looks(_ told: Told) -> CardLooks {
        CardLooks { outcome in
            told.outcomes.withLock { $0.append(outcome) }
            told.count.signal()
        }
    }

    @Test func lookAtAnEarlierVisitWithTheSameCounterIsNotBelieved() throws {
        let visits = visits(2)
        try #require(visits.count == 2 && visits[0].counter == visits[1].counter)
        let told = Told()
        let looks = looks(told)
        let isReleased = DispatchSemaphore(value: 0)
        looks.begin(visits[0], card) { visit, _, tell in
            tell(CardLooks.Outcome(visit: visit, identification: .failed, family: nil, isLast: false))
            isReleased.wait()
            tell(CardLooks.Outcome(visit: visit, identification: .failed, family: "old"))
        }
        #expect(looks.heard(told.next()))
        looks.begin(visits[1], card) { visit, _, tell in
            tell(CardLooks.Outcome(visit: visit, identification: .failed, family: "new"))
        }
        let new = told.next()
        #expect(new.family == "new" && looks.heard(new))
        isReleased.signal()
        let old = told.next()
        #expect(old.family == "old" && !looks.heard(old))
    }

    /// New settings make it look again at the same visit: what comes of the old ones is not believed.
    @Test func lookUnderOldSettingsIsNotBelieved() throws {
        let visit = try #require(visits(1).first)
        let told = Told()
        let looks = looks(told)
        let isReleased = DispatchSemaphore(value: 0)
        looks.begin(visit, card) { visit, _, tell in
            isReleased.wait()
            tell(CardLooks.Outcome(visit: visit, identification: .failed, family: "old"))
        }
        looks.begin(visit, card) { visit, _, tell in
            tell(CardLooks.Outcome(visit: visit, identification: .failed, family: "early", isLast: false))
            tell(CardLooks.Outcome(visit: visit, identification: .failed, family: "new"))
        }
        #expect(looks.heard(told.next()) && looks.heard(told.next()))
        isReleased.signal()
        #expect(!looks.heard(told.next()))
    }

    @Test func atMostSixteenLooksRunAndEachReaderWaitsOnce() throws {
        let visit = try #require(visits(1).first)
        let told = Told()
        let looks = looks(told)
        let isReleased = DispatchSemaphore(value: 0)
        let count = Mutex(0)
        let look: CardLooks.Look = { visit, _, tell in
            count.withLock { $0 += 1 }
            isReleased.wait()
            tell(CardLooks.Outcome(visit: visit, identification: .failed, family: nil))
        }
        for _ in 0..<100 { looks.begin(visit, card, look) }
        for _ in 0..<100 { isReleased.signal() }
        // Sixteen, and the newest of those that had to wait.
        var believed = 0
        for _ in 0..<17 { believed += looks.heard(told.next()) ? 1 : 0 }
        #expect(believed == 1)
        #expect(count.withLock { $0 } == 17)
    }
}
