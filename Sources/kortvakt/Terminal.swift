internal import CLinux
internal import CardCore
internal import Glibc

/// The terminal that codes are typed on: no echo, no line buffer, straight into locked memory.
enum Terminal {
    /// Why nothing was read.
    enum Failure: Error {
        /// Ctrl-C, Ctrl-D, a signal, or the terminal is gone.
        case cancelled
    }

    /// Whether a person sits at standard input.
    static var isPresent: Bool { isatty(STDIN_FILENO) == 1 }

    /// Reads a code.
    ///
    /// What was typed before the question is thrown away; Ctrl-U starts anew.
    static func readCode(prompt: String) throws(Failure) -> SecretBytes {
        let mode = try Mode(isSecret: true)
        defer { mode.restore() }
        Output.prompt(prompt)
        defer { Output.prompt("\n") }
        return try SecretBytes(capacity: SecretBytes.maximumCapacity) { (output) throws(Failure) in
            while true {
                let byte = try mode.readByte()
                switch byte {
                case UInt8(ascii: "\r"), UInt8(ascii: "\n"): return
                case 0x03, 0x1C: throw .cancelled
                case 0x04:
                    guard output.isEmpty else { continue }
                    throw .cancelled
                case 0x7F, 0x08: removeLastCharacter(&output)
                case 0x15: output.removeAll()
                default: if output.freeCapacity > 0 { output.append(byte) }
                }
            }
        }
    }

    /// UTF-8 continuation octets go with the octet that they continue.
    private static func removeLastCharacter(_ output: inout OutputSpan<UInt8>) {
        while !output.isEmpty {
            let last = output.removeLast()
            if last & 0xC0 != 0x80 { return }
        }
    }

    /// Reads an answer that is no secret, echoed, at most 80 characters.
    static func readAnswer(prompt: String) throws(Failure) -> String {
        let mode = try Mode(isSecret: false)
        defer { mode.restore() }
        Output.prompt(prompt)
        var line: [UInt8] = []
        while true {
            let byte = try mode.readByte()
            if byte == UInt8(ascii: "\n") { return String(decoding: line, as: UTF8.self) }
            if line.count < 80 { line.append(byte) }
        }
    }

    /// The terminal while a question is open, put back when it is over, also when a signal ends it.
    ///
    /// For a secret there is no echo and no line editing by the kernel, which would keep a copy of the line.
    private struct Mode {
        private let saved: termios
        private let savedMask: sigset_t
        private let signals: Int32
        private let ending: [Int32] = [SIGTERM, SIGHUP, SIGINT, SIGQUIT]

        init(isSecret: Bool) throws(Failure) {
            var current = termios()
            guard unsafe tcgetattr(STDIN_FILENO, &current) == 0 else { throw .cancelled }
            saved = current
            var set = sigset_t()
            unsafe sigemptyset(&set)
            for signal in ending { unsafe sigaddset(&set, signal) }
            var mask = sigset_t()
            unsafe _ = sigprocmask(SIG_BLOCK, &set, &mask)
            savedMask = mask
            signals = unsafe signalfd(-1, &set, Int32(SFD_CLOEXEC))
            if isSecret { current.c_lflag &= ~tcflag_t(ECHO | ECHONL | ICANON | ISIG) }
            unsafe _ = tcsetattr(STDIN_FILENO, TCSAFLUSH, &current)
        }

        func restore() {
            var saved = saved
            unsafe _ = tcsetattr(STDIN_FILENO, TCSAFLUSH, &saved)
            close(signals)
            var mask = savedMask
            unsafe _ = sigprocmask(SIG_SETMASK, &mask, nil)
        }

        func readByte() throws(Failure) -> UInt8 {
            while true {
                var polled = [
                    pollfd(fd: STDIN_FILENO, events: Int16(POLLIN), revents: 0),
                    pollfd(fd: signals, events: Int16(POLLIN), revents: 0),
                ]
                let ready = unsafe poll(&polled, nfds_t(polled.count), -1)
                if ready < 0, errno == EINTR { continue }
                guard ready > 0 else { throw .cancelled }
                guard polled[1].revents == 0 else {
                    // Taken off the queue, so that it does not end the process once the mask is put back.
                    var information = [UInt8](repeating: 0, count: 128)
                    unsafe _ = read(signals, &information, information.count)
                    Output.prompt("\n")
                    throw .cancelled
                }
                var byte: UInt8 = 0
                let count = unsafe read(STDIN_FILENO, &byte, 1)
                if count < 0, errno == EINTR { continue }
                guard count == 1 else {
                    // The terminal has gone; the signal that says so may come a moment later, and is not to end the process
                    // before it has said how it ended.
                    _ = signal(SIGHUP, SIG_IGN)
                    throw .cancelled
                }
                return byte
            }
        }
    }
}
