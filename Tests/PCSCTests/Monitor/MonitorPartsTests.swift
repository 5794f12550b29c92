import Glibc
import Testing

@testable import PCSC

@Suite(.timeLimit(.minutes(10)))
struct MonitorPartsTests {
    @Test func thePausesDoubleUpToTheLongestAndBeginAnew() {
        var backOff = BackOff(first: .milliseconds(100), longest: .seconds(5))
        let pauses = (0..<8).map { _ in backOff.pause(after: .serviceNotRunning) }
        #expect(pauses == [100, 200, 400, 800, 1_600, 3_200, 5_000, 5_000].map { .milliseconds($0) })
        backOff.reset()
        #expect(backOff.pause(after: .serviceNotRunning) == .milliseconds(100))
    }

    /// systemd refuses the sixth start in ten seconds.
    @Test func aServiceThatDiesAtEachAttemptIsStartedAtMostFiveTimesInTenSeconds() {
        var backOff = BackOff(first: .milliseconds(100), longest: .seconds(5))
        var attempts: [Duration] = [.zero]
        for _ in 0..<40 {
            attempts.append(attempts[attempts.count - 1] + backOff.pause(after: .serviceStopped))
        }
        for begin in attempts {
            #expect(attempts.count { $0 >= begin && $0 < begin + .seconds(10) } <= 5)
        }
    }

    @Test func aLatchStaysSetAndComesBeforeTheOtherDescriptor() throws {
        let latch = try Latch()
        let other = try Latch()
        #expect(!latch.isSet)
        #expect(latch.wait(within: .zero) == .timeUp)
        latch.set()
        latch.set()
        other.set()
        for _ in 1...3 { #expect(latch.isSet && latch.wait(within: .seconds(60)) == .set) }
    }

    /// inotify(7) queues an event before the call that causes it returns, so no wait is needed.
    @Test func aSocketThatAppearsIsSeenAndOtherFilesAreNot() throws {
        try withFolder { folder in
            let never = try Latch()
            let watch = try #require(SocketWatch(path: folder + "/socket"))
            create(folder + "/another")
            #expect(watch.wait(within: .zero, unless: never) == .timeUp)
            create(folder + "/socket")
            #expect(watch.wait(within: .zero, unless: never) == .ready)
            #expect(watch.wait(within: .zero, unless: never) == .timeUp)
            unsafe chmod(folder + "/socket", 0o666)
            #expect(watch.wait(within: .zero, unless: never) == .ready)
        }
    }

    @Test func aFolderThatIsNotThereIsAwaitedInTheOneAbove() throws {
        try withFolder { folder in
            let never = try Latch()
            let watch = try #require(SocketWatch(path: folder + "/a/b/socket"))
            unsafe mkdir(folder + "/b", 0o700)
            #expect(watch.wait(within: .zero, unless: never) == .timeUp)
            unsafe mkdir(folder + "/a", 0o700)
            #expect(watch.wait(within: .zero, unless: never) == .ready)
            let deeper = try #require(SocketWatch(path: folder + "/a/b/socket"))
            unsafe rmdir(folder + "/a")
            #expect(deeper.wait(within: .zero, unless: never) == .ready)
        }
    }

    @Test func aSetLatchEndsTheWatch() throws {
        let latch = try Latch()
        let watch = try #require(SocketWatch(path: "/nonexistent/socket"))
        latch.set()
        #expect(watch.wait(within: .seconds(60), unless: latch) == .set)
    }

    private func create(_ path: String) { close(unsafe open(path, O_CREAT | O_WRONLY | O_CLOEXEC, 0o600)) }

    private func withFolder(_ body: (String) throws -> Void) throws {
        var template = Array("/tmp/kortvakt-watch-XXXXXX".utf8CString)
        try #require(unsafe mkdtemp(&template) != nil)
        let folder = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
        defer {
            for name in ["another", "socket"] { unsafe unlink(folder + "/" + name) }
            for name in ["b", "a", ""] { unsafe rmdir(folder + "/" + name) }
        }
        try body(folder)
    }
}
