import Dispatch
import LoginSessions
import Synchronization

/// A loop in a thread of its own, with what a test puts into it.
final class LoopThread<Parts>: Sendable {
    private let mailbox: Mailbox<@Sendable (EventLoop, Parts) -> Void>

    private init(_ mailbox: Mailbox<@Sendable (EventLoop, Parts) -> Void>) { self.mailbox = mailbox }

    /// Runs a loop as long as `body` runs; `make` puts things into it, in its thread.
    static func run<R: Sendable>(
        _ make: @escaping @Sendable (EventLoop) throws -> Parts,
        _ body: (LoopThread<Parts>) async throws -> R
    ) async throws -> R {
        let mailbox = try Mailbox<@Sendable (EventLoop, Parts) -> Void>(capacity: 1_000)
        let thread = LoopThread(mailbox)
        let (ends, continuation) = AsyncThrowingStream<Void, any Error>.makeStream()
        DispatchQueue(label: "loop").async {
            do {
                let loop = try EventLoop()
                // The parts hold the loop; what the loop holds must not hold the parts.
                let held = Held<Parts>(loop: loop, parts: try make(loop))
                try loop.receive(from: mailbox) { work in
                    if let loop = held.loop, let parts = held.parts { work(loop, parts) }
                }
                continuation.yield()
                _ = try loop.run()
                held.release()
                continuation.finish()
            } catch {
                continuation.finish(throwing: error)
            }
        }
        var iterator = ends.makeAsyncIterator()
        _ = try await iterator.next()
        let result: Result<R, any Error>
        do { result = .success(try await body(thread)) } catch { result = .failure(error) }
        mailbox.post { loop, _ in loop.exit() }
        while try await iterator.next() != nil {}
        return try result.get()
    }

    /// Does something in the loop.
    func perform<R: Sendable>(_ body: @escaping @Sendable (Parts) -> R) async -> R {
        await withCheckedContinuation { continuation in
            mailbox.post { _, parts in continuation.resume(returning: body(parts)) }
        }
    }

    /// Does something in the loop that answers later.
    func ask<R: Sendable>(
        _ body: @escaping @Sendable (Parts, @escaping @Sendable (R) -> Void) -> Void
    ) async -> R {
        await withCheckedContinuation { continuation in
            mailbox.post { _, parts in body(parts) { continuation.resume(returning: $0) } }
        }
    }
}

private final class Held<Parts> {
    private(set) var loop: EventLoop?
    private(set) var parts: Parts?

    init(loop: EventLoop, parts: Parts) {
        self.loop = loop
        self.parts = parts
    }

    func release() {
        loop = nil
        parts = nil
    }
}

/// What has been told, to be taken one by one; waits for what has not.
actor Told<Value: Sendable> {
    private let stream: AsyncStream<Value>
    private var iterator: AsyncStream<Value>.AsyncIterator
    nonisolated let continuation: AsyncStream<Value>.Continuation

    init() {
        let (stream, continuation) = AsyncStream<Value>.makeStream()
        self.stream = stream
        self.continuation = continuation
        iterator = stream.makeAsyncIterator()
    }

    nonisolated func tell(_ value: Value) { continuation.yield(value) }

    func next() async -> Value? {
        var iterator = iterator
        let value = await iterator.next(isolation: self)
        self.iterator = iterator
        return value
    }
}
