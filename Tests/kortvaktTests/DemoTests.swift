import Testing

@Suite struct DemoTests {
    /// Runs the demo with a folder of its own for temporary files, and says what was left in it.
    private func demo(
        _ arguments: [String] = [],
        before prefix: [String] = [],
        input: String = ""
    ) async throws -> (run: Run, leftBehind: String) {
        let folder = try await Run.run(["mktemp", "-d"]).out.filter { !$0.isNewline }
        let run = try await Run.run(
            prefix + [Bench.kortvakt, "demo"] + arguments,
            environment: ["TMPDIR": folder, "SHELL": "/bin/sh"],
            input: input
        )
        // The service's own first process may take a moment to see that the demo was killed.
        let wait =
            "for i in $(seq 50); do [ -z \"$(ls -A \"$1\")\" ] && break; sleep 0.3; done; ls -A \"$1\""
        let left = try await Run.run(["sh", "-c", wait, "sh", folder]).out
        _ = try await Run.run(["rm", "-rf", folder])
        return (run, left)
    }

    @Test func tellsTheWholeStoryAndLeavesNothingBehind() async throws {
        let (run, left) = try await demo()
        #expect(run.exitCode == 0, "\(run.said)")
        for (stream, sentences) in [
            (run.out, ["3 tries left", "is unblocked", "is right", "no card"]),
            (run.err, ["2 tries left", "1 try left", "Only one try", "is blocked", "You need the PUK"]),
        ] {
            var rest = stream[...]
            for sentence in sentences {
                let found = try #require(rest.firstRange(of: sentence), "“\(sentence)” in \(stream)")
                rest = rest[found.upperBound...]
            }
        }
        #expect(left == "")
    }

    @Test(arguments: ["INT", "TERM", "KILL"])
    func leavesNothingBehindWhenItIsInterrupted(signal: String) async throws {
        // In the middle of the story: before it begins there is nobody to tidy up after a process that was killed.
        let script = """
            out=$(mktemp -p /tmp); "$@" >"$out" & demo=$!
            until grep -q 'tries left' "$out" || ! kill -0 $demo; do sleep 0.05; done
            kill -s \(signal) $demo; wait $demo; code=$?; rm -f "$out"; exit $code
            """
        let (run, left) = try await demo(before: ["bash", "-c", script, "bash"])
        #expect(run.exitCode != 0, "\(run.said)")
        #expect(left == "")
    }

    @Test func lendsAShellThatTalksToTheSoftwareCard() async throws {
        let (run, left) = try await demo(["--interactive"], input: "kortvakt status\nexit 3\n")
        #expect(run.exitCode == 0, "\(run.said)")
        #expect(run.out.contains("Demo Reader 00 00"))
        #expect(run.out.contains("3 tries left"))
        #expect(left == "")
    }

    @Test func needsNoRoot() async throws {
        let isRoot = try await Run.run(["id", "-u"]).out.hasPrefix("0")
        // Whoever runs the tests without being root has shown it already.
        let prefix = isRoot ? ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"] : []
        guard try await Run.run(prefix + ["test", "-x", Bench.kortvakt]).exitCode == 0 else {
            print("SKIPPED: the build folder is closed to users other than root")
            return
        }
        let folder = try await Run.run(["mktemp", "-d"]).out.filter { !$0.isNewline }
        _ = try await Run.run(["chmod", "777", folder])
        let run = try await Run.run(prefix + [Bench.kortvakt, "demo"], environment: ["TMPDIR": folder])
        #expect(run.exitCode == 0, "\(run.said)")
        _ = try await Run.run(["rm", "-rf", folder])
    }

    @Test(arguments: [("sv", "upplåst"), ("nb", "låst opp"), ("nn", "låst opp"), ("en", "unblocked")])
    func speaksEveryLanguage(language: String, word: String) async throws {
        let (run, _) = try await demo(["--lang", language])
        #expect(run.exitCode == 0)
        #expect(run.out.contains(word), "\(run.out)")
    }
}
