/// Tells of readers and cards that come and go, and of the service itself, without polling.
///
/// One thread waits in one call of the library for all readers and for the list of them; no card is opened.
/// A card that was pulled and put back between two waits is told as removed and inserted, because the
/// service counts both. At most 16 readers, which is all that pcsc-lite has.
///
/// While the service is away its socket's folder is watched, and the socket is tried again after 0.1 s, then
/// less and less often, at least every 5 s; under systemd the attempt starts the service.
///
/// pcsc-lite 1.9 keeps what the service said of the readers in one table for the whole process, without a
/// lock: an older answer that another thread receives at the wrong moment hides a change from the monitor
/// until the next one. So while a monitor runs, other threads connect with `InsertedCard.connect`, which
/// leaves that table alone, and do not use `Context`.
package final class ReaderMonitor: Sendable {
    /// The spans of time in a monitor's life.
    package struct Timing: Sendable {
        /// The longest wait for a change; `lastReturn` is at most this old while nothing happens.
        ///
        /// Each that ends makes the thread sleep and wake up six times in pcsc-lite 1.9.9. Longer than 300 s, so
        /// that there is at most one in any 300 s. As long it may take at worst until it is seen that the
        /// service hangs, or what libpcsclite cannot tell (`settling`), where it is not next to a change. The
        /// library measures its wait on the wall clock: one that is set back meanwhile makes it so much longer.
        package var idle = Duration.seconds(310)
        /// How long after a change it looks once more.
        ///
        /// That finds what libpcsclite cannot tell: a reader that was plugged in between two waits (before
        /// version 2.3; LudovicRousseau/PCSC issue 190), and a card that was bounced between two waits in a
        /// reader whose counter is 0.
        package var settling = Duration.milliseconds(200)
        /// How long the service may take to answer before it counts as lost.
        package var answer = Duration.seconds(5)
        /// The first pause before a lost service is tried again, and the longest.
        package var firstPause = Duration.milliseconds(100)
        package var longestPause = Duration.seconds(5)

        package init() {}
    }

    private let loop: MonitorLoop

    /// Starts the thread, which calls `sink` for each event, with the instant at which the wait returned that
    /// brought it.
    ///
    /// The first event is `serviceReady` or `serviceLost`. While `sink` runs nothing is waited for; what
    /// happens meanwhile is told afterwards. Throws when there is no memory for a thread.
    package init(
        timing: Timing = Timing(),
        sink: @escaping @Sendable (ReaderEvent, SuspendingClock.Instant) -> Void
    ) throws(PCSCError) {
        let loop = try MonitorLoop(timing: timing, sink: sink)
        guard BoundedCall.startThread({ loop.run() }) else {
            throw ReturnCode.noMemory.error ?? .serviceNotAnswering
        }
        self.loop = loop
    }

    /// Ends the thread without waiting for it; no event is emitted after the one in progress.
    deinit { loop.end() }

    /// When the library last returned to the monitor, on the clock that stands still while the machine sleeps.
    ///
    /// Older than `Timing.idle` and some seconds means that the service, the library or `sink` hangs. While
    /// the service is away, each attempt to reach it counts, which is one in at most 16 s.
    package var lastReturn: SuspendingClock.Instant { loop.pulse.instant }

    /// Ends the thread: no event is told after this has returned `true`.
    ///
    /// Waits at most `limit`, for `sink` and for a service that hangs; then `false`. Called from `sink` it
    /// returns `false` at once, and the event is the last. May be called again, and from any thread.
    @discardableResult
    package func stop(within limit: Duration = .seconds(5)) -> Bool { loop.stop(within: limit) }

    /// How often the library has returned, for tests.
    var returnCount: Int { loop.pulse.count }
}
