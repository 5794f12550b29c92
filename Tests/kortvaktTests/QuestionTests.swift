import Testing

/// What a person is told and asked besides codes.
@Suite(.timeLimit(.minutes(10)))
struct QuestionTests {
    @Test func unblockingShowsItsPlanBeforeItAsks() async throws {
        try await Bench.withCard(StoredState(auth: 0, puk: 7)) { bench in
            var screen = ""
            let exitCode = try await Terminal.run(bench, ["pin", "unblock"], transcript: &screen) {
                terminal in
                for text in [
                    "blocked", "PUK", "8 digits", "7 tries left", "new", "6 to 8 digits", "document",
                ] {
                    try await terminal.expect(text)
                }
                try await terminal.expect("PUK, 7 tries left: ")
                try await terminal.type("13572468\r")
                try await terminal.expect(": ")
                try await terminal.type("975310\r")
                try await terminal.expect(": ")
                try await terminal.type("975310\r")
                try await terminal.expect("3 tries left")
                try await terminal.expect("PUK")
            }
            #expect(exitCode == 0)
            #expect(try bench.stored().authPIN == "975310")
            #expect(!screen.contains("1357") && !screen.contains("9753"))
        }
    }

    @Test func ofTwoBlockedPINsOneIsAskedForAndThenTheOtherIsOffered() async throws {
        try await Bench.withCard(StoredState(auth: 0, sign: 0)) { bench in
            let exitCode = try await Terminal.run(bench, ["pin", "unblock"]) { terminal in
                try await terminal.expect("Which")
                try await terminal.expect("Legitimering")
                try await terminal.expect("Underskrift")
                try await terminal.expect(": ", after: "Number")
                try await terminal.type("2\n")
                try await terminal.expect("signature PIN")
                try await terminal.expect(": ", after: "PUK, 10 tries left")
                try await terminal.type("13572468\r")
                for _ in 1...2 {
                    try await terminal.expect(": ", after: "New")
                    try await terminal.type("975310\r")
                }
                try await terminal.expect("blocked as well")
                try await terminal.expect("(yes/no) ")
                try await terminal.type("yes\n")
                // The PUK is not kept: it is asked for again.
                try await terminal.expect("login PIN")
                try await terminal.expect("tries left: ")
                try await terminal.type("13572468\r")
                for _ in 1...2 {
                    try await terminal.expect(": ", after: "New")
                    try await terminal.type("864202\r")
                }
            }
            #expect(exitCode == 0)
            let stored = try bench.stored()
            #expect(stored.authPIN == "864202" && stored.codes["82"]?.value == "975310")
            #expect(stored.tries[0] == 3 && stored.tries[1] == 3)
        }
    }

    @Test func aNoToTheOtherBlockedPINLeavesItBlocked() async throws {
        try await Bench.withCard(StoredState(auth: 0, sign: 0)) { bench in
            let exitCode = try await Terminal.run(bench, ["pin", "unblock"]) { terminal in
                try await terminal.expect(": ", after: "Number")
                try await terminal.type("1\n")
                try await terminal.expect(": ", after: "PUK, 10 tries left")
                try await terminal.type("13572468\r")
                for _ in 1...2 {
                    try await terminal.expect(": ", after: "New")
                    try await terminal.type("975310\r")
                }
                try await terminal.expect("(yes/no) ")
                try await terminal.type("no\n")
            }
            #expect(exitCode == 0)
            #expect(try bench.stored().tries[1] == 0)
        }
    }

    @Test(arguments: ["yes", "no", ""])
    func aDateAsksASecondQuestion(answer: String) async throws {
        try await Bench.withCard { bench in
            let exitCode = try await Terminal.run(bench, ["pin", "change"]) { terminal in
                for code in ["246810", "240387", "240387"] {
                    try await terminal.expect(": ")
                    try await terminal.type(code + "\r")
                }
                try await terminal.expect("date")
                try await terminal.expect("(yes/no) ")
                try await terminal.type(answer + "\n")
            }
            #expect(exitCode == (answer == "yes" ? 0 : 10))
            #expect(try bench.stored().authPIN == (answer == "yes" ? "240387" : "246810"))
        }
    }

    @Test(arguments: ["\u{03}", "\u{04}"])
    func aQuestionIsCancelledToo(key: String) async throws {
        try await Bench.withCard { bench in
            let exitCode = try await Terminal.run(bench, ["pin", "change"]) { terminal in
                for code in ["246810", "240387", "240387"] {
                    try await terminal.expect(": ")
                    try await terminal.type(code + "\r")
                }
                try await terminal.expect("(yes/no) ")
                try await terminal.type(key)
            }
            #expect(exitCode == 10)
            #expect(try bench.stored() == StoredState())
        }
    }
}
