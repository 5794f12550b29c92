import CardCore
import CardTesting
import VirtualReaders

@testable import PCSC

/// A test card (`Programs/card.py`) in a reader of the shared service.
struct CardInReader {
    let process: RunningCard
    let reader: Reader

    /// T=0, nothing else.
    static let t0 = "3B021450"
    /// T=1, extended length (card capabilities 00 00 40).
    static let t1 = "3B8501807300004037"

    /// Puts a card in a reader of its own, waits until the service sees it, and pulls it after `body`.
    @discardableResult
    static func run<R>(
        atr: String = t0,
        waitingFor presence: ReaderStatus.Presence? = .present,
        _ body: (CardInReader) async throws -> R
    ) async throws -> R {
        try await SharedCardService.withSlot { service, slot in
            let process = try await service.insertCard("/usr/bin/python3", slot: slot) { address in
                [HelperProgram.path("card.py"), address, atr]
            }
            let reader = Reader(nameBytes: Array(service.readerName(slot: slot).utf8))
            let card = CardInReader(process: process, reader: reader)
            let result: Result<R, any Error>
            do {
                if let presence { try await card.wait(for: presence) }
                result = .success(try await body(card))
            } catch {
                result = .failure(error)
            }
            await process.remove()
            try await card.wait(for: .empty)
            return try result.get()
        }
    }

    /// Waits until the service sees the card, or its absence.
    func wait(for presence: ReaderStatus.Presence) async throws {
        try await Self.wait(for: presence, in: reader)
    }

    static func wait(for presence: ReaderStatus.Presence, in reader: Reader) async throws {
        let context = try Context()
        while true {
            let status = try context.status(of: [reader])[0]
            if status.presence == presence, presence != .present || !status.atr.isEmpty { return }
            try await Task.sleep(for: .milliseconds(10))
        }
    }
}

/// What a transaction in a test may fail with: its beginning, a command, or a wait.
enum TestError: Error, Equatable, PCSCErrorConvertible {
    case beginning(PCSCError)
    case command(TransportError)
    case never(ReaderStatus.Presence)

    init(_ error: PCSCError) { self = .beginning(error) }
}

extension Transaction {
    /// Sends bytes in hexadecimal and returns the answer so.
    mutating func send(_ hex: String) throws(TestError) -> String {
        do throws(TransportError) {
            return Hex.string(of: try transmit(EncodedCommand(plain: Hex.bytes(of: hex) ?? [])).bytes)
        } catch {
            throw .command(error)
        }
    }
}

extension Card {
    /// Sends commands in a transaction and returns the last answer.
    mutating func send(
        _ commands: String...,
        within limit: Duration = .seconds(60)
    ) throws(TestError) -> String {
        try withTransaction(within: limit) { (transaction: inout Transaction) throws(TestError) in
            var answer = ""
            for command in commands { answer = try transaction.send(command) }
            return answer
        }
    }
}
