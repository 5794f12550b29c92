import Glibc
import Testing

/// T14: codes are nowhere but where they must be.
@Suite(.timeLimit(.minutes(10)))
struct SecretTests {
    // Made-up codes that nothing else contains.
    private static let pin = "93847561"
    private static let new = "60482917"
    private static let puk = "81920573"

    @Test func noCommandLetsACodeOut() async throws {
        let codes = ["--auth-pin", Self.pin, "--puk", Self.puk]
        try await Bench.withCard("siths", codes) { bench in
            let wrong = "57136284"
            let runs: [(command: [String], lines: [String], exitCode: Int32)] = [
                (["status"], [], 0),
                (["pin", "list"], [], 0),
                (["pin", "verify", "--stdin"], [Self.pin], 0),
                (["pin", "verify", "--stdin"], [wrong], 6),
                (["pin", "verify", "--stdin"], [wrong + "12345678"], 8),
                (["pin", "change", "--stdin"], [wrong, Self.new], 6),
                (["pin", "change", "--stdin", "--last-try"], [Self.pin, Self.new], 0),
                (["pin", "unblock", "--stdin", "--pin", "auth"], [wrong, Self.pin], 6),
                (["pin", "unblock", "--stdin", "--pin", "auth"], [Self.puk, Self.pin], 0),
                (["apdu", "--stdin", "00200081{pin}"], [Self.pin], 0),
                (["apdu", "--stdin", "00240081{pin}{new}"], [Self.pin, Self.new], 0),
                (["apdu", "--stdin", "002C0081{puk}{new}"], [Self.puk, Self.pin], 0),
                (["apdu", "--stdin", "00200081{pin}"], [wrong], 6),
            ]
            for (index, sample) in runs.enumerated() {
                for format in [[], ["--json"]] {
                    let name = "trace\(index)\(format.count)"
                    // A second run in the other format may meet what the first has changed: only its output counts.
                    let run = try await bench.kortvakt(
                        sample.command + format + ["--trace", bench.folder + "/" + name],
                        lines: sample.lines
                    )
                    if format.isEmpty {
                        #expect(run.exitCode == sample.exitCode, "\(sample.command) \(run.said)")
                    }
                    let trace = try bench.read(name)
                    #expect(!sample.lines.isEmpty || !trace.contains("secret"))
                    for line in sample.lines {
                        for text in Self.spellings(of: line) {
                            #expect(!run.said.uppercased().contains(text), "\(sample.command)")
                            #expect(!trace.uppercased().contains(text), "\(sample.command)")
                        }
                    }
                }
                // Whatever that did, the next sample begins as planned.
                try await Self.restore(bench)
            }
        }
    }

    /// As digits, in hexadecimal, and in halves.
    private static func spellings(of code: String) -> [String] {
        let hex = code.utf8.map { "3" + String(UnicodeScalar($0)) }.joined()
        return [code, hex, String(code.prefix(5)), String(code.suffix(5)), String(hex.prefix(10))]
    }

    /// Puts the card's codes and counters back by means of the PUK.
    private static func restore(_ bench: Bench) async throws {
        let run = try await bench.kortvakt(
            ["pin", "unblock", "--stdin", "--pin", "auth", "--last-puk-try"],
            lines: [puk, pin]
        )
        #expect(run.exitCode == 0, "\(run.said)")
    }

    @Test(.enabled(if: geteuid() == 0, "only root may look into the process"))
    func whileWaitingEachCodeIsInMemoryOnceInALockedPageLeftOutOfCoreDumps() async throws {
        try await Bench.withCard("siths", ["--auth-pin", Self.pin]) { bench in
            let exitCode = try await Terminal.run(bench, ["pin", "change"]) { terminal in
                try await terminal.expect(": ")
                try await terminal.type(Self.pin + "\r")
                try await terminal.expect("digits: ")
                try await terminal.type(Self.new + "\r")
                try await terminal.expect("once more: ")
                let process = try ProcessMemory(pid: terminal.pid)
                for code in [Self.pin, Self.new] {
                    let places = process.places(of: Array(code.utf8))
                    #expect(places.count == 1)
                    #expect(places.allSatisfy { $0.flags.isSuperset(of: ["lo", "dd", "wf"]) })
                    #expect(places.allSatisfy { $0.size <= 4_096 })
                    #expect(process.places(of: Array(code.utf8.prefix(6))).count == 1)
                }
                for name in ["cmdline", "environ"] {
                    let text = try ProcessMemory.text(of: "/proc/\(terminal.pid)/\(name)")
                    #expect(!text.contains(Self.pin) && !text.contains(Self.new))
                }
                let limits = try ProcessMemory.text(of: "/proc/\(terminal.pid)/limits")
                let core = limits.split(separator: "\n").first { $0.contains("core") }
                #expect(core?.split(separator: " ").dropFirst(4).first == "0")
                try await terminal.type(Self.new + "\r")
            }
            #expect(exitCode == 0)
        }
    }

    /// A process that has presented its codes and goes on living: it asks whether the other PIN shall be unblocked too.
    @Test(.enabled(if: geteuid() == 0, "only root may look into the process"))
    func afterTheyWereSentNoCodeIsLeftInMemory() async throws {
        try await Bench.run { bench in
            var state = StoredState(auth: 0, sign: 0)
            state.codes["83"]?.value = Self.puk
            try bench.store(state)
            try await bench.insert()
            _ = try await Terminal.run(bench, ["pin", "unblock"]) { terminal in
                try await terminal.expect(": ", after: "Number")
                try await terminal.type("1\n")
                try await terminal.expect(": ", after: "PUK, 10 tries left")
                let process = try ProcessMemory(pid: terminal.pid)
                #expect(process.places(of: Array(Self.puk.utf8)).isEmpty)
                try await terminal.type(Self.puk + "\r")
                try await terminal.expect(": ", after: "New")
                // The search does find what is there.
                let during = try ProcessMemory(pid: terminal.pid)
                #expect(during.places(of: Array(Self.puk.utf8)).count == 1)
                try await terminal.type(Self.new + "\r")
                try await terminal.expect(": ", after: "New")
                try await terminal.type(Self.new + "\r")
                try await terminal.expect("(yes/no) ")
                let after = try ProcessMemory(pid: terminal.pid)
                #expect(after.places(of: Array(Self.puk.utf8)).isEmpty)
                #expect(after.places(of: Array(Self.new.utf8)).isEmpty)
                try await terminal.type("no\n")
            }
            #expect(try bench.stored().authPIN == Self.new)
        }
    }

    @Test(.enabled(if: geteuid() != 0, "root may look into every process"))
    func othersOfTheSameUserCannotLookIntoTheProcess() async throws {
        try await Bench.withCard { bench in
            _ = try await Terminal.run(bench, ["pin", "verify"]) { terminal in
                try await terminal.expect(": ")
                #expect(throws: BenchError.self) { try ProcessMemory(pid: terminal.pid) }
                try await terminal.type("\u{03}")
            }
        }
    }
}
