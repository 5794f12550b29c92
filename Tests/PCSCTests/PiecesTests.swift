import CardTesting
import Glibc
import Synchronization
import Testing
import VirtualReaders

@testable import PCSC

@Suite(.timeLimit(.minutes(10)))
struct PiecesTests {
    /// T10: more readers than libpcsclite can have, from other implementations of the interface.
    @Test(arguments: [0, 1, 16, 17, 200])
    func aMultiStringGivesItsNames(count: Int) {
        let names: [[UInt8]] = (0..<count).map { Array("Reader \($0)".utf8) }
        let whole: [UInt8] = Array(names.map { $0 + [0] }.joined()) + [0]
        #expect(Reader.parsing(multiString: whole).map(\.nameBytes) == names)
        // Whatever is missing at its end, complete names come out and nothing traps.
        for length in 0..<min(whole.count, 400) {
            let cut = Reader.parsing(multiString: whole.prefix(length)).map(\.nameBytes)
            #expect(cut == Array(names.prefix(cut.count)))
        }
    }

    @Test func namesAfterTheEndAreNotRead() {
        #expect(Reader.parsing(multiString: [65, 0, 0, 66, 0]).map(\.name) == ["A"])
    }

    @Test func everyReturnCodeButSuccessIsAnErrorAndUnknownOnesAreKept() {
        #expect(ReturnCode(rawValue: 0).error == nil)
        #expect(
            ReturnCode(rawValue: 0x8010_0016).error
                == .other(code: 0x8010_0016, name: "SCARD_E_NOT_TRANSACTED")
        )
        #expect(ReturnCode(rawValue: 0x1234_5678).error == .other(code: 0x1234_5678, name: nil))
        for low in UInt32(1)...0x6F { #expect(ReturnCode(rawValue: 0x8010_0000 | low).error != nil) }
    }

    @Test func aCallInTimeGivesItsResult() throws {
        let result = try BoundedCall.run(within: .seconds(10)) {
            42
        } undo: { _ in
            Issue.record("undone")
        }
        #expect(result == 42)
    }

    @Test func aLateCallIsGivenUpAndUndone() async throws {
        let (undone, continuation) = AsyncStream<Int>.makeStream()
        let gate = Gate()
        let result = try BoundedCall.run(within: .milliseconds(20)) {
            gate.wait()
            return 42
        } undo: { late in
            continuation.yield(late)
            continuation.finish()
        }
        #expect(result == nil)
        gate.open()
        var iterator = undone.makeAsyncIterator()
        #expect(await iterator.next() == 42)
    }

    @Test func answersOfTheKernelCutAnywhereDoNotTrap() {
        // One unix_diag_msg with inode 7, peer 9 and the name "/s", and the end of the dump.
        let message: [UInt8] =
            [48, 0, 0, 0, 20, 0, 2, 0, 1, 0, 0, 0, 0, 0, 0, 0] + [
                1, 1, 1, 0, 7, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
            ]
            + [8, 0, 2, 0, 9, 0, 0, 0] + [7, 0, 0, 0, 0x2F, 0x73, 0, 0]
        let end: [UInt8] = [16, 0, 0, 0, 3, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0]
        let whole = message + end
        var sockets: [UnixSocket] = []
        #expect(UnixSocket.parse(whole.span, into: &sockets) == false)
        #expect(sockets == [UnixSocket(inode: 7, peer: 9, path: [0x2F, 0x73])])
        for length in 0..<whole.count {
            for byte in [0, 1, 3, 0x7F, 0xFF] as [UInt8] {
                var changed = Array(whole.prefix(length + 1))
                changed[length] = byte
                _ = UnixSocket.parse(changed.span, into: &sockets)
            }
        }
    }

    @Test func aPrivateServiceLeavesNothingBehind() async throws {
        let (directory, card, isIsolated) = try await PrivateCardService.run(driver: SharedCardService.driver)
        { service in
            let card = try await service.insertCard("/usr/bin/python3") {
                [HelperProgram.path("card.py"), $0, CardInReader.t0]
            }
            #expect(unsafe access(service.socketPath, F_OK) == 0)
            #expect(!card.hasEnded)
            return (service.directory, card, service.isIsolated)
        }
        #expect(card.hasEnded)
        #expect(unsafe access(directory, F_OK) != 0)
        #expect(processes(mentioning: directory) == 0, "isolated: \(isIsolated)")
    }

    @Test func aBodyThatThrowsEndsThePrivateService() async throws {
        struct Thrown: Error {}
        let directory = Mutex("")
        await #expect(throws: Thrown.self) {
            try await PrivateCardService.run(driver: SharedCardService.driver) { service in
                directory.withLock { $0 = service.directory }
                throw Thrown()
            }
        }
        let path = directory.withLock { $0 }
        #expect(path.hasPrefix("/"))
        #expect(unsafe access(path, F_OK) != 0)
        #expect(processes(mentioning: path) == 0)
    }

    @Test func aPrivateServiceEndsWithAProgramThatIsKilled() async throws {
        let exit = await #expect(processExitsWith: .signal(SIGKILL), observing: [\.standardOutputContent]) {
            try await PrivateCardService.run(driver: SharedCardService.driver) { service in
                try await service.insertCard("/usr/bin/python3") {
                    [HelperProgram.path("card.py"), $0, CardInReader.t0]
                }
                let line = "directory=\(service.directory)="
                unsafe write(STDOUT_FILENO, line, line.utf8.count)
                kill(getpid(), SIGKILL)
            }
        }
        let output = String(decoding: exit?.standardOutputContent ?? [], as: UTF8.self)
        let directory = try #require(
            output.split(separator: "=").first { $0.hasPrefix("/") }.map { String($0) }
        )
        while unsafe access(directory, F_OK) == 0 || processes(mentioning: directory) > 0 {
            try await Task.sleep(for: .milliseconds(10))
        }
    }

    @Test func aCardThatDoesNotStartSaysWhy() async throws {
        try await SharedCardService.withSlot { service, slot in
            let error = await #expect(throws: PrivateServiceError.self) {
                try await service.insertCard("/usr/bin/python3", slot: slot) { _ in ["/nonexistent/card.py"] }
            }
            guard case .cardDidNotConnect(let message) = error else {
                Issue.record("\(String(describing: error))")
                return
            }
            #expect(message.contains("/nonexistent/card.py"))
        }
    }

    /// How many processes have `text` in their command line.
    private func processes(mentioning text: String) -> Int {
        (1...Int32(99_999)).count { pid in
            let line = String(decoding: ProcessFiles.contents(of: "/proc/\(pid)/cmdline"), as: UTF8.self)
            return line.contains(text)
        }
    }
}

/// Closed until somebody opens it.
private final class Gate: Sendable {
    private let isOpen = Atomic(false)

    func open() { isOpen.store(true, ordering: .releasing) }

    func wait() { while !isOpen.load(ordering: .acquiring) { usleep(1_000) } }
}
