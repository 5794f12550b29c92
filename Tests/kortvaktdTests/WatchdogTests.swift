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

    /// In a process of its own, with short waits of the reader thread.
    ///
    /// The daemon ends when it sees that the thread does not come back, and the watchdog with it.
    @Test func watchdogIsFedOnlyAsLongAsTheReaderThreadComesBack() async {
        await #expect(processExitsWith: .success) {
            try await DaemonBench.run { bench in
                for (name, value) in bench.environment { unsafe setenv(name, value, 1) }
                unsafe setenv("WATCHDOG_USEC", "100000", 1)
                unsafe unsetenv("WATCHDOG_PID")
                let folder = bench.folder + "/etc"
                let (ends, ending) = AsyncStream<End>.makeStream()
                let started = BoundedCall.startThread {
                    var timing = ReaderMonitor.Timing()
                    (timing.idle, timing.answer) = (.milliseconds(100), .milliseconds(100))
                    let daemon = try? Daemon(folder: folder, timing: timing, leeway: .milliseconds(500))
                    let code = try? daemon?.run()
                    ending.yield(End(code: code, isHealthy: daemon?.isHealthy()))
                }
                try #require(started)
                try await bench.ready()
                // Several waits have ended by then.
                for _ in 1...20 { try await bench.told("WATCHDOG=1") }
                try await bench.tellCards("hang")
                var iterator = ends.makeAsyncIterator()
                #expect(await iterator.next() == End(code: 1, isHealthy: false))
            }
            _exit(0)
        }
    }

    private struct End: Equatable {
        let code: Int32?
        let isHealthy: Bool?
    }
}
