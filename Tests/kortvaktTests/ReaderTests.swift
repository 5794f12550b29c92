import CardTesting
import Subprocess
import Testing
import VirtualReaders

/// What stands between a person and the card: service, readers, which card.
@Suite(.timeLimit(.minutes(10)))
struct ReaderTests {
    static let commands: [[String]] = [
        ["status"], ["pin", "verify", "--stdin"], ["pin", "change", "--stdin"],
        ["pin", "unblock", "--stdin"],
        ["apdu", "00A4040C"],
    ]

    @Test(arguments: commands)
    func withoutAServiceEveryCommandSaysHowToStartIt(command: [String]) async throws {
        let environment = ["PCSCLITE_CSOCK_NAME": "/nonexistent/pcscd.comm"]
        let run = try await Run.run([Bench.kortvakt] + command, environment: environment, input: "246810\n")
        #expect(run.exitCode == 3)
        #expect(run.err.contains("pcscd") && run.out.isEmpty)
        let json = try await Run.run([Bench.kortvakt] + command + ["--json"], environment: environment)
        #expect(json.exitCode == 3 && json.errorCode == "service-not-running")
    }

    @Test func withoutReadersEveryCommandSaysSo() async throws {
        try await EmptyService.run { environment in
            for command in Self.commands {
                let run = try await Run.run([Bench.kortvakt] + command, environment: environment)
                #expect(run.exitCode == 3 && run.err.contains("reader"), "\(command): \(run.said)")
                let json = try await Run.run(
                    [Bench.kortvakt] + command + ["--json"],
                    environment: environment
                )
                #expect(json.exitCode == 3 && json.errorCode == "no-reader", "\(command): \(json.said)")
            }
        }
    }

    /// Debian's service cannot refuse anybody; this one speaks its protocol and does.
    @Test(arguments: ["denied-context", "denied-silently", "denied-card"])
    func whoIsNotPermittedIsToldSo(behaviour: String) async throws {
        let socket = "/tmp/kortvakt-denied-\(UInt32.random(in: 0...UInt32.max))"
        let program = BuildFolder.sources + "/Tests/PCSCTests/Programs/service.py"
        _ = try await Subprocess.run(
            .name("python3"),
            arguments: ["-I", program, socket, behaviour],
            input: .inputWriter,
            output: .sequence,
            error: .discarded
        ) { execution in
            var lines = execution.standardOutput.strings().makeAsyncIterator()
            let ready = try await lines.next()
            #expect(ready?.hasPrefix("ready") == true)
            let run = try await Run.run(
                [Bench.kortvakt, "pin", "verify", "--json", "--stdin"],
                environment: ["PCSCLITE_CSOCK_NAME": socket],
                input: "246810\n"
            )
            #expect(run.exitCode == 12, "\(run.said)")
            #expect(run.errorCode == "not-permitted")
            try await execution.standardInputWriter.finish()
        }
        _ = try await Run.run(["rm", "-f", socket])
    }

    @Test(arguments: commands)
    func withoutACardEveryCommandSaysSo(command: [String]) async throws {
        try await Bench.run { bench in
            let run = try await bench.kortvakt(command, lines: ["246810"])
            #expect(run.exitCode == 4 && run.err.contains("card"))
            let json = try await bench.kortvakt(command + ["--json"], lines: ["246810"])
            #expect(json.exitCode == 4)
            guard command != ["status"] else {
                let readers = try json.json()["readers"]?.elements ?? []
                let name = bench.service.readerName(slot: 0)
                #expect(readers.map { $0["card"] } == [.null, .null])
                #expect(readers.first?["name"]?.text == name)
                return
            }
            #expect(json.errorCode == "no-card")
        }
    }

    @Test func withTwoCardsTheyAreListedAndNothingIsDone() async throws {
        try await Bench.run { bench in
            try await bench.insert()
            try await bench.insert("siths-t1", slot: 1)
            let names = [0, 1].map(bench.service.readerName)
            for command in Self.commands where command != ["status"] {
                let run = try await bench.kortvakt(command, lines: ["111222", "975310"])
                #expect(run.exitCode == 64)
                #expect(names.allSatisfy(run.err.contains))
                let json = try await bench.kortvakt(command + ["--json"], lines: ["111222", "975310"])
                #expect(json.exitCode == 64 && json.errorCode == "usage")
            }
            let untouched = try (0...1).map(bench.stored).allSatisfy { $0.tries == [3, 3, 10] }
            #expect(untouched)
            let status = try await bench.kortvakt("status")
            #expect(status.exitCode == 0 && names.allSatisfy(status.out.contains))
        }
    }

