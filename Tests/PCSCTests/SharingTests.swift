import CardTesting
import Glibc
import PCSC
import Testing
import VirtualReaders

/// Another program at the same card: an independent client (`Programs/client.py`) on the same service.
@Suite(.serialized, .timeLimit(.minutes(10)))
struct SharingTests {
    @Test func aTransactionOfAnotherProgramMakesTheCardBusyAndTheLateOneIsEnded() async throws {
        try await CardInReader.run { inserted in
            let context = try Context()
            var card = try context.connect(inserted.reader)
            try await HelperProgram.run("client.py", [inserted.reader.name, "transaction"]) { other in
                let time = try ContinuousClock().measure {
                    let programs = try busyPrograms {
                        _ = try card.send("80440000", within: .milliseconds(300))
                    }
                    #expect(programs?.contains { $0.pid == other.pid } == true)
                }
                #expect(time >= .milliseconds(300))
                // The card is spent now, without touching the connection that was given up.
                #expect(try busyPrograms { _ = try card.send("80440000") } != nil)
                // When the other ends, the late transaction begins, and must not stay.
                try await other.tell("end")
                var again = try context.connect(inserted.reader)
                #expect(try again.send("80440000") == "009000")
            }
        }
    }

    /// pcscd lets an exclusive connection wait for the transaction.
    ///
    /// On a service of its own: the exclusive connection may come late, and reset the card just when it is pulled. vpcd does not
    /// see the next card in that slot then.
    @Test func securityStatusIsLeftWhileAnotherProgramIsInATransaction() async {
        await #expect(processExitsWith: .success) {
            try await PrivateCardService.run(driver: SharedCardService.driver) { service in
                unsafe setenv("PCSCLITE_CSOCK_NAME", service.socketPath, 1)
                try await service.insertCard("/usr/bin/python3") {
                    [HelperProgram.path("card.py"), $0, CardInReader.t0]
                }
                let reader = Reader(nameBytes: Array(service.readerName(slot: 0).utf8))
                try await CardInReader.wait(for: .present, in: reader)
                let context = try Context()
                var card: Card? = try context.connect(reader)
                let answer = try card?.send("80400000")
                #expect(answer == "9000")
                try await HelperProgram.run("client.py", [reader.name, "transaction"]) { other in
                    let status = try card.take()?.dropSecurityStatus(within: .seconds(1))
                    guard case .othersConnected(let programs) = status else {
                        Issue.record("it was dropped")
                        return
                    }
                    #expect(programs.programs.contains { $0.pid == other.pid })
                    try await other.tell("end")
                    var again = try context.connect(reader)
                    #expect(try again.send("80420000") == "9000")
                }
            }
        }
    }

    @Test func connectingIsGivenUpToo() async throws {
        try await CardInReader.run { inserted in
            let context = try Context()
            try await HelperProgram.run("client.py", [inserted.reader.name, "transaction"]) { other in
                let programs = try busyPrograms {
                    var card = try context.connect(inserted.reader, within: .milliseconds(300))
                    _ = try card.send("80440000", within: .milliseconds(300))
                }
                #expect(programs?.contains { $0.pid == other.pid } == true)
                #expect(try context.statuses().contains { $0.reader == inserted.reader && $0.isInUse })
                try await other.tell("exit")
            }
            // The late connection undoes itself, so nobody is left: seen for a while, because it may yet come.
            var quietLooks = 0
            while quietLooks < 30 {
                quietLooks = try context.status(of: [inserted.reader])[0].isInUse ? 0 : quietLooks + 1
                try await Task.sleep(for: .milliseconds(10))
            }
        }
    }

    @Test func anExclusiveHolderMakesTheCardBusyAtOnceAndIsListed() async throws {
        try await CardInReader.run { inserted in
            try await HelperProgram.run("client.py", [inserted.reader.name, "exclusive"]) { other in
                let context = try Context()
                let programs = try busyPrograms { _ = try context.connect(inserted.reader) }
                #expect(programs?.contains(ConnectedProgram(pid: other.pid, name: "python3")) == true)
                #expect(try context.status(of: [inserted.reader])[0].isExclusive)
            }
        }
    }

    @Test func aResetByAnotherProgramIsAcknowledgedAndToldAndNothingIsSentAgain() async throws {
        try await CardInReader.run { inserted in
            var card = try Context().connect(inserted.reader)
            #expect(try card.send("80400000", "80420000") == "9000")
            try await HelperProgram.run("client.py", [inserted.reader.name, "shared"]) { other in
                try await other.tell("reset")
                try card.withTransaction { (transaction: inout Transaction) throws(TestError) in
                    let wasReset = transaction.wasReset
                    #expect(wasReset)
                    let remembers = try transaction.send("80420000")
                    #expect(remembers == "6982")
                    let resets = try transaction.send("80440000")
                    #expect(resets == "019000")
                }
                try card.withTransaction { (transaction: inout Transaction) throws(TestError) in
                    let wasReset = transaction.wasReset
                    #expect(!wasReset)
                }
            }
        }
    }

    @Test func anErrorInTheBodyEndsTheTransaction() async throws {
        try await CardInReader.run { inserted in
            let context = try Context()
            var card = try context.connect(inserted.reader)
            #expect(throws: TestError.never(.mute)) {
                try card.withTransaction { (_: inout Transaction) throws(TestError) in
                    throw TestError.never(.mute)
                }
            }
            var other = try context.connect(inserted.reader)
            #expect(try other.send("80440000") == "009000")
        }
    }

    /// The programs in the `busy` that `body` must throw; `nil` for anything else.
    private func busyPrograms(_ body: () throws -> Void) throws -> [ConnectedProgram]? {
        do {
            try body()
        } catch PCSCError.busy(let programs), TestError.beginning(.busy(let programs)) {
            return programs.programs
        }
        return nil
    }
}
