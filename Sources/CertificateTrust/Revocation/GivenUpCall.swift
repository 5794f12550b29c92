internal import Dispatch
internal import Glibc
internal import Synchronization

/// A blocking call that is no longer waited for when it takes too long.
///
/// Nothing interrupts the resolution of a name, which OpenSSL leaves to the C library. The call goes on in its thread, and
/// what it brings is thrown away.
enum GivenUpCall {
    /// The result of `body`, or `nil` when it took longer than `limit`.
    static func run<R: Sendable>(within limit: Duration, _ body: @escaping @Sendable () -> R) -> R? {
        let result = Result<R>()
        let done = DispatchSemaphore(value: 0)
        DispatchQueue.global().async {
            let value = body()
            result.value.withLock { $0 = value }
            done.signal()
        }
        let (seconds, attoseconds) = max(limit, .zero).components
        let nanoseconds = Int(min(seconds, 86_400)) * 1_000_000_000 + Int(attoseconds / 1_000_000_000)
        guard done.wait(timeout: .now() + .nanoseconds(nanoseconds)) == .success else {
            _ = leaveWithoutCleaningUp
            return nil
        }
        return result.value.withLock { $0 }
    }

    private final class Result<R: Sendable>: Sendable {
        let value = Mutex<R?>(nil)
    }

    /// Makes exit(3) end the process at once, with its status and with its output written.
    ///
    /// OpenSSL frees its tables at exit, under the feet of a call that was given up and still runs.
    private static let leaveWithoutCleaningUp = unsafe on_exit(
        { status, _ in
            fflush(nil)
            _exit(status)
        },
        nil
    )
}
