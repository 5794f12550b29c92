import CardTesting
import Glibc
import Subprocess
import Testing
import VirtualReaders

@testable import PCSC

/// A real pcscd with virtual readers, and a monitor of it.
struct MonitoredPcscd {
    let service: PrivateCardService
    let monitor: ReaderMonitor
    let log: EventLog

    /// For the process of an exit test, because libpcsclite looks up its socket once.
    static func run(
        entries: Int = 1,
        timing: ReaderMonitor.Timing = ReaderMonitor.Timing(),
        sink: @escaping @Sendable (ReaderEvent) -> Void = { _ in },
        before: (PrivateCardService) async throws -> Void = { _ in },
        _ body: (MonitoredPcscd) async throws -> Void
    ) async throws {
        try await PrivateCardService.run(driver: SharedCardService.driver, entries: entries) { service in
            unsafe setenv("PCSCLITE_CSOCK_NAME", service.socketPath, 1)
            try await before(service)
            let log = EventLog()
            let monitor = try ReaderMonitor(timing: timing) { event, _ in
                sink(event)
                log.record(event)
            }
            try await body(MonitoredPcscd(service: service, monitor: monitor, log: log))
            #expect(monitor.stop())
        }
    }

    @discardableResult
    static func insert(
        _ service: PrivateCardService,
        slot: Int = 0,
        atr: String = CardInReader.t0
    ) async throws -> RunningCard {
        try await service.insertCard("/usr/bin/python3", slot: slot) { address in
            [HelperProgram.path("card.py"), address, atr]
        }
    }

    func insert(slot: Int = 0, atr: String = CardInReader.t0) async throws -> RunningCard {
        try await Self.insert(service, slot: slot, atr: atr)
    }

    func reader(_ slot: Int) -> Reader { Reader(nameBytes: Array(service.readerName(slot: slot).utf8)) }

    func card(_ slot: Int, _ count: UInt16) -> InsertedCard {
        InsertedCard(reader: reader(slot), eventCount: count, atr: [0x3B, 0x02, 0x14, 0x50])
    }

    /// The process id of its pcscd; `nil` while none runs.
    var pid: Int32? { service.pcscd }

    /// Kills pcscd, and after `meanwhile` starts it again where it was, for as long as `body` runs.
    func killed(
        meanwhile: () async throws -> Void,
        thenAgain body: () async throws -> Void
    ) async throws {
        let pid = try #require(pid)
        let stat = String(decoding: ProcessFiles.contents(of: "/proc/\(pid)/stat"), as: UTF8.self)
        // After the name: the state and the parent's process id.
        let parent = try #require(stat.split(separator: ")").last?.split(separator: " ")[1])
        kill(pid, SIGKILL)
        try await meanwhile()
        var command = [
            "systemd-socket-activate", "-l", service.socketPath, "pcscd", "--foreground", "-c",
            service.directory + "/readers",
        ]
        if service.isIsolated {
            let spaces = ["--user", "--net", "--mount", "--pid", "--target", "\(parent)"]
            command = ["nsenter", "--preserve-credentials"] + spaces + command
        }
        let again = command
        let process = Task {
            var options = PlatformOptions()
            options.teardownSequence = [.gracefulShutDown(allowedDurationToNextStep: .seconds(1))]
            _ = try await Subprocess.run(
                .name(again[0]),
                arguments: Arguments(Array(again.dropFirst())),
                platformOptions: options,
                output: .discarded,
                error: .discarded
            )
        }
        defer { process.cancel() }
        try await body()
    }

    private var path: String { service.directory + "/readers/vpcd" }

    /// What pcscd's configuration of the readers says.
    var configuration: [UInt8] {
        get throws {
            let bytes = ProcessFiles.contents(of: path)
            try #require(!bytes.isEmpty)
            return bytes
        }
    }

    func configure(_ bytes: [UInt8]) throws {
        let file = unsafe open(path, O_WRONLY | O_TRUNC | O_CLOEXEC)
        try #require(file >= 0)
        defer { close(file) }
        try #require(unsafe write(file, bytes, bytes.count) == bytes.count)
    }

    /// Gives the readers names that are not UTF-8.
    func renameReaders() throws {
        let before = try configuration
        let old = Array("\"Virtual Reader\"".utf8)
        let start = try #require(before.indices.first { before[$0...].starts(with: old) })
        let new = Array("\"not ".utf8) + [0xFF, 0xC3] + Array(" UTF-8\"".utf8)
        try configure(before[..<start] + new + before[(start + old.count)...])
    }
}
