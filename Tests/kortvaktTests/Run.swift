import Glibc
import Subprocess
import SystemPackage

/// What a program did that has ended.
struct Run: Sendable {
    let exitCode: Int32
    let out: String
    let err: String
    let duration: Duration

    /// Both outputs.
    var said: String { out + err }

    /// Runs `command` with `input` as its standard input.
    static func run(
        _ command: [String],
        environment: [String: String] = [:],
        input: String = ""
    ) async throws -> Run {
        let standardInput = try fileWithoutAName(holding: input)
        var variables: [Environment.Key: String] = [:]
        for (name, value) in base.merging(environment, uniquingKeysWith: { _, new in new }) {
            variables[Environment.Key(stringLiteral: name)] = value
        }
        let clock = ContinuousClock()
        let start = clock.now
        let outcome = try await Subprocess.run(
            // env(1) takes an executable by name or by path.
            .name("env"),
            arguments: Arguments(command),
            environment: .custom(variables),
            input: .fileDescriptor(standardInput, closeAfterSpawningProcess: true),
            output: .string(limit: 1 << 22),
            error: .string(limit: 1 << 22)
        )
        let exitCode: Int32 =
            switch outcome.terminationStatus {
            case .exited(let code): code
            case .signaled(let signal): -signal
            }
        return Run(
            exitCode: exitCode,
            out: outcome.standardOutput,
            err: outcome.standardError,
            duration: clock.now - start
        )
    }

    /// A file that is gone when it is closed, however much is in it.
    ///
    /// A pipe would block when it is full, and a program may end without reading, which Subprocess's own writing does
    /// not forgive.
    private static func fileWithoutAName(holding text: String) throws -> FileDescriptor {
        var path = Array("/tmp/kortvakt-test-input-XXXXXX".utf8CString)
        let file = unsafe FileDescriptor(rawValue: mkstemp(&path))
        unsafe unlink(path)
        try file.writeAll(text.utf8)
        try file.seek(offset: 0, from: .start)
        return file
    }

    /// Little, so that nothing of the developer's own environment decides a test.
    static let base = [
        "PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL": "C", "HOME": "/nonexistent", "TERM": "dumb",
    ]
}
