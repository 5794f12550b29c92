import CardCore
import Glibc
import Testing

@testable import PCSC

/// A service that moves as it is told (`Programs/moving_service.py`), and a monitor of it.
struct MovingService {
    let program: HelperProgram
    let monitor: ReaderMonitor
    let log: EventLog

    static let atr: [UInt8] = [0x3B, 0x00]

    /// In milliseconds: a wait that has lasted so long is not the one before the second look after a change.
    static let longerThanSettling = 300

    /// For the process of an exit test, because libpcsclite looks up its socket once.
    ///
    /// `prepare` are lines for the service before the monitor starts. `sink` is called before an event is
    /// logged.
    static func run(
        _ prepare: String...,
        timing: ReaderMonitor.Timing = ReaderMonitor.Timing(),
        sink: @escaping @Sendable (ReaderEvent) -> Void = { _ in },
        _ body: (MovingService) async throws -> Void
    ) async throws {
        try await withSocket { socket in
            try await HelperProgram.run("moving_service.py", [socket]) { program in
                for line in prepare { try await program.tell(line) }
                let log = EventLog()
                let monitor = try ReaderMonitor(timing: timing) { event, _ in
                    sink(event)
                    log.record(event)
                }
                try await body(MovingService(program: program, monitor: monitor, log: log))
                _ = monitor.stop()
            }
        }
    }

    /// The same without a monitor, for those who ask the service for the states of its readers.
    static func withProgram(
        _ prepare: String...,
        body: (HelperProgram) async throws -> Void
    ) async throws {
        try await withSocket { socket in
            try await HelperProgram.run("moving_service.py", [socket]) { program in
                for line in prepare { try await program.tell(line) }
                try await body(program)
            }
        }
    }

    /// Lends the path of a socket that is not there yet, and leads libpcsclite to it.
    static func withSocket(_ body: (String) async throws -> Void) async throws {
        var template = Array("/tmp/kortvakt-moving-XXXXXX".utf8CString)
        try #require(unsafe mkdtemp(&template) != nil)
        let directory = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
        unsafe setenv("PCSCLITE_CSOCK_NAME", directory + "/socket", 1)
        defer { removeSocket() }
        try await body(directory + "/socket")
    }

    /// Removes the socket and its folder.
    static func removeSocket() {
        let socket = ServiceSocket.path
        unsafe unlink(socket)
        unsafe rmdir("/" + socket.split(separator: "/").dropLast().joined(separator: "/"))
    }

    /// Lines for the service.
    func tell(_ lines: String...) async throws {
        for line in lines { try await program.tell(line) }
    }

    static func reader(_ name: String) -> Reader { Reader(nameBytes: Array(name.utf8)) }

    /// The line that makes a reader.
    static func plug(_ slot: Int, _ name: String) -> String {
        "reader \(slot) \(Hex.string(of: Array(name.utf8)))"
    }

    static func card(_ name: String, _ count: UInt16, isMute: Bool = false) -> InsertedCard {
        InsertedCard(reader: reader(name), eventCount: count, atr: isMute ? [] : atr, isMute: isMute)
    }
}
