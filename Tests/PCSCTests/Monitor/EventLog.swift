import Synchronization

@testable import PCSC

/// The events of a monitor, to be taken one after the other.
final class EventLog: Sendable {
    private struct State {
        var events: [ReaderEvent] = []
        var waiter: CheckedContinuation<ReaderEvent?, Never>?
        var deadline: Task<Void, any Error>?
    }

    private let state = Mutex(State())

    func record(_ event: ReaderEvent) {
        state.withLock { state in
            guard let waiter = state.waiter else {
                state.events.append(event)
                return
            }
            state.waiter = nil
            state.deadline?.cancel()
            waiter.resume(returning: event)
        }
    }

    /// The next event; `nil` when none comes within `limit`.
    func next(within limit: Duration = .seconds(60)) async -> ReaderEvent? {
        await withCheckedContinuation { continuation in
            state.withLock { state in
                guard state.events.isEmpty else {
                    continuation.resume(returning: state.events.removeFirst())
                    return
                }
                state.waiter = continuation
                state.deadline = Task {
                    try await Task.sleep(for: limit)
                    self.giveUp()
                }
            }
        }
    }

    private func giveUp() {
        state.withLock { state in
            guard !Task.isCancelled, let waiter = state.waiter else { return }
            state.waiter = nil
            waiter.resume(returning: nil)
        }
    }

    /// The events until one for which `isLast` holds, which is among them, or none comes any more.
    func next(
        within limit: Duration = .seconds(60),
        until isLast: (ReaderEvent) -> Bool
    ) async -> [ReaderEvent] {
        var events: [ReaderEvent] = []
        while let event = await next(within: limit) {
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
