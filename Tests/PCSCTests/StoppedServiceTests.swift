import CardCore
import CardTesting
import Glibc
import Testing
import VirtualReaders

@testable import PCSC

/// Ends of operations while pcscd does not answer any more, as it is stopped; each in a process of its own.
///
/// pcscd is still stopped after each call that is tested: it has returned without an answer.
@Suite(.serialized, .timeLimit(.minutes(2)))
struct StoppedServiceTests {
    @Test func endOfTransactionTimesOutAndItsResultIsKept() async throws {
        try await inOwnProcess {
            try await StoppablePcscd.run { pcscd in
                try useCard(pcscd)
                #expect(pcscd.isStopped)
                #expect(throws: PCSCError.serviceNotAnswering) { _ = try Context(within: .milliseconds(200)) }
                #expect(pcscd.isStopped)
                pcscd.resume()
                try await pcscd.waitUntilUsable()
                var card = try Context().connect(pcscd.reader)
                #expect(try card.send("80440000").hasSuffix("9000"))
            }
        }
        /// The operation; context and card are closed at its end.
        func useCard(_ pcscd: StoppablePcscd) throws {
            let context = try Context()
            var card = try context.connect(pcscd.reader)
            let answer = try card.withTransaction { (transaction: inout Transaction) throws(TestError) in
                let answer = try transaction.send("80400000")
                pcscd.stop()
                return answer
            }
            #expect(answer == "9000")
            let isStopped = card.serviceStoppedAnswering
            #expect(isStopped)
            #expect(throws: TestError.beginning(.serviceNotAnswering)) { try card.send("80440000") }
            #expect(card.dropResult() == .failure(.serviceNotAnswering))
            #expect(throws: PCSCError.serviceNotAnswering) { try context.readers(within: .milliseconds(200)) }
        }
    }

    @Test func dropOfSecurityStatusTimesOut() async throws {
        try await inOwnProcess {
            try await StoppablePcscd.run { pcscd in
                var card = try Context().connect(pcscd.reader)
                #expect(try card.send("80400000") == "9000")
                pcscd.stop()
                #expect(card.dropResult(within: .seconds(1)) == .failure(.serviceNotAnswering))
                #expect(pcscd.isStopped)
            }
        }
    }

    @Test func beginningOfTransactionTimesOutAndIsNotBusy() async throws {
        try await inOwnProcess {
            try await StoppablePcscd.run { pcscd in
                var card = try Context().connect(pcscd.reader)
                pcscd.stop()
                #expect(throws: TestError.beginning(.serviceNotAnswering)) {
                    try card.send("80440000", within: .milliseconds(200))
                }
                let isStopped = card.serviceStoppedAnswering && pcscd.isStopped
                #expect(isStopped)
            }
        }
    }

    @Test func closingOfCardsAndContextsTimesOut() async throws {
        try await inOwnProcess {
            try await StoppablePcscd.run { pcscd in
                do {
                    let context = try Context()
                    let cards = try (0..<3).map { _ in CardHolder(try context.connect(pcscd.reader)) }
                    pcscd.stop()
                    #expect(cards.count == 3)
                }
                #expect(pcscd.isStopped)
            }
        }
    }

    /// The attempt to connect holds a lock of the whole library.
    @Test func callsFailWhileLibraryIsStuck() async throws {
        try await inOwnProcess {
            try await StoppablePcscd.run { pcscd in
                do {
                    let context = try Context()
                    var card = try context.connect(pcscd.reader)
                    #expect(throws: TestError.command(.serviceLost)) {
                        try card.withTransaction { (transaction: inout Transaction) throws(TestError) in
                            pcscd.stop()
                            let another = try? Context(within: .milliseconds(200))
                            _ = another
                            _ = try transaction.send("80440000")
                        }
                    }
                    #expect(throws: PCSCError.serviceNotAnswering) { try context.readers() }
                    let inserted = InsertedCard(reader: pcscd.reader, eventCount: 1, atr: [0x3B, 0x00])
                    #expect(throws: PCSCError.serviceNotAnswering) { _ = try inserted.connect() }
                }
                #expect(pcscd.isStopped)
                pcscd.resume()
                try await pcscd.waitUntilUsable()
                var card = try Context().connect(pcscd.reader)
                #expect(try card.send("80440000").hasSuffix("9000"))
            }
        }
    }

    /// A service that refuses the card and does not answer the release of the context.
    @Test func releaseAfterFailedConnectionTimesOut() async throws {
        try await inOwnProcess {
            let plug = MovingService.plug(0, "A")
            try await MovingService.withProgram(plug, "card 0 3B00", "connect 80100066", "ignore 02") { _ in
                let card = InsertedCard(reader: MovingService.reader("A"), eventCount: 1, atr: [0x3B, 0x00])
                #expect(throws: PCSCError.cardUnresponsive) { _ = try card.connect() }
                #expect(throws: PCSCError.cardUnresponsive) {
                    _ = try Context().connect(MovingService.reader("A"))
                }
            }
        }
    }
}

/// Keeps a card in a collection.
private final class CardHolder {
    let card: Card

    init(_ card: consuming Card) { self.card = card }
}

extension Card {
    /// The outcome of `dropSecurityStatus` as a value.
    consuming func dropResult(within limit: Duration = .seconds(5)) -> Result<SecurityStatus, PCSCError> {
        do throws(PCSCError) { return .success(try dropSecurityStatus(within: limit)) } catch {
            return .failure(error)
        }
    }
}

/// A real pcscd with a card, which can be stopped (SIGSTOP).
private struct StoppablePcscd {
    let pid: Int32
    let reader: Reader

    static func run(_ body: (StoppablePcscd) async throws -> Void) async throws {
        try await PrivateCardService.run(driver: SharedCardService.driver) { service in
            unsafe setenv("PCSCLITE_CSOCK_NAME", service.socketPath, 1)
            try await MonitoredPcscd.insert(service)
            let reader = Reader(nameBytes: Array(service.readerName(slot: 0).utf8))
            try await CardInReader.wait(for: .present, in: reader)
            let pcscd = StoppablePcscd(pid: try #require(service.pcscd), reader: reader)
            // A stopped pcscd would outlive a test that fails by its time limit.
            try await HelperProgram.run("resume.py", ["\(pcscd.pid)"]) { _ in
                defer { pcscd.resume() }
                try await body(pcscd)
            }
        }
    }

    func stop() {
        kill(pid, SIGSTOP)
        while !isStopped { usleep(1_000) }
    }

    func resume() { kill(pid, SIGCONT) }

    /// Whether all its threads are stopped (proc_pid_stat(5)).
    var isStopped: Bool {
        let stat = String(decoding: ProcessFiles.contents(of: "/proc/\(pid)/stat"), as: UTF8.self)
        return stat.split(separator: ")").last?.hasPrefix(" T") == true
    }

    /// Waits until the calls that timed out have returned.
    func waitUntilUsable() async throws {
        while (try? Context()) == nil { try await Task.sleep(for: .milliseconds(10)) }
    }
}
