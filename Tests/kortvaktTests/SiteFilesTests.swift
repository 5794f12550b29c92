import Testing

/// What the administrator wrote: shown whole, and no reason to forget what came with the program.
@Suite(.timeLimit(.minutes(10)))
struct SiteFilesTests {
    /// Runs `kortvakt` where `/etc/kortvakt` holds these files, in a mount namespace of its own.
    private func kortvakt(
        _ arguments: [String],
        lines: [String] = [],
        settings: String = "",
        cards: String = "",
        on bench: Bench
    ) async throws -> Run {
        let settingsFile = try bench.write(settings, to: "kortvakt.conf")
        let cardsFile = try bench.write(cards, to: "added.conf")
        let script = """
            mount -t tmpfs none /etc && mkdir -p /etc/kortvakt/cards.d && cp "$1" /etc/kortvakt/kortvakt.conf &&
            cp "$2" /etc/kortvakt/cards.d/added.conf && chmod -R u=rwX,go=rX /etc/kortvakt && shift 2 && exec "$@"
            """
        let command = [
            "unshare", "--user", "--map-root-user", "--mount", "sh", "-c", script, "sh", settingsFile,
            cardsFile, Bench.kortvakt,
        ]
        let input = lines.map { $0 + "\n" }.joined()
        return try await Run.run(command + arguments, environment: bench.environment, input: input)
    }

    @Test(arguments: ["emergency", "försök igen"])
    func adviceIsPrintedWhole(word: String) async throws {
        let text = String(String(repeating: word + " ", count: 300).prefix(1_495)) + "(end)"
        try await Bench.withCard(StoredState(auth: 0)) { bench in
            let settings = "[Advice]\nText=\(text)\nContact=Service desk\n"
            let run = try await kortvakt(
                ["pin", "verify", "--stdin"],
                lines: ["246810"],
                settings: settings,
                on: bench
            )
            #expect(run.exitCode == 7, "\(run.said)")
            #expect(run.err.contains(text))
            let json = try await kortvakt(
                ["pin", "verify", "--stdin", "--json"],
                lines: ["246810"],
                settings: settings,
                on: bench
            )
            #expect(try json.json()["error"]?["advice"]?.elements.first?.text == text)
        }
    }

    @Test(arguments: [
        "[Card mine]\nATR=3B 00\nName=x\n", "[Nonsense]\nx=1\n", "[Card mine]\nATR=hello\n", "",
    ])
    func aMistakeInAnAddedCardKeepsTheNamesOfTheOthers(cards: String) async throws {
        try await Bench.withCard { bench in
            let run = try await kortvakt(["status"], cards: cards, on: bench)
            #expect(run.exitCode == 0, "\(run.said)")
            #expect(run.err.contains("/etc/kortvakt/cards.d/added.conf") == !cards.isEmpty, "\(run.err)")
            #expect(run.out.contains("SITHS reservkort (Region Stockholm)"), "\(run.out)")
        }
    }
}
