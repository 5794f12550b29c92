import Glibc
import Testing
import VirtualReaders

/// `watch` at a real card service, whose readers and cards come and go.
@Suite(.timeLimit(.minutes(10)))
struct WatchTests {
    @Test func tellsWhatIsThereAndThenWhatHappens() async throws {
        try await Bench.run { bench in
            let names = [0, 1].map { JSONValue.string(bench.service.readerName(slot: $0)) }
            let first = try await bench.insert()
            let code = try await WatchRun.run(environment: bench.environment) { watch in
                // Readers and daemon are heard of side by side.
                var beginning = [try await watch.next(), try await watch.next()]
                beginning += [try await watch.next(), try await watch.next()]
                let readers = beginning.filter { $0["event"] == .string("reader-present") }
                #expect(readers.map { $0["reader"] } == names)
                #expect(readers[0]["card"]?["product"]?.text?.contains("SITHS") == true)
                #expect(readers[0]["card"]?["mute"] == .bool(false))
                #expect(readers[1]["card"] == .null)
                #expect(beginning.contains { $0["event"] == .string("service-ready") })

                let second = try await bench.insert("siths-t1", slot: 1)
                let inserted = try await watch.expect("card-inserted", ["reader": names[1]])
                #expect(inserted["card"]?["atr"]?.text?.hasPrefix("3B") == true)
                try await bench.pull(first)
                let removed = try await watch.expect("card-removed", ["reader": names[0]])
                #expect(removed["cause"] == .string("pulled"))
                #expect(removed["card"]?["atr"] == readers[0]["card"]?["atr"])
                try await bench.pull(second, slot: 1)
                try await watch.expect("card-removed", ["reader": names[1]])
            }
            #expect(code == 0)
        }
    }

    @Test func saysThatTheServiceIsGoneAndThatItIsBack() async throws {
        let folder = "/tmp/kortvakt-watch-\(UInt32.random(in: 0...UInt32.max))"
        #expect(unsafe mkdir(folder, 0o700) == 0)
        let environment = ["PCSCLITE_CSOCK_NAME": folder + "/pcscd.comm"]
        try await WatchRun.run(environment: environment) { watch in
            try await watch.expect("daemon-failed", ["reason": .string("no-system-bus")])
            try await watch.expect("service-lost", ["reason": .string("service-not-running")])
            try await Bench.run { bench in
                #expect(unsafe symlink(bench.service.socketPath, folder + "/pcscd.comm") == 0)
                try await watch.expect("service-ready")
                try await watch.expect("reader-present")
                try await watch.expect("reader-present")
                try await bench.insert()
                try await watch.expect("card-inserted")
                _ = unsafe unlink(folder + "/pcscd.comm")
            }
            try await watch.expect("service-lost")
        }
        _ = unsafe rmdir(folder)
    }

    @Test func wordsAreOnALineWithTheTime() async throws {
        try await Bench.run { bench in
            try await bench.insert()
            try await WatchRun.run([], environment: bench.environment) { watch in
                let lines = [
                    try await watch.line(), try await watch.line(), try await watch.line(),
                    try await watch.line(),
                ]
                for line in lines {
                    #expect(line.contains(/^20\d\d-\d\d-\d\d \d\d:\d\d:\d\d  [A-Z]/), "\(line)")
                }
                let name = bench.service.readerName(slot: 0)
                #expect(lines.contains { $0.hasSuffix("  The card service (pcscd) is ready.") })
                #expect(
                    lines.contains { $0.contains("Reader with a card, SITHS") && $0.hasSuffix(": \(name)") }
                )
            }
        }
    }

    @Test(arguments: ["2", "exact", "bench 00 01"])
    func onlyTheReaderThatWasAskedForIsShown(wish: String) async throws {
        try await Bench.run { bench in
            let name = bench.service.readerName(slot: 1)
            let wish = wish == "exact" ? name : wish
            try await WatchRun.run(["--json", "--reader", wish], environment: bench.environment) { watch in
                try await watch.wait(for: "reader-present")
                try await bench.insert()
                try await bench.insert("siths-t1", slot: 1)
                try await watch.expect("card-inserted", ["reader": .string(name)])
            }
        }
    }

    @Test func aNumberThatNoReaderHasIsRefused() async throws {
        try await Bench.run { bench in
            let run = try await bench.kortvakt("watch", "--json", "--reader", "3")
            #expect(run.exitCode == 64)
            #expect(
                run.out.contains(#""code":"usage""#) && run.err.contains(bench.service.readerName(slot: 0))
            )
        }
        let run = try await Run.run([Bench.kortvakt, "watch", "--reader", ""])
        #expect(run.exitCode == 64)
    }

    @Test func aReaderThatMayComeIsWaitedFor() async throws {
        try await Bench.run { bench in
            _ = try await WatchRun.run(["--reader", "nobody"], environment: bench.environment) { watch in
                var line = try await watch.line()
                while !line.contains("nobody") { line = try await watch.line() }
                #expect(line == "No reader is called “nobody” so far; waiting for one.")
            }
        }
    }

    @Test(arguments: [SIGINT, SIGTERM, SIGHUP])
    func endsAsItShouldWhenItIsTold(signal: Int32) async throws {
        let code = try await WatchRun.run(environment: [:], endingWith: signal) { watch in
            _ = try await watch.next()
        }
        #expect(code == 0)
    }

    /// Also with nothing to write, and without a word.
    @Test func endsWhenNobodyReadsAnyMore() async throws {
        try await Bench.run { bench in
            let run = try await bench.tool(
                "sh",
                "-c",
                // Its exit code is written where it has ended by itself.
                "{ \"$1\" watch --json; echo $? >&2; } | head -4 >/dev/null",
                "sh",
                Bench.kortvakt
            )
            #expect(run.said == "0\n")
        }
    }

    @Test func aReaderThatDoesNotReadDoesNotKeepItFromEnding() async throws {
        let run = try await Run.run([
            "sh", "-c",
            // The pipe is full before it begins.
            """
            fifo=$(mktemp -u); mkfifo "$fifo"; exec 3<>"$fifo"
            timeout 2 dd if=/dev/zero of="$fifo" bs=4096 2>/dev/null
            PCSCLITE_CSOCK_NAME=/nonexistent/x "$1" watch --json >"$fifo" & sleep 1
            kill -INT $! 2>/dev/null; kill -TERM $!; wait $!; echo $?; rm -f "$fifo"
            """,
            "sh", Bench.kortvakt,
        ])
        #expect(run.said == "0\n")
    }

    @Test func aFullDiskIsAFailure() async throws {
        let run = try await Run.run(["sh", "-c", "exec \"$1\" watch --json >/dev/full", "sh", Bench.kortvakt])
        #expect(run.exitCode == 1 && run.err.contains("No space left"))
    }
}
