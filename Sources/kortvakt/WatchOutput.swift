internal import Glibc
internal import Texts

/// Where the lines of `watch` go, each at once, and how `watch` ends.
enum WatchOutput {
    /// Ctrl-C and the other requests to end are how `watch` is meant to end.
    ///
    /// The process ends in the handler, also while a reader that does not read makes it wait. What is ignored, as below
    /// nohup(1), stays so.
    static func endOnSignals() {
        for number in [SIGINT, SIGTERM, SIGHUP] {
            let before = signal(number) { _ in _exit(0) }
            // SIG_IGN is 1 (signal.h).
            if unsafe unsafeBitCast(before, to: Int.self) == 1 { _ = signal(number, SIG_IGN) }
        }
    }

    /// Ends at once and leaves the card service and the bus to the kernel, which closes what is open.
    static func end() -> Never { _exit(0) }

    /// Writes a line to standard output; ends the process where nobody reads it any more.
    static func line(_ text: String) {
        guard let number = write(text + "\n") else { return }
        if number == EPIPE { end() }
        Program.exit(with: Failure(1, "output", Program.texts.resultLost(OutputFile.reason(number))))
    }

    /// Waits where standard output was made one that does not block, which it shares with others.
    private static func write(_ text: String) -> Int32? {
        var rest = Array(text.utf8)[...]
        while !rest.isEmpty {
            let count = unsafe rest.withUnsafeBytes {
                unsafe Glibc.write(STDOUT_FILENO, $0.baseAddress, $0.count)
            }
            if count > 0 {
                rest = rest.dropFirst(count)
            } else if count < 0, errno == EAGAIN {
                var polled = pollfd(fd: STDOUT_FILENO, events: Int16(POLLOUT), revents: 0)
                _ = unsafe poll(&polled, 1, -1)
            } else if count == 0 || errno != EINTR {
                return count < 0 ? errno : EIO
            }
        }
        return nil
    }
}
