internal import Dispatch
internal import Synchronization

/// A task that the calling thread waits for.
enum BlockingTask {
    /// The result of `body`, or `nil` when `deadline` passed first: then the task is cancelled, and waited for.
    ///
    /// Swift's runtime has one concurrent queue for each priority, as wide as the machine has processors. Callers that block
    /// may fill the one of their own priority, so the task gets a priority that nothing else has. The named ones besides
    /// `medium` change the nice value of threads, which the daemon may not.
    static func run<R: Sendable>(
        until deadline: ContinuousClock.Instant,
        _ body: @escaping @Sendable () async -> R
    ) -> R? {
        let result = Result<R>()
        let done = DispatchSemaphore(value: 0)
        let task = Task.detached(priority: TaskPriority(rawValue: TaskPriority.medium.rawValue - 1)) {
            let value = await body()
            result.value.withLock { $0 = value }
            done.signal()
        }
        let left = max(deadline - .now, .zero) / .milliseconds(1)
        guard done.wait(timeout: .now() + .milliseconds(Int(min(left, 86_400_000)))) == .success else {
            task.cancel()
            done.wait()
            return nil
        }
        return result.value.withLock { $0 }
    }

    private final class Result<R: Sendable>: Sendable {
        let value = Mutex<R?>(nil)
    }
}
