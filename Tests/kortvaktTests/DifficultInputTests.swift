import Glibc
import Testing

/// Lines, numbers and signals that nobody meant harm with.
@Suite(.timeLimit(.minutes(10)))
struct DifficultInputTests {
    @Test func aLineFromWindowsIsTheSameCode() async throws {
        try await Bench.withCard(StoredState(auth: 2)) { bench in
            let verified = try await bench.kortvakt("pin", "verify", "--stdin", lines: ["246810\r"])
            #expect(verified.exitCode == 0, "\(verified.said)")
            #expect(try bench.stored().tries == [3, 3, 10])
            let changed = try await bench.kortvakt(
                "pin",
                "change",
                "--stdin",
                lines: ["246810\r", "975310\r"]
            )
            #expect(changed.exitCode == 0, "\(changed.said)")
            #expect(try bench.stored().authPIN == "975310")
            // Only the line's own ending is taken off.
            let inside = try await bench.kortvakt("pin", "verify", "--stdin", lines: ["9753\r10", "975310"])
            #expect(inside.exitCode == 8, "\(inside.said)")
            #expect(try bench.stored().tries == [3, 3, 10])
        }
    }

    @Test(arguments: ["-9223372036854775808", "9223372036854775807", "9223372036854775808", "-1", "0", "+1"])
    func aNumberThatIsNoReadersIsNoReader(number: String) async throws {
        try await Bench.withCard { bench in
            for command in [["status"], ["pin", "verify", "--stdin"]] {
                let run = try await bench.kortvakt(command + ["--reader=\(number)"], lines: ["246810"])
                // Negative would be a signal.
                #expect(run.exitCode > 0, "\(run.said)")
                #expect(!run.err.isEmpty)
            }
            #expect(try bench.stored() == StoredState())
        }
    }

    @Test(arguments: ["-9223372036854775808", "9223372036854775808", "-1", "0", "3"])
    func aNumberThatIsNoPINsChoosesNone(number: String) async throws {
        try await Bench.withCard(StoredState(auth: 0, sign: 0)) { bench in
            var screen = ""
            let exitCode = try await Terminal.run(bench, ["pin", "unblock"], transcript: &screen) {
                terminal in
                try await terminal.expect(": ", after: "Number")
                try await terminal.type(number + "\n")
            }
            #expect(exitCode == 10, "\(exitCode) \(screen)")
            #expect(try bench.stored() == StoredState(auth: 0, sign: 0))
        }
    }

    @Test func anEmptyNameOfAPINIsAMistakeOfUse() async throws {
        try await Bench.withCard { bench in
            let run = try await bench.kortvakt("pin", "verify", "--stdin", "--pin", "", lines: ["246810"])
            #expect(run.exitCode == 64, "\(run.said)")
            #expect(try bench.stored() == StoredState())
        }
    }

    /// The card works for 0.3 s a command.
    @Test(arguments: [SIGTERM, SIGINT, SIGHUP])
    func aSignalDoesNotEndARawCommandThatCarriesACode(number: Int32) async throws {
        try await Bench.withCard(StoredState(auth: 2), ["--delay", "300"]) { bench in
            var screen = ""
            let exitCode = try await Terminal.run(bench, ["apdu", "00200081{pin}"], transcript: &screen) {
                terminal in
                try await terminal.expect("tries left: ")
                try await terminal.type("246810\r")
                try await terminal.expect("Reading the card")
                kill(terminal.pid, number)
                try await terminal.expect("once more")
            }
            #expect(exitCode == 0, "\(exitCode) \(screen)")
            #expect(screen.contains("9000"))
            #expect(try bench.stored().tries == [3, 3, 10])
        }
    }
}
