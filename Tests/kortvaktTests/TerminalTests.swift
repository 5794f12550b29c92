import Glibc
import Testing

/// Codes typed by a person on a real terminal.
@Suite(.timeLimit(.minutes(10)))
struct TerminalTests {
    @Test func aCodeIsAskedForWithTheTriesInViewAndNothingIsEchoed() async throws {
        try await Bench.withCard(StoredState(auth: 2)) { bench in
            var screen = ""
            var before = ""
            var during = ""
            var after = ""
            let exitCode = try await Terminal.run(bench, ["pin", "verify"], transcript: &screen) { terminal in
                before = try await terminal.settings()
                try await terminal.expect("2 tries left")
                try await terminal.expect(": ")
                during = try await terminal.settings()
                try await terminal.type("246810\r")
                try await terminal.expect("right")
                after = try await terminal.settings()
            }
            #expect(exitCode == 0)
            #expect(!screen.contains("2468") && !screen.contains("*"))
            // The first settings may have been read before the prompt or during it; the last ones decide.
            #expect(during.contains("-echo ") && !after.contains("-echo "))
            #expect(!after.contains("-icanon") && !after.contains("-isig"))
            #expect(before == after || before == during)
        }
    }

    @Test func aNewPINIsAskedForTwice() async throws {
        try await Bench.withCard { bench in
            var screen = ""
            let exitCode = try await Terminal.run(bench, ["pin", "change"], transcript: &screen) { terminal in
                try await terminal.expect("3 tries left: ")
                try await terminal.type("246810\r")
                try await terminal.expect("6 to 8 digits: ")
                try await terminal.type("975310\r")
                try await terminal.expect("once more: ")
                try await terminal.type("975310\r")
            }
            #expect(exitCode == 0)
            #expect(try bench.stored().authPIN == "975310")
            #expect(!screen.contains("2468") && !screen.contains("9753"))
        }
    }

    @Test func twoDifferentEntriesEndItAndNothingIsSent() async throws {
        try await Bench.withCard { bench in
            let trace = bench.folder + "/trace"
            var screen = ""
            let command = ["pin", "change", "--trace", trace]
            let exitCode = try await Terminal.run(bench, command, transcript: &screen) { terminal in
                for code in ["246810", "975310", "975311"] {
                    try await terminal.expect(": ")
                    try await terminal.type(code + "\r")
                }
            }
            #expect(exitCode == 8)
            #expect(screen.contains("differ"))
            #expect(try bench.stored() == StoredState())
            #expect(try !bench.read("trace").contains("secret"))
        }
    }

    @Test(arguments: [("\u{03}", "Ctrl-C"), ("\u{04}", "Ctrl-D"), ("\u{1C}", "Ctrl-\\")])
    func aKeyCancelsAndTheTerminalIsRestored(key: (String, String)) async throws {
        try await Bench.withCard { bench in
            var after = ""
            let exitCode = try await Terminal.run(bench, ["pin", "verify"]) { terminal in
                try await terminal.expect(": ")
                if key.0 != "\u{04}" { try await terminal.type("2468") }
                try await terminal.type(key.0)
                try await terminal.expect("ancelled")
                after = try await terminal.settings()
            }
            #expect(exitCode == 10)
            #expect(!after.contains("-echo ") && !after.contains("-icanon") && !after.contains("-isig"))
            #expect(try bench.stored() == StoredState())
        }
    }

    @Test(arguments: [SIGTERM, SIGHUP, SIGINT, SIGQUIT])
    func aSignalAtThePromptRestoresTheTerminal(signal: Int32) async throws {
        try await Bench.withCard { bench in
            var during = ""
            var after = ""
            let exitCode = try await Terminal.run(bench, ["pin", "change"]) { terminal in
                try await terminal.expect(": ")
                try await terminal.type("246810\r")
                try await terminal.expect("digits: ")
                during = try await terminal.settings()
                kill(terminal.pid, signal)
                try await terminal.expect("ancelled")
                after = try await terminal.settings()
            }
            #expect(exitCode == 10)
            #expect(during.contains("-echo ") && !after.contains("-echo ") && !after.contains("-icanon"))
            #expect(try bench.stored() == StoredState())
        }
    }

