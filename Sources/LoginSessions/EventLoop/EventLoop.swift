internal import CSystemd
internal import Glibc

/// The loop of the main thread: timers, signals, the bus, and what other threads hand over.
///
/// It belongs to the thread that made it. Other threads reach it through a `Mailbox` alone.
@safe package final class EventLoop {
    let event: Owner<EventObject>
    private var signals: [EventSource] = []
    private var mailboxes: [EventSource] = []
    private var hangUps: [EventSource] = []
    private var watchdog: EventSource?
    private var soon: [() -> Void] = []
    private var soonSource: EventSource?

    /// Wraps `sd_event_new`.
    package init() throws(SystemError) {
        var pointer: OpaquePointer? = nil
        let result = unsafe sd_event_new(&pointer)
        guard let owner = unsafe Owner<EventObject>(adopting: pointer) else {
            throw SystemError("sd_event_new", errno: result < 0 ? -result : ENOMEM)
        }
        event = owner
    }

    /// Waits and handles until `exit`; returns what that was given.
    ///
    /// A loop runs once. Afterwards it hears of nothing any more, and holds nothing of whoever listened.
    package func run() throws(SystemError) -> Int32 {
        defer {
            (signals, mailboxes, hangUps, watchdog, soonSource) = ([], [], [], nil, nil)
            soon = []
        }
        let result = unsafe event.with { unsafe sd_event_loop($0) }
        return try SystemError.check("sd_event_loop", result)
    }

    /// Makes `run` return when the handler that runs now has ended; `code` is 0...127.
    package func exit(code: Int32 = 0) {
        _ = unsafe event.with { unsafe sd_event_exit($0, max(code, 0)) }
    }

    /// Hears of a signal by itself instead of being interrupted.
    ///
    /// The signal is blocked in this thread, and in those that this thread starts later: call it before any thread is
    /// started, or the kernel gives the signal to one that has not blocked it.
    package func onSignal(_ signal: Int32, _ handler: @escaping () -> Void) throws(SystemError) {
        let source = try unsafe EventSource(
            "sd_event_add_signal",
            on: self,
            add: { event, source, userData in
                unsafe sd_event_add_signal(
                    event,
                    source,
                    signal | SD_EVENT_SIGNAL_PROCMASK,
                    { _, _, userData in unsafe EventSource.run(userData) },
                    userData
                )
            },
            handler: handler
        )
        signals.append(source)
    }

    /// Calls `handler` when nobody can read any more what is written to `descriptor`.
    ///
    /// That is a pipe without a reader, or a terminal that is gone; never a file, which cannot be waited for.
    package func onHangUp(of descriptor: Int32, _ handler: @escaping () -> Void) throws(SystemError) {
        do throws(SystemError) {
            // EPOLLHUP comes unasked.
            hangUps.append(try source(of: descriptor, EPOLLERR, handler))
        } catch {
            // epoll_ctl(2): the file does not support epoll.
            guard error.errno == EPERM else { throw error }
        }
    }

    /// Calls `handler` in this loop with everything that is posted to `mailbox`, in the order in which it was posted.
    ///
    /// A mailbox has one loop; it ends when it is closed.
    package func receive<Value>(
        from mailbox: Mailbox<Value>,
        _ handler: @escaping (Value) -> Void
    ) throws(SystemError) {
        mailboxes.append(
            try source(of: mailbox.wakeUp, EPOLLIN) { for value in mailbox.takeSome() { handler(value) } }
        )
    }

    private func source(
        of descriptor: Int32,
        _ events: EPOLL_EVENTS,
        _ handler: @escaping () -> Void
    ) throws(SystemError) -> EventSource {
        try unsafe EventSource(
            "sd_event_add_io",
            on: self,
            add: { event, source, userData in
                unsafe sd_event_add_io(
                    event,
                    source,
                    descriptor,
                    events.rawValue,
                    { _, _, _, userData in unsafe EventSource.run(userData) },
                    userData
                )
            },
            handler: handler
        )
    }

    /// Calls `body` when the handler that runs now has ended, before the loop waits again.
    ///
    /// For an answer that is known at once, to a caller who is not prepared for it yet.
    func afterwards(_ body: @escaping () -> Void) throws(SystemError) {
        soon.append(body)
        guard soonSource == nil else { return }
        soonSource = try unsafe EventSource(
            "sd_event_add_defer",
            on: self,
            add: { event, source, userData in
                unsafe sd_event_add_defer(
                    event,
                    source,
                    { _, userData in unsafe EventSource.run(userData) },
                    userData
                )
            },
            handler: { [weak self] in self?.runSoon() }
        )
    }

    private func runSoon() {
        soonSource = nil
        let bodies = soon
        soon = []
        for body in bodies { body() }
    }

    /// Tells systemd that the service lives, as long as `isHealthy` says so; returns how often, `nil` without a watchdog.
    ///
    /// The first time is now, then at every half of `WATCHDOG_USEC`. A service that is not healthy is not ended by itself:
    /// systemd does, unless it becomes healthy in time. libsystemd's own watchdog would say so whatever happens.
    @discardableResult
    package func feedWatchdog(while isHealthy: @escaping () -> Bool) throws(SystemError) -> Duration? {
        var limit: UInt64 = 0
        let result = unsafe sd_watchdog_enabled(0, &limit)
        guard try SystemError.check("sd_watchdog_enabled", result) > 0 else { return nil }
        let period = max(limit / 2, 1)
        let feed = { [weak self] in
            if isHealthy() { ServiceNotify.watchdog() }
            try? self?.watchdog?.rearm(inMicroseconds: period)
        }
        // systemd measures the time on the same clock. A tenth of leeway lets the kernel wake once for several timers.
        watchdog = try unsafe EventSource(
            "sd_event_add_time_relative",
            on: self,
            add: { event, source, userData in
                unsafe sd_event_add_time_relative(
                    event,
                    source,
                    CLOCK_MONOTONIC,
                    period,
                    max(period / 10, 1),
                    { _, _, userData in unsafe EventSource.run(userData) },
                    userData
                )
            },
            handler: { feed() }
        )
        if isHealthy() { ServiceNotify.watchdog() }
        return .microseconds(Int64(clamping: period))
    }
}
