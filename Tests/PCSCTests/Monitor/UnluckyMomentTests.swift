import Glibc
import Testing

@testable import PCSC

extension MonitorTests {
    /// What happens where the monitor is not looking; each in a process of its own.
    @Suite(.serialized) struct UnluckyMomentTests {
        /// Nobody is woken by it, as by a reader that comes after one wait has looked and before the next one does.
        @Test func aReaderThatNoWaitTellsOfIsFoundAfterTheWait() async throws {
            try await inOwnProcess {
                var timing = ReaderMonitor.Timing()
                timing.settling = .milliseconds(1)
                timing.idle = .milliseconds(400)
                try await MovingService.run(MovingService.plug(0, "A"), timing: timing) { service in
                    #expect(await service.log.next()?.readers?.count == 1)
                    try await service.tell("waits", "quiet", MovingService.plug(1, "B"))
                    let added = await service.log.next()
                    #expect(added == .readerAdded(MovingService.reader("B")))
                }
            }
        }

        /// A reader that is plugged in with a card says nothing at all until the card is powered, which may take as
        /// long as the card wants; then that it is there, without counting it.
        @Test func aReaderThatSaysNothingYetIsWaitedForWithoutHaste() async throws {
            try await inOwnProcess {
                var timing = ReaderMonitor.Timing()
                timing.settling = .seconds(600)
                let prepared = [MovingService.plug(0, "A"), "state 0 0"]
                try await MovingService.run(prepared[0], prepared[1], timing: timing) { service in
                    #expect(await service.log.next()?.readers?.first?.presence == .empty)
                    try await service.tell("waits")
                    #expect(service.monitor.returnCount <= 2)
                    try await service.tell("state 0 4")
                    #expect(await service.log.next() == .cardInserted(MovingService.card("A", 0)))
                    try await service.tell("empty 0")
                    #expect(await service.log.next() == .cardRemoved(MovingService.card("A", 0), .pulled))
                }
            }
        }

        /// The monitor looks after pcscd has said that there is a card, and before it has counted it.
        @Test func aCardThatIsNotCountedYetIsInsertedOnce() async throws {
            try await inOwnProcess {
                try await MovingService.run(MovingService.plug(0, "A")) { service in
                    #expect(await service.log.next()?.readers?.count == 1)
                    try await service.tell("state 0 4")
                    #expect(await service.log.next() == .cardInserted(MovingService.card("A", 1)))
                    try await service.tell("count 0 1", "loud", "empty 0")
                    #expect(await service.log.next() == .cardRemoved(MovingService.card("A", 1), .pulled))
                }
            }
        }

        /// The monitor's thread is held while the reader goes and comes back with a card in it.
        @Test func aReaderThatIsReplacedBetweenTwoWaitsIsAnother() async throws {
            try await inOwnProcess {
                let held = HeldSink()
                try await MovingService.run(MovingService.plug(0, "A"), sink: held.hold) { service in
                    #expect(await service.log.next()?.readers?.count == 1)
                    try await service.tell("card 0 3B00")
                    await held.untilHeld()
                    try await service.tell("reader 0", MovingService.plug(0, "A"), "state 0 0", "state 0 4")
                    held.release()
                    let reader = MovingService.reader("A")
                    #expect(await service.log.next() == .cardInserted(MovingService.card("A", 1)))
                    let removed = ReaderEvent.cardRemoved(MovingService.card("A", 1), .readerRemoved)
                    #expect(await service.log.next() == removed)
                    #expect(await service.log.next() == .readerRemoved(reader))
                    #expect(await service.log.next() == .readerAdded(reader))
                    #expect(await service.log.next() == .cardInserted(MovingService.card("A", 0)))
                }
            }
        }

        /// With the same reader and card, and the same count: it is told as another service all the same.
        @Test func aServiceThatIsRestartedBetweenTwoWaitsIsLostAndReadAgain() async throws {
            try await inOwnProcess {
                let held = HeldSink()
                try await MovingService.run(MovingService.plug(0, "A"), sink: held.hold) { service in
                    #expect(await service.log.next()?.readers?.count == 1)
                    try await service.tell("card 0 3B00")
                    await held.untilHeld()
                    unsafe unlink(ServiceSocket.path)
                    try await HelperProgram.run("moving_service.py", [ServiceSocket.path]) { other in
                        for line in [MovingService.plug(0, "A"), "card 0 3B00"] { try await other.tell(line) }
                        try await service.tell("drop")
                        held.release()
                        #expect(await service.log.next() == .cardInserted(MovingService.card("A", 1)))
                        #expect(await service.log.next()?.lossReason != nil)
                        let readers = await service.log.next()?.readers
                        #expect(readers?.map(\.card) == [MovingService.card("A", 1)])
                        try await other.tell("empty 0")
                        #expect(await service.log.next() == .cardRemoved(MovingService.card("A", 1), .pulled))
                        #expect(service.monitor.stop())
                    }
                }
            }
        }

        /// The old service is heard for as long as it lives; a wait for it cannot be cancelled any more, because
        /// libpcsclite asks whoever has the socket.
        @Test func aReplacedSocketHidesNothingAndStoppingIsBounded() async throws {
            try await inOwnProcess {
                // Else the second look after the change would end the wait.
                var timing = ReaderMonitor.Timing()
                timing.settling = .seconds(600)
                try await MovingService.run(MovingService.plug(0, "A"), timing: timing) { service in
                    #expect(await service.log.next()?.readers?.count == 1)
                    let path = ServiceSocket.path
                    try await HelperProgram.run("moving_service.py", [path + "2"]) { _ in
                        // At once, because without a socket libpcsclite says that there is no service.
                        #expect(unsafe rename(path + "2", path) == 0)
                        try await service.tell("card 0 3B00")
                        #expect(await service.log.next() == .cardInserted(MovingService.card("A", 1)))
                        try await service.tell("waits")
                        #expect(!service.monitor.stop(within: .milliseconds(300)))
                        try await service.tell("empty 0")
                        // Its thread has ended then, and records nothing more.
                        #expect(service.monitor.stop())
                        #expect(service.log.remaining == [])
                    }
                }
            }
        }

        /// libpcsclite finds the first of them alone.
        @Test func twoReadersOfOneNameAreOne() async throws {
            try await inOwnProcess {
                var timing = ReaderMonitor.Timing()
                timing.settling = .milliseconds(1)
                let both = [MovingService.plug(0, "A"), MovingService.plug(15, "A")]
                try await MovingService.run(both[0], both[1], timing: timing) { service in
                    #expect(await service.log.next()?.readers?.map(\.reader) == [MovingService.reader("A")])
                    try await service.tell("card 0 3B00", "card 15 3B00", "empty 15")
                    #expect(await service.log.next() == .cardInserted(MovingService.card("A", 1)))
                    // After the second look.
                    try await service.tell("waits")
                    #expect(service.monitor.returnCount < 12)
                    try await service.tell("empty 0")
                    #expect(await service.log.next() == .cardRemoved(MovingService.card("A", 1), .pulled))
                }
            }
        }
    }
}
