internal import Glibc

/// A blocking call on a thread of its own, which can be given up.
///
/// libpcsclite's connect and begin-transaction wait without bound while another program holds a transaction,
/// and nothing can interrupt them. The caller waits on the monotonic clock; a call that was given up goes on
/// in its thread, and what it brings is handed to `undo` there.
package enum BoundedCall {
    /// The result of `body`, or `nil` when it took longer than `limit` and was given up.
    package static func run<R: Sendable>(
        within limit: Duration,
        _ body: @escaping @Sendable () -> R,
        undo: @escaping @Sendable (R) -> Void
    ) throws(PCSCError) -> R? {
        let meeting = Meeting<R>()
        let started = startThread {
            let result = body()
            guard let late = meeting.deliver(result) else { return }
            undo(late)
            ExitGuard.release()
        }
        guard started else { throw ReturnCode.noMemory.error ?? .serviceNotAnswering }
        let result = meeting.wait(within: limit)
        if result == nil { ExitGuard.retain() }
        return result
    }

    /// Starts a detached thread in which no signal handler of the process runs.
    package static func startThread(_ body: @escaping @Sendable () -> Void) -> Bool {
        var all = sigset_t()
        var before = sigset_t()
        var attributes = pthread_attr_t()
        unsafe sigfillset(&all)
        unsafe pthread_attr_init(&attributes)
        unsafe pthread_attr_setdetachstate(&attributes, Int32(PTHREAD_CREATE_DETACHED))
        // The new thread inherits the mask of this one.
        unsafe pthread_sigmask(SIG_SETMASK, &all, &before)
        defer {
            unsafe pthread_sigmask(SIG_SETMASK, &before, nil)
            unsafe pthread_attr_destroy(&attributes)
        }
        var thread = pthread_t()
        let start = unsafe Unmanaged.passRetained(ThreadStart(body)).toOpaque()
        let result = unsafe pthread_create(
            &thread,
            &attributes,
            { argument in
                guard let argument = unsafe argument else { return nil }
                unsafe Unmanaged<ThreadStart>.fromOpaque(argument).takeRetainedValue().body()
                return nil
            },
            start
        )
        if result != 0 { unsafe Unmanaged<ThreadStart>.fromOpaque(start).release() }
        return result == 0
    }
}

private final class ThreadStart: Sendable {
    let body: @Sendable () -> Void

    init(_ body: @escaping @Sendable () -> Void) { self.body = body }
}

/// Where the thread and its caller meet, or miss each other.
///
/// `state` is only touched with `mutex` held; the pointers are needed because a mutex must not move.
@safe private final class Meeting<R: Sendable>: @unchecked Sendable {
    private enum State {
        case waiting
        case delivered(R)
        case givenUp
    }

    private var state = State.waiting
    private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
    private let changed = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)

    init() {
        unsafe pthread_mutex_init(mutex, nil)
        var attributes = pthread_condattr_t()
        unsafe pthread_condattr_init(&attributes)
        // A clock that somebody sets must not lengthen the wait.
        unsafe pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC)
        unsafe pthread_cond_init(changed, &attributes)
        unsafe pthread_condattr_destroy(&attributes)
    }

    deinit {
        unsafe pthread_cond_destroy(changed)
        unsafe pthread_mutex_destroy(mutex)
        unsafe changed.deallocate()
        unsafe mutex.deallocate()
    }

    /// Hands over `result`; gives it back when nobody waits for it any more.
    func deliver(_ result: R) -> R? {
        unsafe pthread_mutex_lock(mutex)
        defer { unsafe pthread_mutex_unlock(mutex) }
        if case .givenUp = state { return result }
        state = .delivered(result)
        unsafe pthread_cond_signal(changed)
        return nil
    }

    func wait(within limit: Duration) -> R? {
        var deadline = timespec()
        unsafe clock_gettime(CLOCK_MONOTONIC, &deadline)
        let (seconds, attoseconds) = max(limit, .zero).components
        let nanoseconds = deadline.tv_nsec + Int(attoseconds / 1_000_000_000)
        deadline.tv_sec += Int(min(seconds, 86_400)) + nanoseconds / 1_000_000_000
        deadline.tv_nsec = nanoseconds % 1_000_000_000
        unsafe pthread_mutex_lock(mutex)
        defer { unsafe pthread_mutex_unlock(mutex) }
        while case .waiting = state {
            if unsafe pthread_cond_timedwait(changed, mutex, &deadline) != 0 { break }
        }
        if case .delivered(let result) = state { return result }
        state = .givenUp
        return nil
    }
}
