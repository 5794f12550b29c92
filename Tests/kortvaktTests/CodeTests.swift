import Testing

/// Codes that cannot be right, are wrong, or meet a card that refuses: exit codes, words, and tries that were spent.
@Suite(.timeLimit(.minutes(10)))
struct CodeTests {
    @Test(arguments: cases)
    func endsWithTheRightCodeAndSpendsWhatItSays(_ sample: Case) async throws {
        // A state that belongs to no code of a card without any would be refused.
        let isUnknown = sample.code == "card-not-recognised"
        try await Bench.run { bench in
            if !isUnknown { try bench.store(sample.state) }
            try await bench.insert("siths", sample.options)
            let before = isUnknown ? nil : try bench.stored()
            let run = try await bench.kortvakt(sample.command + ["--json"], lines: sample.lines)
            #expect(run.exitCode == sample.exitCode, "\(run.said)")
            let error = try run.json()["error"]
            #expect(error?["code"]?.text == sample.code, "\(run.said)")
            #expect(error?.keys == ["code", "pin", "remainingTries", "message", "advice"])
            let message = error?["message"]?.text ?? ""
            for word in sample.words { #expect(message.contains(word)) }
            // One sentence of what happened and one of what to do, in words too.
            let sentences = run.err.split(separator: "\n")
            #expect(sentences.count >= 2)
            #expect(sample.lines.filter { $0.count > 3 }.allSatisfy { !run.said.contains($0) })
            guard let before else { return }
            let after = try bench.stored()
            #expect(after.tries == sample.tries ?? before.tries)
            #expect(after.codes.mapValues(\.value) == before.codes.mapValues(\.value))
        }
    }

    @Test func aPUKThatUnblocksResetsNoCounterOfAnother() async throws {
        try await Bench.withCard(StoredState(auth: 0, sign: 2, puk: 5)) { bench in
            let run = try await bench.kortvakt(Self.unblock, lines: ["13572468", "975310"])
            #expect(run.exitCode == 0, "\(run.said)")
            let after = try bench.stored()
            #expect(after.tries[0] == 3 && after.tries[1] == 2)
            #expect(after.authPIN == "975310")
            // What it says about the PUK is what is on the card.
            #expect(run.out.contains("\(after.tries[2])"))
        }
    }

    @Test(arguments: [Self.verify, Self.change])
    func theCounterInAnAnswerIsTheOneOnTheCard(command: [String]) async throws {
        try await Bench.withCard(StoredState(auth: 2)) { bench in
            let run = try await bench.kortvakt(command + ["--json"], lines: ["246810", "975310"])
            #expect(run.exitCode == 0)
            let pin = try #require(try run.json()["pins"]?[0])
            let told = pin["remainingTries"]
            let kept = try bench.stored().tries[0]
            #expect(told == .null || told?.int == kept)
        }
    }

    @Test func aDateIsTakenFromALineWithAWarning() async throws {
        try await Bench.withCard { bench in
            let run = try await bench.kortvakt(Self.change, lines: ["246810", "240387"])
            #expect(run.exitCode == 0 && run.err.contains("date"))
            #expect(try bench.stored().authPIN == "240387")
        }
    }

    @Test func linesWithCarriageReturnsAreNotTakenForCodes() async throws {
        try await Bench.withCard { bench in
            let run = try await bench.kortvakt(Self.verify, lines: ["246810\r"])
            #expect([0, 8].contains(run.exitCode))
            #expect(try bench.stored().tries == [3, 3, 10])
        }
    }
}
