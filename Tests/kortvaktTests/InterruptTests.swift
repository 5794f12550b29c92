import Testing

/// Ctrl-C while the card works, not while a question is asked.
@Suite(.timeLimit(.minutes(10)))
struct InterruptTests {
    @Test func endsAReadingBeforeTheQuestion() async throws {
        try await Bench.withCard("siths", ["--delay", "300"]) { bench in
            var screen = ""
            let exitCode = try await Terminal.run(bench, ["pin", "verify"], transcript: &screen) { terminal in
                try await terminal.expect("Reading the card")
                try await terminal.type("\u{03}")
            }
            #expect(exitCode == 10 || exitCode == -2)
            #expect(!screen.contains("tries left: "), "\(screen)")
            #expect(try bench.stored() == StoredState())
        }
    }

    /// Whenever it comes, what is said agrees with what the card has seen.
    @Test(arguments: [0, 200, 400, 600, 800, 1_000, 1_300])
    func neverHidesThatACodeWasSent(milliseconds: Int) async throws {
        try await Bench.withCard("siths", ["--delay", "300"]) { bench in
            var screen = ""
            let exitCode = try await Terminal.run(bench, ["pin", "verify"], transcript: &screen) { terminal in
                try await terminal.expect("3 tries left: ")
                try await terminal.type("111222\r")
                try await Task.sleep(for: .milliseconds(milliseconds))
                try await terminal.type("\u{03}")
            }
            let tries = try bench.stored().tries[0]
            switch exitCode {
            case 6, 13: #expect(tries == 2, "\(exitCode) \(screen)")
            default:
                #expect(exitCode == 10 || exitCode == -2, "\(exitCode) \(screen)")
                #expect(tries == 3, "\(exitCode) \(screen)")
            }
        }
    }

    /// A card that has fallen silent: the reader waits, the person does not have to.
    @Test func endsTheWaitForASilentCard() async throws {
        try await Bench.withCard("siths", ["--fault", "mute:4"]) { bench in
            let exitCode = try await Terminal.run(bench, ["status"]) { terminal in
                try await terminal.expect("Reading the card")
                try await terminal.type("\u{03}")
            }
            #expect(exitCode == 10 || exitCode == -2)
        }
    }

    /// The same with a code on its way: that it was sent is said, whatever the card would have answered.
    @Test func saysThatACodeWasSentToACardThatFellSilent() async throws {
        try await Bench.run { bench in
            let card = try await bench.insert("siths", ["--count", bench.folder + "/count"])
            _ = try await bench.kortvakt("pin", "verify", "--stdin", lines: ["246810"])
            try await bench.pull(card)
            // The code is in the last command.
            let count = try bench.read("count").split(separator: " ").first?.split(separator: "=").last
            try await bench.insert("siths", ["--fault", "mute:\(count ?? "")"])
            var screen = ""
            let exitCode = try await Terminal.run(bench, ["pin", "verify"], transcript: &screen) { terminal in
                try await terminal.expect("tries left: ")
                try await terminal.type("246810\r")
                try await terminal.expect("Reading the card")
                try await terminal.type("\u{03}")
                try await terminal.expect("once more")
                try await terminal.type("\u{03}")
            }
            #expect(exitCode == 13, "\(screen)")
        }
    }
}
