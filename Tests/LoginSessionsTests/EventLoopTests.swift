import CLinux
import Dispatch
import Glibc
import Synchronization
import Testing

@testable import LoginSessions

@Suite(.timeLimit(.minutes(10)))
struct EventLoopTests {
    @Test func postedValuesKeepTheirOrderFromEachThread() throws {
        let mailbox = try Mailbox<(thread: Int, number: Int)>(capacity: 50)
        let loop = try EventLoop()
        let (threads, each) = (4, 5_000)
        var last = [Int](repeating: -1, count: threads)
        var count = 0
        try loop.receive(from: mailbox) { value in
            #expect(value.number == last[value.thread] + 1)
            last[value.thread] = value.number
            count += 1
            if count == threads * each { loop.exit() }
        }
        for thread in 0..<threads {
            DispatchQueue(label: "poster \(thread)").async {
                for number in 0..<each { mailbox.post((thread, number)) }
            }
        }
        _ = try loop.run()
        #expect(last == [Int](repeating: each - 1, count: threads))
    }

    @Test func fullMailboxRefusesOrMakesWaitAndLosesNothing() throws {
        let mailbox = try Mailbox<Int>(capacity: 2)
        #expect(mailbox.postIfRoom(1))
        #expect(mailbox.postIfRoom(2))
        #expect(!mailbox.postIfRoom(3))
        let loop = try EventLoop()
        var got: [Int] = []
        try loop.receive(from: mailbox) { value in
            got.append(value)
            if value == 4 { loop.exit() }
        }
        DispatchQueue(label: "poster").async { for number in 3...4 { mailbox.post(number) } }
        _ = try loop.run()
        #expect(got == [1, 2, 3, 4])
    }

    @Test func closedMailboxLetsWaitersGo() async throws {
        let mailbox = try Mailbox<Int>(capacity: 1)
        mailbox.post(1)
        let posted = Task.detached { mailbox.post(2) }
        mailbox.close()
        #expect(await posted.value == false)
        #expect(!mailbox.postIfRoom(3))
    }

    @Test func mailboxLeavesTimeForOthers() throws {
        let mailbox = try Mailbox<Int>(capacity: 1_000)
        for number in 0..<1_000 { mailbox.post(number) }
        let loop = try EventLoop()
        var got = 0
        try loop.receive(from: mailbox) { _ in got += 1 }
        var gotAtTimer: Int?
        let timers = Timers<Int>(on: loop) { id in
            if id == 0 { gotAtTimer = got } else { loop.exit() }
        }
        try timers.start(0, at: .now)
        try timers.start(1, at: .now + .milliseconds(100))
        _ = try loop.run()
        #expect(got == 1_000)
        #expect(try #require(gotAtTimer) < 1_000)
    }

    @Test func timersGoOffOnceAndNeverEarly() throws {
        let loop = try EventLoop()
        let start = BootInstant.now
        var fired: [String: BootInstant] = [:]
        let timers = Timers<String>(on: loop) { id in
            #expect(fired.updateValue(.now, forKey: id) == nil)
            if fired.count == 4 { loop.exit() }
        }
        try timers.start("last", at: start + .milliseconds(60))
        try timers.start("moved", at: start + .seconds(3_600))
        try timers.start("first", at: start + .milliseconds(20))
        try timers.start("cancelled", at: start + .milliseconds(1))
        try timers.start("moved", at: start + .milliseconds(40))
        try timers.start("past", at: BootInstant(microseconds: 0))
        timers.cancel("cancelled")
        #expect(timers.running == ["last", "moved", "first", "past"])
        _ = try loop.run()
        for (id, due) in ["past": 0, "first": 20_000, "moved": 40_000, "last": 60_000] as [String: UInt64] {
            #expect(try #require(fired[id]).microseconds(since: start) >= due)
        }
        #expect(timers.running.isEmpty)
    }

