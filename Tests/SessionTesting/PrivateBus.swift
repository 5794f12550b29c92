internal import Glibc
package import Subprocess

/// A message bus of one's own, with the restrictions of a system bus that matter here: replies only to who asked, and the
/// limits of a system bus.
package struct PrivateBus: Sendable {
    package let address: String
    package let pid: Int32

    /// What a program that shall use it needs.
    package var environment: Environment {
        .inherit.updating(["DBUS_SYSTEM_BUS_ADDRESS": address])
    }

    package static let openPolicy = """
        <policy context="default">
          <allow user="*"/>
          <allow own="*"/>
          <allow send_type="method_call"/>
        </policy>
        """

    /// Runs a bus as long as `body` runs; `policy` comes after what the system bus says of signals and answers.
    package static func run<R: Sendable>(
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

    package struct NotStarted: Error {}

    /// Starts one of the programs in `Programs` on this bus, and ends it after `body`.
    package func with<R: Sendable>(
        _ name: String,
        _ body: (HelperProgram) async throws -> R
    ) async throws -> R {
        try await HelperProgram.run(HelperProgram.folder + name, environment: environment, body)
    }

    /// Runs a program on this bus to its end; what it said on both outputs, and its exit code.
    package func tool(_ command: [String]) async throws -> (output: String, code: Int32) {
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
