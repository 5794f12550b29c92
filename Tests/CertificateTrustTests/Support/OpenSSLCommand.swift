import Subprocess
import Testing

@testable import CertificateTrust
@testable import X509

/// The openssl command, which is the judge.
enum OpenSSLCommand {
    struct Answer {
        let exitCode: Int32
        let said: String
    }

    @discardableResult
    static func run(_ arguments: [String]) async throws -> Answer {
        let outcome = try await Subprocess.run(
            .name("openssl"),
            arguments: Arguments(arguments),
            environment: .custom(["PATH": "/usr/bin:/bin", "LC_ALL": "C"]),
            output: .string(limit: 1 << 20),
            error: .string(limit: 1 << 20)
        )
        let exitCode: Int32 =
            switch outcome.terminationStatus {
            case .exited(let code): code
            case .signaled(let signal): -signal
            }
        return Answer(exitCode: exitCode, said: outcome.standardOutput + outcome.standardError)
    }

    /// The three numbers of its version.
    static func version() async throws -> [Int] {
        let said = try await run(["version"]).said
        let match = try #require(said.firstMatch(of: /^OpenSSL (\d+)\.(\d+)\.(\d+)/), "\(said)")
        return [match.1, match.2, match.3].compactMap { Int($0) }
    }

    /// The error numbers of `openssl verify`, ascending; none when it says OK.
    static func verify(
        _ certificate: String,
        anchors: [Certificate],
        helpers: [Certificate],
        purpose: String?,
        at instant: Instant,
        more: [String] = []
    ) async throws -> [Int32] {
        let folder = try Folder()
        let roots = try folder.write(anchors.map { try PEM.text(of: $0) }.joined(), to: "roots.pem")
        var arguments = [
            "verify", "-CAfile", roots, "-no-CApath", "-no-CAstore", "-policy_check", "-policy", "anyPolicy",
        ]
        if !helpers.isEmpty {
            arguments += [
                "-untrusted",
                try folder.write(helpers.map { try PEM.text(of: $0) }.joined(), to: "helpers.pem"),
            ]
        }
        if let purpose { arguments += ["-purpose", purpose] }
        arguments += ["-attime", "\(instant.seconds)"] + more + [certificate]
        let answer = try await run(arguments)
        let numbers = answer.said.split(separator: "\n").compactMap { line -> Int32? in
            guard line.hasPrefix("error ") else { return nil }
            return line.split(separator: " ").dropFirst().first.flatMap { Int32($0) }
        }
        // A command that could not do its work is no judge.
        try #require(answer.exitCode == (numbers.isEmpty ? 0 : 2), "\(answer.said)")
        try #require(answer.said.contains(": OK") == numbers.isEmpty, "\(answer.said)")
        return Set(numbers).sorted()
    }
}
