import CardTesting
import Glibc
import SessionTesting
import Subprocess
import SystemPackage

/// The built `kortvaktd`, and what it writes where there is no journal.
final class RunningDaemon: Sendable {
    let pid: Int32
    let journal = Heard()

    private init(pid: Int32) { self.pid = pid }

    static let path = BuildFolder.products + "/kortvaktd"

    /// Runs it as long as `body` runs; `SIGKILL` ends one that has not ended by then.
    ///
    /// Its exit code, negative for a signal.
    @discardableResult
    static func run(
        _ arguments: [String],
        environment more: [String: String],
        through wrapper: [String] = [],
        _ body: (RunningDaemon) async throws -> Void
    ) async throws -> Int32 {
        var variables: [Environment.Key: String] = ["PATH": "/usr/bin:/bin:/usr/sbin:/sbin"]
        for (name, value) in more { variables[Environment.Key(stringLiteral: name)] = value }
        let command = hidingJournal + wrapper + [path] + arguments
        let outcome = try await Subprocess.run(
            .path(FilePath(command[0])),
            arguments: Arguments(Array(command.dropFirst())),
            environment: .custom(variables),
            input: .none,
            output: .discarded,
            error: .sequence
        ) { execution -> Result<Void, any Error> in
            let daemon = RunningDaemon(pid: execution.processIdentifier.value)
            let lines = execution.standardError.strings()
            let reading = Task {
                do {
                    for try await line in lines { await daemon.journal.append(line.filter { !$0.isNewline }) }
                } catch {}
                await daemon.journal.end()
            }
            let result: Result<Void, any Error>
            do { result = .success(try await body(daemon)) } catch { result = .failure(error) }
            if await !daemon.journal.hasEnded { daemon.signal(SIGKILL) }
            await reading.value
            return result
        }
        try outcome.closureResult.get()
        return switch outcome.terminationStatus {
        case .exited(let code): code
        case .signaled(let signal): -signal
        }
    }

    func signal(_ number: Int32) { _ = kill(pid, number) }

    /// Waits until it writes an entry with `text` in it.
    @discardableResult
    func writes(_ text: String) async throws -> String { try await journal.wait(for: text) }

    /// Waits until it has ended by itself.
    func ends() async { while (try? await journal.wait(for: "")) != nil {} }

    /// Resident memory in kB.
    var memory: Int {
        get throws {
            let file = unsafe open("/proc/\(pid)/status", O_RDONLY | O_CLOEXEC)
            guard file >= 0 else { throw DaemonBench.Failed(errno: errno) }
            defer { close(file) }
            var buffer = [UInt8](repeating: 0, count: 16_384)
            let count = unsafe Glibc.read(file, &buffer, buffer.count)
            let lines = String(decoding: buffer.prefix(max(count, 0)), as: UTF8.self).split(separator: "\n")
            let line = lines.first { $0.hasPrefix("VmRSS:") } ?? ""
            return Int(line.filter(\.isNumber)) ?? 0
        }
    }

    /// A journal that is there would hide what the daemon writes from the tests.
    private static let hidingJournal: [String] = {
        guard unsafe access("/run/systemd/journal/socket", F_OK) == 0 else { return ["/usr/bin/env"] }
        let script = "mount -t tmpfs none /run/systemd/journal && exec \"$@\""
        return ["/usr/bin/unshare", "--user", "--map-root-user", "--mount", "sh", "-c", script, "sh"]
    }()
}
