import Glibc
import Testing

@testable import PCSC

extension MonitorTests {
    /// The monitor and a service that goes, hangs or talks nonsense; each in a process of its own.
    @Suite(.serialized) struct HostileServiceTests {
        @Test func aLostServiceIsToldOnceAndComesBackWithWhatIsThere() async throws {
            try await inOwnProcess {
                // Else the second look might find the card gone before the service is.
                var timing = ReaderMonitor.Timing()
                timing.settling = .seconds(600)
                let plug = MovingService.plug(0, "A")
                try await MovingService.run(plug, "card 0 3B00", timing: timing) { service in
                    #expect(await service.log.next()?.readers?.first?.card == MovingService.card("A", 1))
                    try await service.tell("waits", "quiet", "empty 0", "drop")
                    let reason = await service.log.next()?.lossReason
                    #expect(reason == .serviceStopped || reason == .serviceNotRunning)
                    #expect(await service.log.next()?.readers?.first?.presence == .empty)
                    try await service.tell("loud", "card 0 3B00")
                    #expect(await service.log.next() == .cardInserted(MovingService.card("A", 3)))
                }
            }
        }

        /// A code that is no wait's: the context is of no more use.
        @Test(arguments: ["80100003", "80100013", "12345678"])
        func anUnexpectedCodeIsALossOfTheService(code: String) async throws {
            try await inOwnProcess(code) {
                var timing = ReaderMonitor.Timing()
                timing.firstPause = .milliseconds(10)
                timing.settling = .seconds(600)
                try await MovingService.run(MovingService.plug(0, "A"), timing: timing) { service in
                    #expect(await service.log.next()?.readers?.count == 1)
                    // The library expects such an answer in a wait alone.
                    try await service.tell("waits", "answer \(code)")
                    #expect(await service.log.next()?.lossReason != nil)
                    #expect(await service.log.next()?.readers?.count == 1)
                    #expect(await service.log.next()?.lossReason != nil)
                    try await service.tell("answer 0")
                    #expect(await service.log.next()?.readers?.count == 1)
                    try await service.tell("waits", "card 0 3B00")
                    #expect(await service.log.next() == .cardInserted(MovingService.card("A", 1)))
                }
            }
        }

        /// Time-out, cancelled, an unknown reader, or nothing at all: at once, again and again.
        @Test(arguments: ["answer 8010000A", "answer 80100002", "answer 80100009", "storm"])
        func aServiceThatHasNothingToSayDoesNotMakeTheThreadRunHot(line: String) async throws {
            try await inOwnProcess(line) {
                var timing = ReaderMonitor.Timing()
                timing.settling = .seconds(600)
                try await MovingService.run(MovingService.plug(0, "A"), timing: timing) { service in
                    #expect(await service.log.next()?.readers?.count == 1)
                    // The library expects such an answer in a wait alone.
                    try await service.tell("waits")
                    let before = (count: service.monitor.returnCount, instant: SuspendingClock.now)
                    try await service.tell(line, "answers 16")
                    // In a storm libpcsclite itself may wait again, without returning.
                    let returns = service.monitor.returnCount - before.count
                    // From the ninth return on a pause follows each: 10, 20, 40 ms and so on.
                    let pauses = (0..<max(returns - 9, 0)).map { Duration.milliseconds(10 << min($0, 7)) }
                    #expect(before.instant.duration(to: .now) >= pauses.reduce(.zero, +))
                    try await service.tell(line == "storm" ? line : "answer 0", "card 0 3B00")
                    #expect(await service.log.next() == .cardInserted(MovingService.card("A", 1)))
                    #expect(service.monitor.stop())
                }
            }
        }

        @Test func randomStatesAreSurvived() async throws {
            try await inOwnProcess {
                try await MovingService.run { service in
                    #expect(await service.log.next()?.readers?.isEmpty == true)
                    try await service.tell("noise 3000")
                    for slot in 0..<16 { try await service.tell("reader \(slot)") }
                    try await service.tell(MovingService.plug(0, "End"))
                    let events = await service.log.next {
                        $0 == .readerAdded(MovingService.reader("End")) || $0.lossReason != nil
                    }
                    #expect(events.last == .readerAdded(MovingService.reader("End")))
                }
            }
        }

