internal import CLinux
internal import Glibc

/// Something that happens once, and can be waited for beside a descriptor (eventfd(2)).
final class Latch: Sendable {
    enum Wake { case set, ready, timeUp }

    private let descriptor: Int32

    init() throws(PCSCError) {
        descriptor = eventfd(0, Int32(EFD_CLOEXEC) | Int32(EFD_NONBLOCK))
        guard descriptor >= 0 else { throw ReturnCode.noMemory.error ?? .serviceNotAnswering }
    }

    deinit { close(descriptor) }

    func set() { eventfd_write(descriptor, 1) }

    var isSet: Bool { wait(within: .zero) == .set }

    /// Waits at most `limit`, at most a day, until it is set or `other` can be read.
    func wait(within limit: Duration, beside other: Int32 = -1) -> Wake {
        let deadline = SuspendingClock.now + min(max(limit, .zero), .seconds(86_400))
        while true {
            let rest = SuspendingClock.now.duration(to: deadline)
            // Rounded up, so that the time is up afterwards.
            let milliseconds = Int32(clamping: Int64(max(rest, .zero) / .milliseconds(1) + 0.999))
            var polled = [
                pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0),
                pollfd(fd: other, events: Int16(POLLIN), revents: 0),
            ]
            let ready = unsafe poll(&polled, 2, milliseconds)
            if ready > 0 { return polled[0].revents != 0 ? .set : .ready }
            if rest <= .zero { return .timeUp }
        }
    }
}
