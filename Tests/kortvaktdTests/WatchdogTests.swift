import CardTesting
import Glibc
import LoginSessions
import PCSC
import SessionTesting
import Testing

@testable import kortvaktd

@Suite(.timeLimit(.minutes(10)))
struct WatchdogTests {
    @Test func watchdogIsFedByTheProgram() async throws {
        try await DaemonBench.run { bench in
            try await bench.daemon(environment: ["WATCHDOG_USEC": "200000"]) { daemon in
                for _ in 1...3 { try await bench.told("WATCHDOG=1") }
            }
        }
    }

    /// In a process of its own, with a reader thread that is in a hurry.
    @Test func watchdogIsFedOnlyAsLongAsTheReaderThreadComesBack() async {
        await #expect(processExitsWith: .success) {
            try await DaemonBench.run { bench in
                for (name, value) in bench.environment { unsafe setenv(name, value, 1) }
                unsafe setenv("WATCHDOG_USEC", "100000", 1)
                unsafe unsetenv("WATCHDOG_PID")
                let folder = bench.folder + "/etc"
                let started = BoundedCall.startThread {
                    var timing = ReaderMonitor.Timing()
                    (timing.idle, timing.answer) = (.milliseconds(100), .milliseconds(100))
                    _ = try? Daemon(folder: folder, timing: timing, leeway: .milliseconds(500)).run()
                }
                try #require(started)
                try await bench.ready()
                // Several waits have ended by then.
                for _ in 1...20 { try await bench.told("WATCHDOG=1") }
                try await bench.tellCards("hang")
                // Ends when nothing comes for twenty times as long as between two of them.
                while await bench.notify.next(within: .seconds(1)) != nil {}
            }
            _exit(0)
        }
    }
}