    @Test func aReaderIsChosenByNumberByNameAndByPartOfIt() async throws {
        try await Bench.run { bench in
            try await bench.insert()
            try await bench.insert("siths-t1", slot: 1)
            func wrong(_ reader: String) async throws -> Int32 {
                try await bench.kortvakt("pin", "verify", "--stdin", "--reader", reader, lines: ["111222"])
                    .exitCode
            }
            #expect(try await wrong("2") == 6)
            #expect(try bench.stored(slot: 0).tries == [3, 3, 10])
            #expect(try bench.stored(slot: 1).tries == [2, 3, 10])
            #expect(try await wrong(bench.service.readerName(slot: 0)) == 6)
            #expect(try bench.stored(slot: 0).tries == [2, 3, 10])
            #expect(try await wrong("bench 00 01") == 6)
            #expect(try bench.stored(slot: 1).tries == [1, 3, 10])
            for unknown in ["0", "3", "-1", "99999999999999999999", "nobody", "Bench", ""] {
                let run = try await bench.kortvakt("status", "--reader", unknown)
                #expect(run.exitCode == 64, "\(unknown): \(run.said)")
            }
            #expect(try bench.stored(slot: 0).tries == [2, 3, 10])
            #expect(try bench.stored(slot: 1).tries == [1, 3, 10])
        }
    }

    @Test func aMuteCardIsGivenUpWithoutSayingThatACodeWasSent() async throws {
        try await Bench.run { bench in
            let card = try await bench.insert("siths", ["--fault", "mute:3"])
            let pulled = Task {
                // The reader waits without limit for a card that does not answer, until it is pulled.
                while Self.commandCount(try? bench.read("trace")) < 3 {
                    try await Task.sleep(for: .milliseconds(10))
                }
                _ = await card.remove()
            }
            let trace = bench.folder + "/trace"
            let command = ["pin", "verify", "--stdin", "--trace", trace]
            let run = try await bench.kortvakt(command, lines: ["246810"])
            try await pulled.value
            #expect([4, 5].contains(run.exitCode), "\(run.exitCode) \(run.said)")
        }
    }

    private static func commandCount(_ trace: String?) -> Int {
        trace?.split(separator: "\n").count { $0.hasPrefix(">") } ?? 0
    }

    @Test(arguments: ["", "{}", "not JSON", #"{"version":2}"#, String(repeating: "[", count: 100_000)])
    func aDamagedStateFileIsRefusedAndKept(content: String) async throws {
        try await Bench.run { bench in
            let path = try bench.write(content, to: "damaged")
            let run = try await Run.run([
                Bench.kortvaktCard, "siths", "--connect", "127.0.0.1:9", "--state", path,
            ])
            #expect(run.exitCode == 1 && run.err.contains(path))
            #expect(try bench.read("damaged") == content)
        }
    }
}

/// A card service without any reader.
enum EmptyService {
    static func run(_ body: @Sendable ([String: String]) async throws -> Void) async throws {
        let script = """
            folder=$(mktemp -d /tmp/kortvakt-empty-XXXXXX); mkdir "$folder/readers"
            [ ! -d /run/pcscd ] || mount -t tmpfs none /run/pcscd
            PATH=$PATH:/usr/sbin:/sbin systemd-socket-activate -l "$folder/pcscd.comm" pcscd --foreground -c "$folder/readers" \\
                </dev/null >/dev/null 2>&1 &
            for i in $(seq 500); do [ -S "$folder/pcscd.comm" ] && break; sleep 0.01; done
            echo "$folder"; read -r end; rm -rf "$folder"
            """
        _ = try await Subprocess.run(
            .name("unshare"),
            arguments: [
                "--user", "--map-root-user", "--net", "--pid", "--mount", "--fork", "--kill-child", "sh",
                "-c", script,
            ],
            input: .inputWriter,
            output: .sequence,
            error: .discarded
        ) { execution in
            var lines = execution.standardOutput.strings().makeAsyncIterator()
            let folder = try #require(try await lines.next()).filter { !$0.isNewline }
            do {
                try await body(["PCSCLITE_CSOCK_NAME": folder + "/pcscd.comm"])
            } catch {
                Issue.record(error)
            }
            try await execution.standardInputWriter.finish()
        }
    }
}