        @Test func aServiceThatIsNotThereIsToldOnceAndTheThreadShowsThatItLives() async throws {
            try await inOwnProcess {
                try await MovingService.withSocket { socket in
                    let log = EventLog()
                    let start = SuspendingClock.now
                    let monitor = try ReaderMonitor { event, _ in log.record(event) }
                    #expect(await log.next() == .serviceLost(.serviceNotRunning))
                    try await monitor.returns(5)
                    // Pauses of 100, 200, 400 and 800 ms precede the fifth attempt.
                    #expect(monitor.lastReturn >= start + .milliseconds(1_500))
                    try await HelperProgram.run("moving_service.py", [socket]) { _ in
                        #expect(await log.next()?.readers?.isEmpty == true)
                        #expect(monitor.stop())
                    }
                }
            }
        }

        /// The socket appears after the first attempt and before the wait for the second, which would come after a day.
        @Test func socketThatAppearsAfterAnAttemptIsSeen() async throws {
            try await inOwnProcess {
                try await MovingService.withSocket { socket in
                    let held = HeldSink(at: { $0.lossReason != nil })
                    let log = EventLog()
                    let monitor = try monitorWithLongPauses(held, log)
                    await held.untilHeld()
                    try await HelperProgram.run("moving_service.py", [socket]) { _ in
                        held.release()
                        #expect(await log.next() == .serviceLost(.serviceNotRunning))
                        #expect(await log.next()?.readers?.isEmpty == true)
                        #expect(monitor.stop())
                    }
                }
            }
        }

        /// The socket of the next service appears before the loss of this one is handled.
        @Test func socketThatAppearsBeforeTheLossIsHandledIsSeen() async throws {
            try await inOwnProcess {
                try await MovingService.withSocket { socket in
                    let held = HeldSink(at: { $0.lossReason != nil })
                    let log = EventLog()
                    let monitor = try await HelperProgram.run("moving_service.py", [socket]) { _ in
                        let monitor = try monitorWithLongPauses(held, log)
                        #expect(await log.next()?.readers?.isEmpty == true)
                        return monitor
                    }
                    await held.untilHeld()
                    try await HelperProgram.run("moving_service.py", [socket]) { _ in
                        held.release()
                        #expect(await log.next()?.lossReason != nil)
                        #expect(await log.next()?.readers?.isEmpty == true)
                        #expect(monitor.stop())
                    }
                }
            }
        }

        private func monitorWithLongPauses(
            _ held: HeldSink,
            _ log: EventLog
        ) throws(PCSCError) -> ReaderMonitor {
            var timing = ReaderMonitor.Timing()
            timing.firstPause = .seconds(86_400)
            timing.longestPause = .seconds(86_400)
            return try ReaderMonitor(timing: timing) { event, _ in
                held.hold(event)
                log.record(event)
            }
        }

        @Test func aServiceThatDoesNotAnswerIsLostAndTheMonitorStops() async throws {
            try await inOwnProcess {
                var timing = ReaderMonitor.Timing()
                timing.answer = .milliseconds(300)
                try await MovingService.run("hang", timing: timing) { service in
                    #expect(await service.log.next() == .serviceLost(.serviceNotAnswering))
                    // More attempts are no more losses.
                    try await service.monitor.returns(3)
                    #expect(service.monitor.stop())
                    #expect(service.log.remaining == [])
                }
            }
        }

        /// Neither the wait nor its cancellation returns; the process ends nevertheless, with its own status.
        @Test func stoppingGivesUpAThreadThatHangsWithTheService() async {
            await #expect(processExitsWith: .exitCode(11)) {
                try await MovingService.run(MovingService.plug(0, "A")) { service in
                    #expect(await service.log.next()?.readers?.count == 1)
                    try await service.tell("hang")
                    #expect(!service.monitor.stop(within: .milliseconds(500)))
                    MovingService.removeSocket()
                    exit(11)
                }
            }
        }
    }
}
