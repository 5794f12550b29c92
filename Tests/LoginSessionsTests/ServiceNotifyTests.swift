import Glibc
import SessionTesting
import Testing

@testable import LoginSessions

@Suite(.timeLimit(.minutes(10)))
struct ServiceNotifyTests {
    @Test func serviceManagerIsToldOneThingAtATime() async {
        await #expect(processExitsWith: .success) {
            let socket = NotifySocket()
            unsafe setenv("NOTIFY_SOCKET", socket.path, 1)
            ServiceNotify.ready(status: "2 readers")
            ServiceNotify.status("Reader\nREADY=1\u{1B}")
            ServiceNotify.reloading()
            ServiceNotify.stopping()
            let heard = socket.heard()
            try #require(heard.count == 4)
            #expect(heard[0] == "READY=1\nSTATUS=2 readers")
            #expect(heard[1] == "STATUS=Reader\u{FFFD}READY=1\u{FFFD}")
            #expect(heard[2].hasPrefix("RELOADING=1\nMONOTONIC_USEC="))
            #expect(heard[3] == "STOPPING=1")
        }
    }

    @Test func watchdogIsFedOnlyWhileTheServiceIsHealthy() async {
        await #expect(processExitsWith: .success) {
            let socket = NotifySocket()
            unsafe setenv("NOTIFY_SOCKET", socket.path, 1)
            unsafe setenv("WATCHDOG_USEC", "40000", 1)
            unsafe unsetenv("WATCHDOG_PID")
            let loop = try EventLoop()
            var asked = 0
            var healthy = 0
            let period = try loop.feedWatchdog {
                asked += 1
                // Healthy, then stuck for three rounds, then well again.
                let isHealthy = !(3...5).contains(asked)
                if isHealthy { healthy += 1 }
                if asked == 8 { loop.exit() }
                return isHealthy
            }
            try #require(period == .milliseconds(20))
            _ = try loop.run()
            let heard = socket.heard()
            #expect(heard.allSatisfy { $0 == "WATCHDOG=1" })
            try #require(heard.count == healthy && healthy == 5)
        }
    }

    @Test func withoutWatchdogNothingTicks() async {
        await #expect(processExitsWith: .success) {
            let socket = NotifySocket()
            unsafe setenv("NOTIFY_SOCKET", socket.path, 1)
            unsafe unsetenv("WATCHDOG_USEC")
            let loop = try EventLoop()
            try #require(try loop.feedWatchdog { true } == nil)
            #expect(socket.heard().isEmpty)
        }
    }

    /// libsystemd believes `WATCHDOG_PID`: a watchdog of the parent is none of ours.
    @Test func anotherProcessesWatchdogIsLeftAlone() async {
        await #expect(processExitsWith: .success) {
            unsafe setenv("WATCHDOG_USEC", "40000", 1)
            unsafe setenv("WATCHDOG_PID", "1", 1)
            try #require(try EventLoop().feedWatchdog { true } == nil)
        }
    }
}
