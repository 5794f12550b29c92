import CardTesting
import FoundationEssentials
import Testing

/// GnuPG at a bench, the judge of OpenPGP cards: its card program alone, and `gpg --card-status`.
struct GnuPG {
    let bench: Bench
    private let home: String

    static let program = BuildFolder.sources + "/Tests/kortvaktTests/Programs/scdaemon.py"

    /// In a home of its own, beside whoever else uses the card.
    init(_ bench: Bench) throws {
        self.bench = bench
        home = bench.folder + "/gnupg"
        try FileManager.default.createDirectory(
            atPath: home,
            withIntermediateDirectories: true,
            attributes: [.posixPermissions: 0o700]
        )
        _ = try bench.write("disable-ccid\npcsc-shared\n", to: "gnupg/scdaemon.conf")
    }

    /// Whether one command of scdaemon was accepted, with the codes that it asked for, and the counters after it.
    func card(_ command: String, _ codes: String...) async throws -> (accepted: Bool, tries: [Int]) {
        let run = try await Run.run(
            ["python3", "-I", Self.program, home, command] + codes,
            environment: bench.environment
        )
        let counters = run.out.split(separator: "\n").last { $0.hasPrefix("counters") }
        return (run.exitCode == 0, (counters ?? "").split(separator: " ").compactMap { Int($0) })
    }

    func accepts(_ pin: String) async throws -> Bool {
        try await card("CHECKPIN \(Self.serialNumber)", pin).accepted
    }

    /// Counters of PW1, the resetting code and PW3.
    func tries() async throws -> [Int] { try await card("GETATTR CHV-STATUS").tries }

    /// What `gpg --card-status` prints; its helpers are ended again.
    func status() async throws -> Run {
        let run = try await bench.tool("gpg", "--card-status", environment: ["GNUPGHOME": home])
        _ = try await bench.tool("gpgconf", "--kill", "all", environment: ["GNUPGHOME": home])
        return run
    }

    private static let serialNumber = "D276000124010304FF7E0BADC0DE0000"
}
