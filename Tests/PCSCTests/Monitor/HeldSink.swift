import Synchronization

@testable import PCSC

/// Holds a monitor's thread at the first event of a kind.
final class HeldSink: Sendable {
    private let isAwaited: @Sendable (ReaderEvent) -> Bool
    private let isHeld = Mutex(false)
    private let (reached, reaching) = AsyncStream<Void>.makeStream()
    private let released = try? Latch()

    init(at isAwaited: @escaping @Sendable (ReaderEvent) -> Bool = { $0.insertedCard != nil }) {
        self.isAwaited = isAwaited
    }

    @Sendable func hold(_ event: ReaderEvent) {
        guard isAwaited(event) else { return }
        let isFirst = isHeld.withLock { held in
            defer { held = true }
            return !held
        }
        guard isFirst else { return }
        reaching.yield()
        _ = released?.wait(within: .seconds(600))
    }

    func untilHeld() async {
        var iterator = reached.makeAsyncIterator()
        _ = await iterator.next()
    }

    func release() { released?.set() }
}
