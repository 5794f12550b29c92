import Synchronization

@testable import PCSC

/// The events of a monitor, to be taken one after the other.
final class EventLog: Sendable {
    private let events = Mutex<[ReaderEvent]>([])
    private let (additions, adding) = AsyncStream<Void>.makeStream()

    func record(_ event: ReaderEvent) {
        events.withLock { $0.append(event) }
        adding.yield()
    }

    /// The events that were recorded and not taken.
    var remaining: [ReaderEvent] { events.withLock { $0 } }

    /// The next event; `nil` when the test's time limit cancels the wait for it.
    func next() async -> ReaderEvent? {
        var iterator = additions.makeAsyncIterator()
        guard await iterator.next() != nil else { return nil }
        return events.withLock { $0.removeFirst() }
    }

    /// The events up to and including the first one for which `isLast` holds.
    func next(until isLast: (ReaderEvent) -> Bool) async -> [ReaderEvent] {
        var events: [ReaderEvent] = []
        while let event = await next() {
            events.append(event)
            if isLast(event) { break }
        }
        return events
    }
}

extension ReaderEvent {
    var readers: [ReaderStatus]? {
        if case .serviceReady(let statuses) = self { statuses } else { nil }
    }

    var lossReason: PCSCError? { if case .serviceLost(let error) = self { error } else { nil } }

    var insertedCard: InsertedCard? { if case .cardInserted(let card) = self { card } else { nil } }

    var removedCard: InsertedCard? { if case .cardRemoved(let card, _) = self { card } else { nil } }
}
