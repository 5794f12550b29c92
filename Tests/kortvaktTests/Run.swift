import Glibc
import Subprocess

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
        // A program that ends before it has read its input must not end the tests.
        _ = signal(SIGPIPE, SIG_IGN)
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
            input: .string(input),
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

    /// Little, so that nothing of the developer's own environment decides a test.
    static let base = ["PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL": "C", "HOME": "/nonexistent", "TERM": "dumb"]
}
