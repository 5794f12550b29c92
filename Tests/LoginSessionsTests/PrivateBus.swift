import Glibc
import Subprocess
import SystemPackage

/// A message bus of one's own, with the restrictions of a system bus that matter here: replies only to who asked, and the
/// limits of a system bus.
struct PrivateBus: Sendable {
    let address: String
    let pid: Int32

    /// What a program that shall use it needs.
    var environment: Environment {
        .inherit.updating(["DBUS_SYSTEM_BUS_ADDRESS": address])
    }

    static let openPolicy = """
        <policy context="default">
          <allow user="*"/>
          <allow own="*"/>
          <allow send_type="method_call"/>
        </policy>
        """

    /// Runs a bus as long as `body` runs; `policy` comes after what the system bus says of signals and answers.
    static func run<R: Sendable>(
        policy: String = openPolicy,
        _ body: (PrivateBus) async throws -> R
    ) async throws -> R {
        var template = Array("/tmp/kortvakt-bus-XXXXXX".utf8CString)
        guard unsafe mkdtemp(&template) != nil else { throw NotStarted() }
        let directory = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
        // Other users get in as well.
        unsafe chmod(directory, 0o755)
        try write(configuration(directory, policy), to: directory + "/config")
        // The shell ends the bus when this process closes its standard input, in whatever way it ends.
        let script = """
            dbus-daemon --config-file="$1/config" --nofork --print-address & echo $!
            exec >/dev/null; read -r end; kill $!; wait $!
            rm -rf -- "$1"
            """
        let outcome = try await Subprocess.run(
            .name("sh"),
            arguments: ["-c", script, "sh", directory],
            input: .inputWriter,
            output: .sequence,
            error: .discarded
        ) { execution -> Result<R, any Error> in
            var lines = execution.standardOutput.strings().makeAsyncIterator()
            var pid: Int32?
            var address: String?
            // The shell and the bus write one line each.
            while pid == nil || address == nil {
                guard let line = try await lines.next()?.filter({ !$0.isNewline }) else { throw NotStarted() }
                if let number = Int32(line) { pid = number } else { address = line }
            }
            guard let pid, let address else { throw NotStarted() }
            let result: Result<R, any Error>
            do {
                result = .success(try await body(PrivateBus(address: address, pid: pid)))
            } catch {
                result = .failure(error)
            }
            try await execution.standardInputWriter.finish()
            return result
        }
        return try outcome.closureResult.get()
    }

    private static func configuration(_ directory: String, _ policy: String) -> String {
        """
        <!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
         "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
        <busconfig>
          <type>system</type>
          <auth>EXTERNAL</auth>
          <listen>unix:path=\(directory)/bus</listen>
          <policy context="default">
            <allow user="*"/>
            <deny own="*"/>
            <deny send_type="method_call"/>
            <allow send_type="signal"/>
            <allow send_requested_reply="true" send_type="method_return"/>
            <allow send_requested_reply="true" send_type="error"/>
            <allow receive_type="method_call"/>
            <allow receive_type="method_return"/>
            <allow receive_type="error"/>
            <allow receive_type="signal"/>
            <allow send_destination="org.freedesktop.DBus"/>
          </policy>
          \(policy)
        </busconfig>
        """
    }

    private static func write(_ text: String, to path: String) throws {
        let file = unsafe open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
        guard file >= 0 else { throw NotStarted() }
        defer { close(file) }
        let bytes = Array(text.utf8)
        guard unsafe Glibc.write(file, bytes, bytes.count) == bytes.count else { throw NotStarted() }
    }

    struct NotStarted: Error {}

    /// Starts one of the programs beside the tests on this bus, which answer lines with lines, and ends it after `body`.
    func with<R: Sendable>(_ name: String, _ body: (HelperProgram) async throws -> R) async throws -> R {
        try await HelperProgram.run(name, environment, body)
    }

    /// Runs a program on this bus to its end; what it said on both outputs, and its exit code.
    func tool(_ command: [String]) async throws -> (output: String, code: Int32) {
        let outcome = try await Subprocess.run(
            .name(command[0]),
            arguments: Arguments(Array(command.dropFirst())),
            environment: environment,
            output: .string(limit: 1 << 20),
            error: .combinedWithOutput
        )
        guard case .exited(let code) = outcome.terminationStatus else { return (outcome.standardOutput, -1) }
        return (outcome.standardOutput, code)
    }
}

/// One of the small programs beside the tests.
struct HelperProgram {
    private let execution: Execution<CustomWriteInput, SequenceOutput, CombinedErrorOutput>
    private let lines: Lines

    static var folder: String {
        "/" + #filePath.split(separator: "/").dropLast().joined(separator: "/") + "/Programs/"
    }

    /// `/usr/bin/python3` is the one that Debian's packages are for.
    fileprivate static func run<R: Sendable>(
        _ name: String,
        _ environment: Environment,
        _ body: (HelperProgram) async throws -> R
    ) async throws -> R {
        let outcome = try await Subprocess.run(
            .path("/usr/bin/python3"),
            arguments: ["-u", folder + name],
            environment: environment,
            input: .inputWriter,
            output: .sequence,
            error: .combinedWithOutput
        ) { execution -> Result<R, any Error> in
            let program = HelperProgram(
                execution: execution,
                lines: Lines(execution.standardOutput.strings().makeAsyncIterator())
            )
            let result: Result<R, any Error>
            do {
                guard try await program.line() == "ready" else { throw Unexpected(said: "not ready") }
                result = .success(try await body(program))
            } catch {
                result = .failure(error)
            }
            try await execution.standardInputWriter.finish()
            return result
        }
        return try outcome.closureResult.get()
    }

    /// Tells it to do something, waits until it is done, and returns what it answers.
    @discardableResult
    func tell(_ line: String) async throws -> String {
        _ = try await execution.standardInputWriter.write(line + "\n")
        return try await next()
    }

    /// What it says next by itself.
    func next() async throws -> String {
        let said = try await line()
        guard let said, said == "done" || said.hasPrefix("done ") else { throw Unexpected(said: said) }
        return String(said.dropFirst(5))
    }

    private func line() async throws -> String? { try await lines.next()?.filter { !$0.isNewline } }

    struct Unexpected: Error { let said: String? }

    private final class Lines {
        private var iterator: SubprocessOutputSequence.StringSequence<UTF8>.AsyncIterator

        init(_ iterator: SubprocessOutputSequence.StringSequence<UTF8>.AsyncIterator) {
            self.iterator = iterator
        }

        func next() async throws -> String? { try await iterator.next() }
    }
}
