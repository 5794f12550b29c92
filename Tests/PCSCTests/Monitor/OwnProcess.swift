import Glibc
import Subprocess
import Testing

/// Runs a test's body in a process of its own, because libpcsclite looks up its socket once in a process and has
/// one table of readers for it.
///
/// Unlike an exit test, which keeps one of the few threads of all tests until its process has ended, so that two
/// of them stop everything else on a machine with two cores. `variant` tells the cases of a test apart. The body
/// must be all that the test does.
func inOwnProcess(_ variant: String = "", _ body: () async throws -> Void) async throws {
    let own = "KORTVAKT_TEST_IN_OWN_PROCESS"
    let ended = "the body of the test has ended"
    if let wanted = unsafe getenv(own) {
        guard unsafe String(cString: wanted) == variant else { return }
        try await body()
        print(ended)
        return
    }
    let name = try #require(Test.current?.name.split(separator: "(").first)
    let filter = "^PCSCTests\\..*/\(name)\\("
    // This program again, which is given the variable by the shell.
    let outcome = try await Subprocess.run(
        .name("sh"),
        arguments: [
            "-c", #"export "$1"; shift; exec "/proc/$PPID/exe" "$@""#, "sh", "\(own)=\(variant)",
            "--testing-library", "swift-testing", "--filter", filter,
        ],
        output: .string(limit: 1 << 20),
        error: .combinedWithOutput
    )
    let said = outcome.standardOutput
    guard outcome.terminationStatus.isSuccess, said.contains(ended) else {
        let failures = said.split(separator: "\n").filter {
            $0.contains("recorded an issue") || $0.contains("↳")
        }
        Issue.record(
            "\(outcome.terminationStatus)\n\(failures.isEmpty ? said : failures.joined(separator: "\n"))"
        )
        return
    }
}
