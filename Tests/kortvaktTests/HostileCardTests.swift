import CardCore
import CardTesting
import FoundationEssentials
import Testing

/// Cards that are damaged, or whose texts are an attack on the terminal.
@Suite(.timeLimit(.minutes(10)))
struct HostileCardTests {
    @Test func anUnknownCardIsShownWithItsATRAndNothingElse() async throws {
        try await Bench.run { bench in
            try await bench.insert("siths", ["--fault", "unknown"])
            let atr = "3B7F96000080318065B0850400111202F0829000"
            let run = try await bench.kortvakt("status")
            #expect(run.exitCode == 5 && run.said.contains(atr))
            let json = try await bench.kortvakt("status", "--json")
            #expect(json.exitCode == 5)
            let card = try json.json()["readers"]?[0]?["card"]
            #expect(card?["atr"] == .string(atr) && card?["family"] == .null)
            #expect(card?["pins"] == .array([]) && card?["evidence"] == .null)
        }
    }

    @Test(arguments: [0, 1, 2, 7, 11, 17, 23, 31, 48, 61, 100, 173, 300, 511])
    func aCardWhoseFilesEndEarlyIsNeverAskedForACodeInVain(length: Int) async throws {
        try await Bench.withCard("siths", ["--fault", "truncate-files:\(length)"]) { bench in
            for command in [
                ["status"], ["pin", "list"], ["pin", "verify", "--stdin"], ["pin", "change", "--stdin"],
                ["pin", "unblock", "--stdin", "--pin", "01"],
            ] {
                let wrong = ["111222", "975310"]
                let run = try await bench.kortvakt(command + ["--json"], lines: wrong)
                // It may be damaged beyond use, or still good enough; it is never a crash.
                #expect([0, 5, 6, 8, 64].contains(run.exitCode), "\(command) \(run.exitCode) \(run.said)")
                _ = try run.json()
                let stored = try bench.stored()
                if run.exitCode != 6 {
                    #expect(stored.tries[0] == 3 || command.first != "status")
                } else {
                    // Where a code was presented it was the login PIN, and one try.
                    #expect(stored.tries[0] == 2 && stored.tries[1] == 3)
                    try await restore(bench, run)
                }
            }
        }
    }

    /// The counter again, by the right code.
    private func restore(_ bench: Bench, _ run: Run) async throws {
        _ = try await bench.kortvakt("pin", "verify", "--stdin", lines: ["246810"])
    }

    /// T19: labels are text of whoever made the card.
    @Test func textsOfTheCardCannotSteerTheTerminal() async throws {
        // As long as the labels that they replace: 12, 20 and 31 octets.
        let replaced = [
            ("Legitimering", "\u{1B}[2J\u{7}\n\r\u{202E}ab"),
            ("SITHS e-tjänstekort", "\u{1B}]0;owned\u{7}\u{9B}31mABCDE"),
            ("Testina Provkort (legitimering)", "\u{1B}[31mTestina\u{8}\u{8}\u{2028}Provkort\t\u{7F}abcd"),
        ]
        try await Bench.run { bench in
            let card = try await ChangedCard.make(in: bench, replacing: replaced)
            try await bench.insert(program: card)
            let json = try await bench.kortvakt("status", "--json")
            #expect(json.exitCode == 0)
            #expect(isPlain(json.out))
            let document = try json.json()["readers"]?[0]?["card"]
            #expect(document?["pins"]?[0]?["label"]?.text == replaced[0].1)
            #expect(document?["label"]?.text == replaced[1].1)
            for command in [
                ["status"], ["pin", "list"], ["pin", "verify", "--stdin"],
                ["pin", "verify", "--stdin", "--pin", "x"],
                ["pin", "unblock", "--stdin", "--pin", "01"],
            ] {
                let run = try await bench.kortvakt(command, lines: ["111222"])
                #expect(isPlain(run.said), "\(run.said)")
            }
            let status = try await bench.kortvakt("status")
            #expect(status.out.contains("\\u{1B}[2J"))
            var screen = ""
            _ = try await Terminal.run(bench, ["pin", "verify", "--pin", "01"], transcript: &screen) {
                terminal in
                try await terminal.expect(": ")
                try await terminal.type("\u{03}")
            }
            #expect(
                !screen.contains("\u{1B}[2J") && !screen.contains("\u{7}") && !screen.contains("\u{202E}")
            )
        }
    }

    /// No control characters but the newline, nothing that changes the direction of text.
    private func isPlain(_ text: String) -> Bool {
        text.unicodeScalars.allSatisfy { scalar in
            scalar == "\n"
                || scalar.value >= 0x20 && !(0x7F...0x9F).contains(scalar.value)
                    && !(0x2028...0x202E).contains(scalar.value)
        }
    }

    @Test func personalNumbersAreMaskedUnlessTheyAreAskedFor() async throws {
        let replaced = [("SITHS e-tjänstekort", "K 19121212-1212 ABCD")]
        try await Bench.run { bench in
            let card = try await ChangedCard.make(in: bench, replacing: replaced)
            try await bench.insert(program: card)
            for format in [[], ["--json"]] {
                let masked = try await bench.kortvakt(["status"] + format)
                #expect(masked.out.contains("K 19121212-****") && !masked.out.contains("1212-1212"))
                let shown = try await bench.kortvakt(["status", "--show-personal-data"] + format)
                #expect(shown.out.contains("K 19121212-1212"))
            }
        }
    }
}

/// A `kortvakt-card` with other texts on its `siths` card.
enum ChangedCard {
    /// Copies the program into the bench's folder, beside an image in which each text is replaced by one as long.
    static func make(in bench: Bench, replacing texts: [(String, String)]) async throws -> String {
        let folder = bench.folder + "/changed"
        let images = folder + "/share/kortvakt/software-cards"
        let run = try await bench.tool(
            "sh",
            "-c",
            "mkdir -p \"$1/bin\" \"$2\" && cp \"$3\" \"$1/bin\"",
            "sh",
            folder,
            images,
            Bench.kortvaktCard
        )
        guard run.exitCode == 0 else { throw BenchError(said: run.said) }
        let original = BuildFolder.sources + "/Fixtures/cards/siths.json"
        var image = String(decoding: try Data(contentsOf: URL(filePath: original)), as: UTF8.self)
        for (old, new) in texts {
            let (old, new) = (Array(old.utf8), Array(new.utf8))
            guard old.count == new.count else {
                throw BenchError(said: "\(old.count) and \(new.count) octets")
            }
            let hex = Hex.string(of: old)
            guard image.contains(hex) else { throw BenchError(said: "no \(hex)") }
            image = image.split(separator: hex, omittingEmptySubsequences: false).joined(
                separator: Hex.string(of: new)
            )
        }
        try Data(image.utf8).write(to: URL(filePath: images + "/siths.json"))
        return folder + "/bin/kortvakt-card"
    }
}
