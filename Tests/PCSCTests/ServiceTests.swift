import CardCore
import CardTesting
import Glibc
import Testing
import VirtualReaders

@testable import PCSC

/// The card service absent, unwilling, dying and strange.
///
/// libpcsclite looks up its socket once in a process, so each of these is an exit test.
@Suite(.timeLimit(.minutes(10)))
struct ServiceTests {
    @Test func withoutAServiceTheErrorSaysSo() async {
        await #expect(processExitsWith: .success) {
            unsafe setenv("PCSCLITE_CSOCK_NAME", "/nonexistent/pcscd.comm", 1)
            #expect(throws: PCSCError.serviceNotRunning) { _ = try Context() }
            #expect(ConnectedPrograms.current() == ConnectedPrograms(programs: [], isComplete: true))
        }
    }

    @Test func aRefusedContextIsNotPermitted() async {
        await #expect(processExitsWith: .success) {
            try await FakeService.run("denied-context") {
                #expect(throws: PCSCError.notPermitted) { _ = try Context() }
            }
        }
    }

    @Test func aConnectionClosedUnheardIsNotPermitted() async {
        await #expect(processExitsWith: .success) {
            try await FakeService.run("denied-silently") {
                #expect(throws: PCSCError.notPermitted) { _ = try Context() }
            }
        }
    }

    @Test func aRefusedCardIsNotPermitted() async {
        await #expect(processExitsWith: .success) {
            try await FakeService.run("denied-card") {
                let context = try Context()
                let reader = try #require(try context.readers().first)
                #expect(throws: PCSCError.notPermitted) { _ = try context.connect(reader) }
            }
        }
    }

    @Test func aServiceThatDoesNotAnswerIsGivenUp() async {
        await #expect(processExitsWith: .success) {
            try await FakeService.run("mute") {
                #expect(throws: PCSCError.serviceNotAnswering) { _ = try Context(within: .milliseconds(200)) }
            }
        }
    }

    /// T10: the library's table holds 16 readers, so longer lists are tested on the parser below.
    @Test(arguments: [0, 1, 16])
    func everyReaderIsListed(count: Int) async {
        await #expect(processExitsWith: .success) { [count = count as Int] in
            try await FakeService.run("readers", "\(count)") {
                let context = try Context()
                #expect(try context.readers().map(\.name) == (0..<count).map { "Reader \($0)" })
                #expect(
                    try context.statuses().allSatisfy { $0.presence == .present && $0.atr == [0x3B, 0x00] }
                )
            }
        }
    }

    /// T10.
    @Test func difficultReaderNamesKeepTheirBytes() async {
        await #expect(processExitsWith: .success) {
            try await FakeService.run("names") {
                let context = try Context()
                let readers = try context.readers()
                #expect(readers.count == 4)
                #expect(readers[0].nameBytes == Array("not ".utf8) + [0xFF, 0xFE] + Array(" UTF-8".utf8))
                #expect(readers[0].name == "not \u{FFFD}\u{FFFD} UTF-8")
                #expect(readers[1].nameBytes.count == 127)
                #expect(readers[2].name == "two\nlines\u{1B}[31m")
                #expect(readers[3].name == "läsare")
                // Each is found again by its bytes.
                #expect(
                    try context.status(of: readers).map(\.presence) == [
                        .present, .present, .present, .present,
                    ]
                )
            }
        }
    }

    /// T10.
    @Test func aReaderListThatGrowsBetweenTheCallsIsAskedForAgain() async {
        await #expect(processExitsWith: .success) {
            try await FakeService.run("growing") {
                let readers = try Context().readers()
                #expect(readers.count == 5)
            }
        }
    }

    @Test func aServiceThatDiesIsToldFromACardThatLeaves() async {
        await #expect(processExitsWith: .success) {
            try await PrivateCardService.run(driver: SharedCardService.driver) { service in
                unsafe setenv("PCSCLITE_CSOCK_NAME", service.socketPath, 1)
                try await service.insertCard("/usr/bin/python3") {
                    [HelperProgram.path("card.py"), $0, CardInReader.t0]
                }
                let reader = Reader(nameBytes: Array(service.readerName(slot: 0).utf8))
                let context = try Context()
                while try context.status(of: [reader])[0].atr.isEmpty { usleep(10_000) }
                var card = try context.connect(reader)
                let pcscd = try #require(service.pcscd)
                #expect(throws: TestError.command(.serviceLost)) {
                    try card.withTransaction { (transaction: inout Transaction) throws(TestError) in
                        let answer = try transaction.send("80440000")
                        #expect(answer == "009000")
                        kill(pcscd, SIGKILL)
                        _ = try transaction.send("80440000")
                    }
                }
                let error = #expect(throws: PCSCError.self) { try context.readers() }
                #expect(error == .serviceStopped || error == .serviceNotRunning)
            }
        }
    }

    @Test func aCardThatDoesNotAnswerAResetIsMuteAndUnresponsive() async {
        await #expect(processExitsWith: .success) {
            try await FakeService.run("mute-card") {
                let context = try Context()
                let status = try #require(try context.statuses().first)
                #expect(status.presence == .mute && status.atr.isEmpty)
                #expect(throws: PCSCError.cardUnresponsive) { _ = try context.connect(status.reader) }
            }
        }
    }

    @Test func aServiceThatHangsWhileItListsIsGivenUp() async {
        await #expect(processExitsWith: .success) {
            try await FakeService.run("hangs-at-lists") {
                let context = try Context()
                let limit = Duration.milliseconds(300)
                #expect(throws: PCSCError.serviceNotAnswering) { try context.readers(within: limit) }
                // At once, because this context must not be touched again; another one works, and does not wait for it.
                #expect(throws: PCSCError.serviceNotAnswering) { try context.readers() }
                let other = try Context()
                #expect(throws: PCSCError.serviceNotAnswering) { try other.readers(within: limit) }
            }
        }
    }

    @Test func aCardThatHangsWhileNobodyUsesItIsUnresponsive() async {
        await #expect(processExitsWith: .success) {
            try await FakeService.run("hangs-at-cards") {
                let context = try Context()
                let reader = try #require(try context.readers().first)
                for _ in 0..<2 {
                    #expect(throws: PCSCError.cardUnresponsive) {
                        _ = try context.connect(reader, within: .milliseconds(500))
                    }
                }
            }
        }
    }

    /// libpcsclite's own handler at exit frees what the given-up call still uses; another one stands for it here.
    @Test func aProgramThatGaveUpACallEndsWithItsOwnStatus() async {
        await #expect(processExitsWith: .exitCode(11)) {
            atexit { _exit(3) }
            let result = try BoundedCall.run(within: .milliseconds(1)) {
                sleep(60)
            } undo: { _ in
            }
            #expect(result == nil)
            exit(11)
        }
    }

    @Test func processExitsAsUsualAfterLateCallHasReturned() async {
        await #expect(processExitsWith: .exitCode(3)) {
            atexit { _exit(3) }
            let gate = try Latch()
            let result = try BoundedCall.run(within: .milliseconds(1)) {
                gate.wait(within: .seconds(60)) == .set
            } undo: { _ in
            }
            #expect(result == nil && ExitGuard.isHeld)
            gate.set()
            while ExitGuard.isHeld { usleep(1_000) }
            exit(11)
        }
    }

    /// The service does not answer the end of the transaction; neither the closing of the card nor exit(3) waits for it.
    @Test func processExitsAfterEndOfTransactionTimedOut() async {
        await #expect(processExitsWith: .exitCode(11)) {
            atexit { _exit(3) }
            try await MovingService.withProgram(MovingService.plug(0, "A"), "card 0 3B00", "ignore 08") { _ in
                do {
                    var card = try Context().connect(MovingService.reader("A"))
                    #expect(try card.send("80440000") == "6D00")
                    let isStopped = card.serviceStoppedAnswering
                    #expect(isStopped)
                }
                MovingService.removeSocket()
                exit(11)
            }
        }
    }

    /// A service that only speaks the protocol (`Programs/service.py`), for this process.
    private enum FakeService {
        static func run(_ behaviour: String..., body: () throws -> Void) async throws {
            var template = Array("/tmp/kortvakt-fake-XXXXXX".utf8CString)
            try #require(unsafe mkdtemp(&template) != nil)
            let directory = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
            defer {
                unsafe unlink(directory + "/socket")
                unsafe rmdir(directory)
            }
            unsafe setenv("PCSCLITE_CSOCK_NAME", directory + "/socket", 1)
            try await HelperProgram.run("service.py", [directory + "/socket"] + behaviour) { _ in try body() }
        }
    }
}
