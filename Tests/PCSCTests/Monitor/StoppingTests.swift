import Glibc
import Synchronization
import Testing

@testable import PCSC

extension MonitorTests {
    /// The end of a monitor, at any moment; each in a process of its own.
    @Suite(.serialized) struct StoppingTests {
        @Test func aWaitingMonitorStopsAtOnceAndOnce() async throws {
            try await inOwnProcess {
                let threads = ThreadList()
                try await MovingService.run(
                    MovingService.plug(0, "A"),
                    sink: { _ in threads.addCurrent() }
                ) { service in
                    #expect(await service.log.next()?.readers?.count == 1)
                    try await service.tell("waits 1 \(MovingService.longerThanSettling)")
                    #expect(service.monitor.stop())
                    #expect(service.monitor.stop(within: .zero))
                    try await service.tell("card 0 3B00")
                    try await threads.end(orRecordIn: service.log)
                    #expect(service.log.remaining == [])
                }
            }
        }

        @Test func severalThreadsMayStopItAtOnce() async throws {
            try await inOwnProcess {
                try await MovingService.run(MovingService.plug(0, "A"), "card 0 3B00") { service in
                    #expect(await service.log.next()?.readers?.count == 1)
                    try await service.tell("bounce 0 20")
                    let monitor = service.monitor
                    let (answers, answering) = AsyncStream<Bool>.makeStream()
                    for _ in 0..<4 {
                        #expect(BoundedCall.startThread { answering.yield(monitor.stop()) })
                    }
                    var iterator = answers.makeAsyncIterator()
                    for _ in 0..<4 { #expect(await iterator.next() == true) }
                }
            }
        }

        /// libpcsclite forgets a cancellation that comes before the wait: the moments around it are all tried.
        @Test func stoppingAtAnyMomentOfTheBeginningNeverHangs() async throws {
            try await inOwnProcess {
                try await MovingService.run(MovingService.plug(0, "A")) { service in
                    var timing = ReaderMonitor.Timing()
                    timing.settling = .seconds(600)
                    for turn in 0..<500 {
                        let log = EventLog()
                        let monitor = try ReaderMonitor(timing: timing) { event, _ in log.record(event) }
                        if turn % 2 == 0 { _ = await log.next() }
                        for _ in 0..<(turn % 50 * 200) { sched_yield() }
                        #expect(monitor.stop())
                    }
                }
            }
        }

        /// The service is slow to begin a wait, and the first cancellation comes meanwhile.
        @Test func aCancellationBeforeTheWaitIsRepeated() async throws {
            try await inOwnProcess {
                // Else the second look after the change would end it.
                var timing = ReaderMonitor.Timing()
                timing.settling = .seconds(600)
                try await MovingService.run(MovingService.plug(0, "A"), timing: timing) { service in
                    #expect(await service.log.next()?.readers?.count == 1)
                    try await service.tell("slow 300", "card 0 3B00")
                    #expect(await service.log.next() == .cardInserted(MovingService.card("A", 1)))
                    #expect(service.monitor.stop())
                }
            }
        }

        @Test func stoppingFromTheSinkMakesTheEventTheLast() async throws {
            try await inOwnProcess {
                let monitor = Mutex<ReaderMonitor?>(nil)
                let log = EventLog()
                let holding = try Latch()
                try await MovingService.run(MovingService.plug(0, "A"), "card 0 3B00") { service in
                    let threads = ThreadList()
                    let inner = try ReaderMonitor { event, _ in
                        threads.addCurrent()
                        _ = holding.wait(within: .seconds(600))
                        #expect(monitor.withLock { $0 }?.stop() == false)
                        log.record(event)
                    }
                    monitor.withLock { $0 = inner }
                    holding.set()
                    #expect(await log.next()?.readers?.count == 1)
                    try await service.tell("empty 0")
                    try await threads.end(orRecordIn: log)
                    #expect(log.remaining == [])
                    #expect(inner.stop())
                }
            }
        }

        @Test func aMonitorThatIsDroppedStops() async throws {
            try await inOwnProcess {
                try await MovingService.run(MovingService.plug(0, "A")) { service in
                    let log = EventLog()
                    let threads = ThreadList()
                    do {
                        let monitor = try ReaderMonitor { event, _ in
                            threads.addCurrent()
                            log.record(event)
                        }
                        #expect(await log.next()?.readers?.count == 1)
                        _ = monitor
                    }
                    try await service.tell("card 0 3B00")
                    try await threads.end(orRecordIn: log)
                    #expect(log.remaining == [])
                }
            }
        }

        /// Their waits would last for `idle`, and the monitors are dropped while all of them wait.
        @Test func threadsOfDroppedMonitorsEnd() async throws {
            try await inOwnProcess {
                var timing = ReaderMonitor.Timing()
                timing.settling = .seconds(600)
                timing.idle = .seconds(600)
                try await MovingService.run(MovingService.plug(0, "A"), timing: timing) { service in
                    #expect(await service.log.next()?.readers?.count == 1)
                    let threads = ThreadList()
                    #expect(threads.countOfLiving == 0)
                    var monitors: [ReaderMonitor] = []
                    for _ in 0..<8 {
                        let log = EventLog()
                        monitors.append(
                            try ReaderMonitor(timing: timing) { event, _ in
                                threads.addCurrent()
                                log.record(event)
                            }
                        )
                        #expect(await log.next()?.readers?.count == 1)
                    }
                    try await service.tell("waits 9")
                    #expect(threads.countOfLiving == 8)
                    monitors = []
                    while threads.countOfLiving > 0 { try await Task.sleep(for: .milliseconds(10)) }
                    // The one that was not dropped goes on.
                    try await service.tell("card 0 3B00")
                    #expect(await service.log.next() == .cardInserted(MovingService.card("A", 1)))
                }
            }
        }

        @Test func aSinkThatDoesNotReturnIsGivenUp() async throws {
            try await inOwnProcess {
                try await MovingService.run { service in
                    #expect(await service.log.next() != nil)
                    let entered = EventLog()
                    let never = try Latch()
                    let monitor = try ReaderMonitor { event, _ in
                        entered.record(event)
                        _ = never.wait(within: .seconds(600))
                    }
                    _ = await entered.next()
                    #expect(!monitor.stop(within: .milliseconds(100)))
                    let seen = monitor.lastReturn
                    #expect(seen < .now - .milliseconds(100))
                    never.set()
                    #expect(monitor.stop())
                }
            }
        }
    }
}

/// Threads of this process, by their numbers in `/proc/self/task`.
private final class ThreadList: Sendable {
    private let numbers = Mutex<Set<String>>([])

    /// Adds the calling thread.
    func addCurrent() {
        var buffer = [UInt8](repeating: 0, count: 64)
        let count = unsafe buffer.withUnsafeMutableBytes { bytes in
            guard let start = bytes.baseAddress else { return 0 }
            return unsafe readlink("/proc/thread-self", start, bytes.count)
        }
        let path = String(decoding: buffer.prefix(max(count, 0)), as: UTF8.self)
        guard let number = path.split(separator: "/").last else { return }
        _ = numbers.withLock { $0.insert(String(number)) }
    }

    /// Waits until all of them have ended, after which nothing can be recorded, or until `log` has an event.
    func end(orRecordIn log: EventLog) async throws {
        while countOfLiving > 0 && log.remaining.isEmpty { try await Task.sleep(for: .milliseconds(10)) }
    }

    /// How many of them have not ended.
    var countOfLiving: Int {
        numbers.withLock { $0 }.count { unsafe access("/proc/self/task/\($0)", F_OK) == 0 }
    }
}
