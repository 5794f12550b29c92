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

    /// `tell` is called from any thread.
    init(_ tell: @escaping @Sendable (Outcome) -> Void) { self.tell = tell }

    /// Returns without waiting; `false` where no thread can be had, and nobody looks.
    @discardableResult
    func begin(_ visit: Visit, _ card: InsertedCard, _ look: @escaping Look) -> Bool {
        guard running < Self.limit else {
            waiting.removeAll { $0.visit.reader == visit.reader }
            waiting.append((visit, card, look))
            return true
        }
        let tell = tell
        guard BoundedCall.startThread({ look(visit, card, tell) }) else { return false }
        running += 1
        return true
    }

    /// To be called in the main thread for each outcome that was told.
    func heard(_ outcome: Outcome) {
        guard outcome.isLast else { return }
        running = max(0, running - 1)
        guard !waiting.isEmpty else { return }
        let next = waiting.removeFirst()
        begin(next.visit, next.card, next.look)
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