    @Test(arguments: [
        "135\u{15}246810", "24681\u{7F}10", "24\u{08}4681x\u{7F}0", "9\u{7F}\u{7F}\u{7F}246810",
    ])
    func mistypedCharactersAreTakenBack(typed: String) async throws {
        try await Bench.withCard { bench in
            let exitCode = try await Terminal.run(bench, ["pin", "verify"]) { terminal in
                try await terminal.expect(": ")
                try await terminal.type(typed + "\r")
            }
            #expect(exitCode == 0)
            #expect(try bench.stored() == StoredState())
        }
    }

    @Test func whatWasTypedBeforeTheQuestionIsNotTheAnswer() async throws {
        try await Bench.withCard("siths", ["--delay", "20"]) { bench in
            let exitCode = try await Terminal.run(bench, ["pin", "verify"]) { terminal in
                try await terminal.type("111222\r111222\r")
                try await terminal.expect("tries left: ")
                try await terminal.type("246810\r")
            }
            #expect(exitCode == 0)
            #expect(try bench.stored() == StoredState())
        }
    }

    @Test func aSlowCardIsAnnouncedAndTheAnnouncementIsGoneBeforeTheQuestion() async throws {
        try await Bench.withCard("siths", ["--delay", "100"]) { bench in
            var screen = ""
            let exitCode = try await Terminal.run(bench, ["pin", "verify"], transcript: &screen) { terminal in
                try await terminal.expect("Reading the card")
                try await terminal.expect("\r\u{1B}[K")
                try await terminal.expect("tries left: ")
                #expect(terminal.rest.isEmpty)
                try await terminal.type("246810\r")
            }
            #expect(exitCode == 0)
            let status = try await Terminal.run(bench, ["status"], transcript: &screen) { terminal in
                try await terminal.expect("Reading the card")
                try await terminal.expect("\r\u{1B}[K")
                try await terminal.expect("Legitimering")
            }
            #expect(status == 0)
        }
    }

    @Test func aFastCardIsNotAnnounced() async throws {
        try await Bench.withCard { bench in
            var screen = ""
            _ = try await Terminal.run(bench, ["status"], transcript: &screen) { _ in }
            #expect(screen.contains("Legitimering") && !screen.contains("Reading"))
        }
    }

    @Test(arguments: [["verify"], ["change"], ["unblock", "--pin", "auth"]])
    func withoutATerminalAndWithoutLinesNothingIsAsked(command: [String]) async throws {
        try await Bench.withCard { bench in
            let run = try await bench.kortvakt(["pin"] + command + ["--json"], lines: ["246810", "975310"])
            #expect(run.exitCode == 64 && run.errorCode == "usage")
            #expect(try bench.stored() == StoredState())
        }
    }

    @Test func aTerminalThatGoesAwayCancels() async throws {
        try await Bench.withCard { bench in
            // The terminal's other side is closed with the window: the shell gets SIGHUP, and reads fail.
            let run = try await bench.tool(
                "python3",
                "-c",
                """
                import os, pty, sys, time
                pid, master = pty.fork()
                if pid == 0:
                    os.execv(sys.argv[1], sys.argv[1:])
                seen = b""
                while b": " not in seen:
                    seen += os.read(master, 4096)
                os.close(master)
                status = os.waitpid(pid, 0)[1]
                print(os.waitstatus_to_exitcode(status))
                """,
                Bench.kortvakt,
                "pin",
                "verify"
            )
            #expect(run.out == "10\n", "\(run.said)")
            #expect(try bench.stored() == StoredState())
        }
    }
}

extension Terminal {
    /// Waits for `text` behind `first`.
    func expect(_ text: String, after first: String) async throws {
        try await expect(first)
        try await expect(text)
    }
}
