import Glibc
import Subprocess
import Testing

/// A pseudoterminal with a program on it, and a person who reads and types.
final class Terminal {
    private let master: Int32
    private let slave: Int32
    /// The path of the program's side.
    let path: String
    private(set) var pid: Int32 = 0
    /// Everything that appeared on the screen.
    private(set) var transcript = ""
    private var unread: String.Index

    private init() throws {
        master = unsafe open("/dev/ptmx", O_RDWR | O_NOCTTY | O_CLOEXEC | O_NONBLOCK)
        var number: UInt32 = 0
        var lock: Int32 = 0
        // TIOCSPTLCK and TIOCGPTN (ioctl_tty(2)): the library's own functions for these are not imported.
        guard master >= 0, unsafe ioctl(master, 0x4004_5431, &lock) == 0,
            unsafe ioctl(master, 0x8004_5430, &number) == 0
        else { throw BenchError(said: "no pseudoterminal") }
        path = "/dev/pts/\(number)"
        slave = unsafe open(path, O_RDWR | O_NOCTTY | O_CLOEXEC)
        unread = transcript.startIndex
    }

    deinit {
        close(slave)
        close(master)
    }

    /// Runs `kortvakt` on a terminal of its own and returns its exit code; negative for a signal.
    ///
    /// Where `body` fails the program is killed.
    static func run(
        _ bench: Bench,
        _ arguments: [String],
        environment: [String: String] = [:],
        transcript: inout String,
        _ body: (Terminal) async throws -> Void
    ) async throws -> Int32 {
        let terminal = try Terminal()
        var variables: [Environment.Key: String] = [:]
        for (name, value) in Run.base.merging(bench.environment, uniquingKeysWith: { _, new in new })
            .merging(environment, uniquingKeysWith: { _, new in new })
        { variables[Environment.Key(stringLiteral: name)] = value }
        var options = PlatformOptions()
        // A session of its own, so that opening the terminal makes it the controlling one.
        options.createSession = true
        let outcome = try await Subprocess.run(
            .name("sh"),
            arguments: Arguments(
                ["-c", "exec \"$@\" <\"$0\" >\"$0\" 2>\"$0\"", terminal.path, Bench.kortvakt] + arguments
            ),
            environment: .custom(variables),
            platformOptions: options,
            input: .none,
            output: .discarded,
            error: .discarded
        ) { execution -> Result<Void, any Error> in
            terminal.pid = execution.processIdentifier.value
            do {
                try await body(terminal)
                try await terminal.readUntil { terminal.hasEnded }
                return .success(())
            } catch {
                kill(terminal.pid, SIGKILL)
                return .failure(error)
            }
        }
        terminal.read()
        transcript = terminal.transcript
        try outcome.closureResult.get()
        return switch outcome.terminationStatus {
        case .exited(let code): code
        case .signaled(let signal): -signal
        }
    }

    static func run(
        _ bench: Bench,
        _ arguments: [String],
        _ body: (Terminal) async throws -> Void
    ) async throws -> Int32 {
        var transcript = ""
        return try await run(bench, arguments, transcript: &transcript, body)
    }

    /// Waits until `text` appears behind what was expected before.
    func expect(_ text: String, within limit: Duration = .seconds(120)) async throws {
        try await readUntil(within: limit) {
            guard let found = transcript[unread...].firstRange(of: text) else { return false }
            unread = found.upperBound
            return true
        }
    }

    /// What appeared behind what was expected last.
    var rest: String { String(transcript[unread...]) }

    func type(_ text: String) async throws {
        let bytes = Array(text.utf8)
        guard unsafe write(master, bytes, bytes.count) == bytes.count else {
            throw BenchError(said: "cannot type")
        }
    }

    /// The terminal's settings, as stty(1) tells them.
    func settings() async throws -> String { try await Run.run(["stty", "-a", "-F", path]).out }

    private var hasEnded: Bool {
        // A zombie has ended; nobody has fetched it yet.
        let file = unsafe open("/proc/\(pid)/stat", O_RDONLY | O_CLOEXEC)
        guard file >= 0 else { return true }
        defer { close(file) }
        var buffer = [UInt8](repeating: 0, count: 512)
        let count = unsafe Glibc.read(file, &buffer, buffer.count)
        let text = String(decoding: buffer.prefix(max(count, 0)), as: UTF8.self)
        return text.split(separator: ")").last?.hasPrefix(" Z") ?? true
    }

    private func readUntil(within limit: Duration = .seconds(120), _ condition: () -> Bool) async throws {
        let deadline = ContinuousClock.now + limit
        while true {
            read()
            if condition() { return }
            guard ContinuousClock.now < deadline, pid == 0 || !hasEnded else {
                read()
                if condition() { return }
                throw BenchError(said: transcript)
            }
            try await Task.sleep(for: .milliseconds(5))
        }
    }

    private func read() {
        var buffer = [UInt8](repeating: 0, count: 4_096)
        while true {
            let count = unsafe Glibc.read(master, &buffer, buffer.count)
            guard count > 0 else { return }
            let offset = transcript.utf8.distance(from: transcript.startIndex, to: unread)
            transcript += String(decoding: buffer[..<count], as: UTF8.self)
            unread = transcript.utf8.index(transcript.startIndex, offsetBy: offset)
        }
    }
}
