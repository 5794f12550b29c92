internal import CardOperations
internal import PCSC
internal import Presence

/// Looks at inserted cards to find out which they are, each on a thread of its own, so that nothing waits for a card.
///
/// It belongs to the main thread. A card that another program keeps busy holds up its own thread alone, and there are at
/// most `limit` of those; a card for which there is none left guards as an unknown one, as every card does until it is known.
final class CardLooks {
    /// What a look at a card has brought; `isLast` when there will be nothing more.
    struct Outcome: Sendable {
        let visit: Visit
        let identification: Identification
        /// The name of its family, where there is one.
        let family: String?
        var isLast = true
        /// Which look has brought it; given when it is told.
        fileprivate(set) var look: UInt64 = 0
    }

    /// As many readers as pcsc-lite has (PCSCLITE_MAX_READERS_CONTEXTS).
    static let limit = 16

    /// Looks at a card, for as long as it takes.
    ///
    /// `tell` may be called several times, the last time with `isLast`.
    typealias Look = @Sendable (Visit, InsertedCard, _ tell: (Outcome) -> Void) -> Void

    private let tell: @Sendable (Outcome) -> Void
    private var running = 0
    /// The newest visit of each reader that waits for a thread.
    private var waiting: [(visit: Visit, card: InsertedCard, look: Look)] = []
    private var nextLook: UInt64 = 0
    /// The newest look at the card in each reader, as long as it has not brought its last.
    private var newest: [ReaderName: UInt64] = [:]

    /// `tell` is called from any thread.
    init(_ tell: @escaping @Sendable (Outcome) -> Void) { self.tell = tell }

    /// Returns without waiting; `false` where no thread can be had, and nobody looks.
    @discardableResult
    func begin(_ visit: Visit, _ card: InsertedCard, _ look: @escaping Look) -> Bool {
        newest[visit.reader] = nil
        waiting.removeAll { $0.visit.reader == visit.reader }
        guard running < Self.limit else {
            waiting.append((visit, card, look))
            return true
        }
        let (tell, number) = (tell, nextLook)
        let started = BoundedCall.startThread {
            look(visit, card) {
                var outcome = $0
                outcome.look = number
                tell(outcome)
            }
        }
        guard started else { return false }
        nextLook += 1
        running += 1
        newest[visit.reader] = number
        return true
    }

    /// To be called in the main thread for each outcome that was told; `false` where a newer look at the same reader has begun.
    ///
    /// An older one knows another card, or other settings: reader and counter may be the same, because the service counts
    /// anew when it is restarted.
    func heard(_ outcome: Outcome) -> Bool {
        let reader = outcome.visit.reader
        let isNewest = newest[reader] == outcome.look
        guard outcome.isLast else { return isNewest }
        if isNewest { newest[reader] = nil }
        running = max(0, running - 1)
        if !waiting.isEmpty {
            let next = waiting.removeFirst()
            begin(next.visit, next.card, next.look)
        }
        return isNewest
    }
}

extension CardLooks.Outcome {
    init(_ visit: Visit, _ card: IdentifiedCard, isLast: Bool) {
        let owner: Identification.Owner =
            switch card.owner {
            case .unknown: .unknown
            case .nobody: .nobody
            case .user(let name): .user(name)
            }
        self.init(
            visit: visit,
            identification: .card(
                identity: card.identity.map { CardIdentity(hash: $0) },
                kinds: card.kinds,
                owner: owner
            ),
            family: card.family,
            isLast: isLast
        )
    }
}

extension CardLooks {
    /// Where another program keeps the card busy, the daemon goes on without knowing it, and waits once more, this long.
    private static let patience = Duration.seconds(60)

    static func look(with identifier: CardIdentifier) -> Look {
        { visit, card, tell in
            let early = { (found: IdentifiedCard) in tell(Outcome(visit, found, isLast: false)) }
            do throws(OperationError) {
                tell(Outcome(visit, try identifier.identify(card, early: early), isLast: true))
            } catch {
                let isBusy = if case .service(.busy) = error { true } else { false }
                tell(Outcome(visit: visit, identification: .failed, family: nil, isLast: !isBusy))
                guard isBusy else { return }
                if let found = try? identifier.identify(card, within: patience, early: early) {
                    tell(Outcome(visit, found, isLast: true))
                } else {
                    tell(Outcome(visit: visit, identification: .failed, family: nil))
                }
            }
        }
    }
}
