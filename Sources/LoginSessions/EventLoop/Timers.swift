internal import CSystemd
internal import Glibc

/// Timers that go off once, at most one of each id.
///
/// They stand on `BootInstant`'s clock: one whose time passes while the machine sleeps goes off as soon as it wakes. They
/// do not wake the machine.
package final class Timers<ID: Hashable> {
    private let loop: EventLoop
    private let handler: (ID) -> Void
    private var sources: [ID: EventSource] = [:]
    /// Those whose time is over, until that is told.
    private var due: Set<ID> = []

    /// `handler` is called in the loop with the id of each timer that goes off, which is not running any more then.
    package init(on loop: EventLoop, _ handler: @escaping (ID) -> Void) {
        self.loop = loop
        self.handler = handler
    }

    package var running: Set<ID> { Set(sources.keys) }

    /// Goes off at `instant`, or as soon as possible when that has passed; replaces the timer of the same id.
    package func start(_ id: ID, at instant: BootInstant) throws(SystemError) {
        due.remove(id)
        if let source = sources[id] {
            try source.rearm(atMicroseconds: instant.microseconds)
            return
        }
        // An accuracy of 0 would mean a quarter of a second.
        sources[id] = try unsafe EventSource(
            "sd_event_add_time",
            on: loop,
            add: { event, source, userData in
                unsafe sd_event_add_time(
                    event,
                    source,
                    CLOCK_BOOTTIME,
                    instant.microseconds,
                    1,
                    { _, _, userData in unsafe EventSource.run(userData) },
                    userData
                )
            },
            handler: { [weak self] in self?.fired(id) }
        )
    }

    package func cancel(_ id: ID) {
        sources[id] = nil
        due.remove(id)
    }

    /// What has come in already is heard before, so that nobody is missed who was in time.
    ///
    /// All sources have one priority, which keeps a flood on one of them from holding up the timers.
    private func fired(_ id: ID) {
        sources[id] = nil
        due.insert(id)
        let tell = { [weak self] in
            guard let self, self.due.remove(id) != nil else { return }
            self.handler(id)
        }
        do throws(SystemError) { try loop.afterwards(tell) } catch { tell() }
    }
}
