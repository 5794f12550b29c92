internal import CLinux
internal import Glibc

/// SIGTERM, SIGINT and SIGHUP as something to wait for: each of them pulls the card.
final class TerminationSignals {
    /// Becomes readable when one has arrived; -1 where it could not be set up, then they end the program at once.
    let descriptor: Int32

    init() {
        var set = sigset_t()
        unsafe sigemptyset(&set)
        for number in [SIGTERM, SIGINT, SIGHUP] { unsafe sigaddset(&set, number) }
        unsafe pthread_sigmask(SIG_BLOCK, &set, nil)
        descriptor = unsafe signalfd(-1, &set, Int32(SFD_CLOEXEC))
    }

    /// Waits `milliseconds`, less when a signal arrives; says whether one has.
    func arrived(within milliseconds: Int) -> Bool {
        var polled = [pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)]
        return unsafe poll(&polled, 1, Int32(clamping: milliseconds)) > 0
    }
}
