import CardTesting
import Testing

/// What the administrator has to say closes every message about a card that cannot be used.
@Suite(.timeLimit(.minutes(10)))
struct SiteAdviceTests {
    private static let settings = """
        [Advice]
        Text=Use the emergency account.
        Text[sv]=Logga in med reservkontot.
        Contact=Service desk, telephone 12345

        [Advice siths]
        Contact=SITHS desk, floor 2
        """

    /// Runs `kortvakt` where `/etc/kortvakt` holds `settings`, in a mount namespace of its own.
    private func kortvakt(
        _ arguments: [String],
        lines: [String],
        settings: String = Self.settings,
        mode: String = "644",
        on bench: Bench
    ) async throws -> Run {
        let file = try bench.write(settings, to: "kortvakt.conf")
        let script = """
            mount -t tmpfs none /etc && mkdir /etc/kortvakt && cp "$1" /etc/kortvakt/kortvakt.conf &&
            chmod "$2" /etc/kortvakt/kortvakt.conf && shift 2 && exec "$@"
            """
        let command = [
            "unshare", "--user", "--map-root-user", "--mount", "sh", "-c", script, "sh", file, mode,
            Bench.kortvakt,
        ]
        let input = lines.map { $0 + "\n" }.joined()
        return try await Run.run(command + arguments, environment: bench.environment, input: input)
    }

    @Test(
        arguments: [
            (StoredState(auth: 0), [], ["pin", "verify", "--stdin"], 7),
            (StoredState(auth: 0, puk: 0), [], ["pin", "unblock", "--stdin"], 7),
            (StoredState(), ["--fault", "no-activation"], ["pin", "verify", "--stdin"], 5),
            (StoredState(), ["--fault", "no-change"], ["pin", "change", "--stdin"], 5),
        ] as [(StoredState, [String], [String], Int32)]
    )
    func closesTheMessage(
        state: StoredState,
        options: [String],
        command: [String],
        exitCode: Int32
    ) async throws {
        try await Bench.withCard(state, options) { bench in
            let lines = ["246810", "975310"]
            let run = try await kortvakt(command, lines: lines, on: bench)
            #expect(run.exitCode == exitCode, "\(run.said)")
            #expect(run.err.contains("emergency account"))
            let last = run.err.split(separator: "\n").last.map(String.init) ?? ""
            #expect(last.contains("desk"))
            let json = try await kortvakt(command + ["--json"], lines: lines, on: bench)
            #expect(try json.json()["error"]?["advice"]?.elements.isEmpty == false)
            let swedish = try await kortvakt(command + ["--lang", "sv"], lines: lines, on: bench)
            #expect(swedish.err.contains("reservkontot"))
        }
    }

    @Test func isAbsentWithoutSettings() async throws {
        try await Bench.withCard(StoredState(auth: 0)) { bench in
            let run = try await kortvakt(
                ["pin", "verify", "--stdin", "--json"],
                lines: ["246810"],
                settings: "",
                on: bench
            )
            #expect(run.exitCode == 7)
            #expect(try run.json()["error"]?["advice"] == .array([]))
        }
    }

    @Test(arguments: [
        ("[Nonsense]\nx=1\n", "644", "[Nonsense]: there is no such group"),
        ("[PINPolicy]\nAllowTrivial=perhaps\n", "644", "[PINPolicy] AllowTrivial: its value is not allowed"),
        (Self.settings, "666", "others may write to it"),
    ])
    func settingsThatAreRefusedAreReportedAndDoNotStopAPIN(
        settings: String,
        mode: String,
        reason: String
    ) async throws {
        try await Bench.withCard { bench in
            let run = try await kortvakt(
                ["pin", "verify", "--stdin"],
                lines: ["246810"],
                settings: settings,
                mode: mode,
                on: bench
            )
            #expect(run.exitCode == 0, "\(run.said)")
            #expect(run.err.contains("/etc/kortvakt/kortvakt.conf"))
            #expect(run.err.contains(reason))
        }
    }

    @Test func theAdministratorMayAllowTrivialPINs() async throws {
        try await Bench.withCard { bench in
            let run = try await kortvakt(
                ["pin", "change", "--stdin"],
                lines: ["246810", "123456"],
                settings: "[PINPolicy]\nAllowTrivial=true\n",
                on: bench
            )
            #expect(run.exitCode == 0, "\(run.said)")
            #expect(try bench.stored().authPIN == "123456")
        }
    }
}
