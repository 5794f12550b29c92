internal import Glibc
internal import Synchronization

/// The thread of a `ReaderMonitor`.
final class MonitorLoop: Sendable {
    /// Sign of life of the thread.
    struct Pulse {
        var instant = SuspendingClock.now
        var count = 0
    }

    let timing: ReaderMonitor.Timing
    let stopping: Latch
    private let sink: @Sendable (ReaderEvent, SuspendingClock.Instant) -> Void
    private let ended: Latch
    private let thread = Mutex<pthread_t?>(nil)
    private let lastPulse = Mutex(Pulse())
    /// The context whose wait is about to begin or in progress.
    private let waiting = Mutex<LibraryConnection?>(nil)

    init(
        timing: ReaderMonitor.Timing,
        sink: @escaping @Sendable (ReaderEvent, SuspendingClock.Instant) -> Void
    ) throws(PCSCError) {
        self.timing = timing
        self.sink = sink
        stopping = try Latch()
        ended = try Latch()
    }

    var pulse: Pulse { lastPulse.withLock { $0 } }

    /// Notes that the thread is alive.
    func beat() -> SuspendingClock.Instant {
        lastPulse.withLock { pulse in
            pulse = Pulse(count: pulse.count &+ 1)
            return pulse.instant
        }
    }

    /// Hands over events, none after it was stopped.
    func tell(_ events: [ReaderEvent], _ instant: SuspendingClock.Instant) {
        for event in events where !stopping.isSet { sink(event, instant) }
    }

    /// Waits without a bound of our own: the thread is of no use before the call returns, and `stop` cancels
    /// it.
    func wait(
        for readers: [WaitedReader],
        on connection: Connection,
        within limit: Duration
    ) throws(PCSCError) -> (code: ReturnCode, states: [WaitedState]) {
        guard let library = connection.unbounded else { throw .serviceNotAnswering }
        waiting.withLock { $0 = library }
        defer { waiting.withLock { $0 = nil } }
        return stopping.isSet ? (.cancelled, []) : library.wait(for: readers, within: limit)
    }

    /// Ends `run` in its thread.
    ///
    /// libpcsclite cancels only a wait that is in progress, and does not say when one begins. So the wait is
    /// cancelled until the thread has ended; each time in another thread, because that too hangs with the
    /// service.
    func stop(within limit: Duration) -> Bool {
        stopping.set()
        if let thread = thread.withLock({ $0 }), pthread_equal(thread, pthread_self()) != 0 { return false }
        let deadline = SuspendingClock.now + limit
        var pause = Duration.milliseconds(1)
        while ended.wait(within: min(pause, SuspendingClock.now.duration(to: deadline))) != .set {
            let rest = SuspendingClock.now.duration(to: deadline)
            guard rest > .zero else {
                BoundedCall.leaveWithoutCleaningUp()
                return false
            }
            if let library = waiting.withLock({ $0 }) {
                _ = try? BoundedCall.run(within: rest) {
                    library.cancelWait()
                } undo: { _ in
                }
            }
            pause = min(pause * 2, .milliseconds(50))
        }
        return true
    }

    func run() {
        thread.withLock { $0 = pthread_self() }
        var backOff = BackOff(first: timing.firstPause, longest: timing.longestPause)
        var isLost = false
        var watch: SocketWatch?
        while !stopping.isSet {
            let began = SuspendingClock.now
            var connection: Connection?
            var error = PCSCError.serviceStopped
            do throws(PCSCError) {
                let opened = try Connection.open(within: timing.answer, explaining: !isLost)
                connection = opened
                try serve(opened) { (isLost, watch) = (false, nil) }
            } catch let failure {
                error = failure
            }
            let now = beat()
            if !isLost {
                isLost = true
                tell([.serviceLost(error)], now)
                // A service that dies again and again is not started each time.
                if began.duration(to: now) > .seconds(10) { backOff.reset() }
            }
            // After the telling, because a service that hangs keeps it waiting.
            connection?.close(within: timing.answer)
            if stopping.isSet { break }
            watch = watch ?? SocketWatch(path: ServiceSocket.path)
            let pause = backOff.pause(after: error)
            let wake = watch?.wait(within: pause, unless: stopping) ?? stopping.wait(within: pause)
            if wake == .ready { backOff.reset() }
            // Before the next attempt, so that nothing falls between the two.
            watch = SocketWatch(path: ServiceSocket.path)
        }
        ended.set()
    }
}
