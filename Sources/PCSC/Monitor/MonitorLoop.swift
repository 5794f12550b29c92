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
    private let isCancelling = Atomic(false)
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

    /// Ends `run` in its thread, and waits for that at most `limit`.
    func stop(within limit: Duration) -> Bool {
        end()
        if let thread = thread.withLock({ $0 }), pthread_equal(thread, pthread_self()) != 0 { return false }
        return ended.wait(within: limit) == .set
    }

    /// Ends `run` in its thread, without waiting for that.
    func end() {
        stopping.set()
        guard !isCancelling.exchange(true, ordering: .acquiringAndReleasing) else { return }
        if !BoundedCall.startThread({ self.cancelWait() }) {
            isCancelling.store(false, ordering: .releasing)
        }
    }

    /// Cancels the wait of the library that is about to begin or in progress; after `stopping` is set no other
    /// one begins.
    ///
    /// libpcsclite cancels only a wait that is in progress, and does not say when one begins. So the wait is
    /// cancelled until it has returned. This has a thread of its own, which outlives the monitor: a
    /// cancellation blocks too while the service does not answer.
    private func cancelWait() {
        ExitGuard.retain()
        defer { ExitGuard.release() }
        var pause = Duration.milliseconds(1)
        while let library = waiting.withLock({ $0 }) {
            library.cancelWait()
            if ended.wait(within: pause) == .set { return }
            pause = min(pause * 2, .milliseconds(50))
        }
    }

    func run() {
        thread.withLock { $0 = pthread_self() }
        ExitGuard.retain()
        var backOff = BackOff(first: timing.firstPause, longest: timing.longestPause)
        var isLost = false
        // Before each attempt, so that no change of the socket is missed after it. It is kept while the service
        // is there: one that is replaced has its socket before the loss of the old one is seen.
        var watch = SocketWatch(path: ServiceSocket.path)
        while !stopping.isSet {
            let began = SuspendingClock.now
            var connection: Connection?
            var error = PCSCError.serviceStopped
            do throws(PCSCError) {
                let opened = try Connection.open(within: timing.answer, explaining: !isLost)
                connection = opened
                try serve(opened) { isLost = false }
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
            let pause = backOff.pause(after: error)
            let wake = watch?.wait(within: pause, unless: stopping) ?? stopping.wait(within: pause)
            if wake == .ready { backOff.reset() }
            watch = SocketWatch(path: ServiceSocket.path)
        }
        ExitGuard.release()
        ended.set()
    }
}
