import CardTesting
import FoundationEssentials
import VirtualCards
import VirtualReaders

/// A private card service with the programs around it; everything a test at the level of programs needs.
struct Bench: Sendable {
    let service: PrivateCardService
    /// A folder that goes with the service.
    var folder: String { service.directory }

    static let kortvakt = BuildFolder.products + "/kortvakt"
    static let kortvaktCard = BuildFolder.products + "/kortvakt-card"
    static let other = BuildFolder.sources + "/Tests/kortvaktTests/Programs/other.py"

    /// Lends a bench of its own to `body`.
    static func run<R: Sendable>(
        entries: Int = 1,
        _ body: @Sendable (Bench) async throws -> R
    ) async throws -> R {
        try await PrivateCardService.run(
            driver: SharedCardService.driver,
            name: "Bench",
            entries: entries
        ) {
            try await body(Bench(service: $0))
        }
    }

    /// The same with a card in its only used reader.
    static func withCard<R: Sendable>(
        _ profile: String = "siths",
        _ options: [String] = [],
        _ body: @Sendable (Bench) async throws -> R
    ) async throws -> R {
        try await run { bench in
            try await bench.insert(profile, options)
            return try await body(bench)
        }
    }

    var environment: [String: String] { ["PCSCLITE_CSOCK_NAME": service.socketPath] }

    /// The file that keeps the state of the card in `slot`.
    func stateFile(slot: Int = 0) -> String { folder + "/state\(slot)" }

    /// Puts a card into a reader and waits until the service has seen it.
    ///
    /// Its codes and counters are kept in `stateFile`.
    @discardableResult
    func insert(
        _ profile: String = "siths",
        _ options: [String] = [],
        slot: Int = 0,
        program: String = kortvaktCard
    ) async throws -> RunningCard {
        let card = try await service.insertCard(program, slot: slot) { address in
            [profile, "--connect", address, "--state", stateFile(slot: slot)] + options
        }
        try await wait(for: "present", slot: slot)
        return card
    }

    /// Pulls a card and waits until the service has seen it.
    func pull(_ card: RunningCard, slot: Int = 0) async throws {
        _ = await card.remove()
        try await wait(for: "empty", slot: slot)
    }

    private func wait(for presence: String, slot: Int) async throws {
        let command = ["python3", "-I", Self.other, service.readerName(slot: slot), presence]
        let run = try await Run.run(command, environment: environment)
        guard run.exitCode == 0 else { throw BenchError(said: run.said) }
    }

    /// Runs `kortvakt`; each of `lines` is one line of its standard input.
    func kortvakt(
        _ arguments: String...,
        lines: [String] = [],
        environment more: [String: String] = [:]
    ) async throws -> Run {
        try await kortvakt(arguments, lines: lines, environment: more)
    }

    func kortvakt(
        _ arguments: [String],
        lines: [String] = [],
        environment more: [String: String] = [:]
    ) async throws -> Run {
        try await Run.run(
            [Self.kortvakt] + arguments,
            environment: environment.merging(more) { _, new in new },
            input: lines.map { $0 + "\n" }.joined()
        )
    }

    /// Runs `kortvakt` where /etc holds nothing but kortvakt.conf with `settings`, in a mount namespace of its own.
    func kortvakt(
        _ arguments: [String],
        settings: String,
        environment more: [String: String] = [:]
    ) async throws -> Run {
        let script = """
            mount -t tmpfs none /etc && mkdir -p /etc/kortvakt && cp "$1" /etc/kortvakt/kortvakt.conf &&
            chmod -R u=rwX,go=rX /etc/kortvakt && shift && exec "$@"
            """
        let namespace = ["unshare", "--user", "--map-root-user", "--mount", "sh", "-c", script, "sh"]
        return try await Run.run(
            namespace + [write(settings, to: "kortvakt.conf"), Self.kortvakt] + arguments,
            environment: environment.merging(more) { _, new in new }
        )
    }

    /// Runs somebody else's program at this service.
    func tool(
        _ command: String...,
        environment more: [String: String] = [:]
    ) async throws -> Run {
        try await Run.run(command, environment: environment.merging(more) { _, new in new })
    }

    func write(_ text: String, to name: String) throws -> String {
        let path = folder + "/" + name
        try Data(text.utf8).write(to: URL(filePath: path))
        return path
    }

    func read(_ name: String) throws -> String {
        String(decoding: try Data(contentsOf: URL(filePath: folder + "/" + name)), as: UTF8.self)
    }
}

struct BenchError: Error { let said: String }
