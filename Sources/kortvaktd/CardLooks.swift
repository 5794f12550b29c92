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

    /// Looks at a card; blocking. `tell` may be called several times, the last time with `isLast`.
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