    /// The default accuracy of sd-event is 250 ms, which would delay a lock by as much.
    ///
    /// The kernel's own timer is read, because a busy machine delays any handler.
    @Test func timersAreExact() async {
        await #expect(processExitsWith: .success) {
            for turn in 1...10 {
                let before = kernelTimers()
                let loop = try EventLoop()
                let due = BootInstant.now + .seconds(60) + .milliseconds(23 * turn)
                let timers = Timers<Int>(on: loop) { _ in }
                try timers.start(1, at: due)
                var start = BootInstant.now
                var armed: [KernelTimer] = []
                // sd-event arms its timer before it calls any handler.
                try loop.afterwards {
                    start = .now
                    let new = kernelTimers().filter { before[$0.key] == nil }.values
                    armed = new.filter { $0.clock == 7 }
                    loop.exit()
                }
                _ = try loop.run()
                let earliest = try #require(armed.map(\.remaining).min())
                try #require((start + earliest).microseconds <= due.microseconds + 1)
                timers.cancel(1)
            }
        }
    }

    @Test func timerMayStartAndCancelTimersWhenItGoesOff() throws {
        let loop = try EventLoop()
        var fired: [Int] = []
        var timers: Timers<Int>?
        timers = Timers<Int>(on: loop) { id in
            fired.append(id)
            timers?.cancel(id)
            timers?.cancel(9)
            guard id < 3 else { return loop.exit() }
            try? timers?.start(id + 1, at: .now)
        }
        try timers?.start(9, at: .now + .milliseconds(500))
        try timers?.start(1, at: .now)
        _ = try loop.run()
        #expect(fired == [1, 2, 3])
        timers = nil
    }

    /// The kernel tells of a timer which clock it stands on (proc(5), `fdinfo`): 7 is `CLOCK_BOOTTIME`.
    @Test func timersStandOnTheClockThatGoesOnWhileTheMachineSleeps() async {
        await #expect(processExitsWith: .success) {
            let before = kernelTimers()
            let loop = try EventLoop()
            let timers = Timers<Int>(on: loop) { _ in }
            try timers.start(1, at: .now + .seconds(60))
            let new = kernelTimers().filter { before[$0.key] == nil }
            // Others in this process may have begun to wait for something meanwhile.
            try #require(new.values.contains { $0.clock == 7 })
            timers.cancel(1)
        }
    }

    @Test func signalsReachTheLoopInsteadOfEndingTheProcess() async {
        await #expect(processExitsWith: .exitCode(7)) {
            let loop = try EventLoop()
            var heard: [Int32] = []
            for signal in [SIGHUP, SIGTERM, SIGINT] {
                try loop.onSignal(signal) {
                    heard.append(signal)
                    if heard.count == 3 { loop.exit(code: 7) }
                }
            }
            for signal in [SIGHUP, SIGTERM, SIGINT] { _ = pthread_kill(pthread_self(), signal) }
            exit(try loop.run())
        }
    }

    @Test func answersThatAreKnownAtOnceComeAfterwardsInOrder() throws {
        let loop = try EventLoop()
        var order: [Int] = []
        try loop.afterwards {
            order.append(1)
            try? loop.afterwards { order.append(3) }
            order.append(2)
        }
        try loop.afterwards { order.append(0) }
        try Self.end(loop, after: .milliseconds(20))
        #expect(order == [1, 2, 0, 3])
    }

    private static func end(_ loop: EventLoop, after time: Duration) throws {
        let timers = Timers<Int>(on: loop) { _ in loop.exit() }
        try timers.start(0, at: .now + time)
        _ = try loop.run()
    }

    @Test func durationsNeverTrap() {
        #expect(Duration.seconds(-5).microseconds == 0)
        #expect(Duration.seconds(Int64.max).microseconds == .max)
        #expect(Duration.milliseconds(1_500).microseconds == 1_500_000)
        #expect((BootInstant(microseconds: .max) + .seconds(1)).microseconds == .max)
        #expect(BootInstant(microseconds: 1).microseconds(since: BootInstant(microseconds: 2)) == 0)
    }
}

/// A timer of the kernel (timerfd_create(2)).
private struct KernelTimer {
    let clock: Int64
    /// Until it expires; zero where it is not armed.
    let remaining: Duration
}

/// The open timers of this process, by descriptor.
private func kernelTimers() -> [Int: KernelTimer] {
    var timers: [Int: KernelTimer] = [:]
    for number in 0..<256 {
        guard let file = unsafe fopen("/proc/self/fdinfo/\(number)", "r") else { continue }
        defer { unsafe fclose(file) }
        var text = [UInt8](repeating: 0, count: 4_096)
        let count = unsafe fread(&text, 1, text.count, file)
        let lines = String(decoding: text.prefix(count), as: UTF8.self).split(separator: "\n")
        func numbers(_ name: String) -> [Int64] {
            let line = lines.first { $0.hasPrefix(name) } ?? ""
            return line.split { !$0.isNumber }.compactMap { Int64($0) }
        }
        guard let clock = numbers("clockid:").first else { continue }
        let value = numbers("it_value:")
        guard value.count == 2 else { continue }
        timers[number] = KernelTimer(
            clock: clock,
            remaining: .seconds(value[0]) + .nanoseconds(value[1])
        )
    }
    return timers
}
