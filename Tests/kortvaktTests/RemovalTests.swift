import FoundationEssentials
import Testing
import VirtualReaders

/// The card is pulled before, and after, each single command of each operation.
@Suite(.timeLimit(.minutes(10)))
struct RemovalTests {
    struct Operation: Sendable {
        let command: [String]
        var lines: [String] = []
        var state = StoredState()
    }

    static let operations: [Operation] = [
        Operation(command: ["status"]),
        Operation(command: ["pin", "verify", "--stdin"], lines: ["246810"]),
        Operation(command: ["pin", "verify", "--stdin"], lines: ["111222"]),
        Operation(command: ["pin", "change", "--stdin"], lines: ["246810", "975310"]),
        Operation(
            command: ["pin", "unblock", "--stdin"],
            lines: ["13572468", "975310"],
            state: StoredState(auth: 0)
        ),
    ]

    @Test(arguments: operations, ["remove-before", "remove-after"])
    func nothingIsSentTwiceAndTheExitCodeTellsWhetherACodeWasSent(
        operation: Operation,
        fault: String
    ) async throws {
        let slots = 8
        try await Bench.run(entries: slots / 2) { bench in
            let commands = try await bench.commandCount(of: operation)
            #expect(commands > 5)
            try await withThrowingTaskGroup(of: Void.self) { group in
                for slot in 0..<slots {
                    group.addTask {
                        for number in stride(from: slot + 1, through: commands, by: slots) {
                            try await Self.check(operation, "\(fault):\(number)", slot: slot, bench)
                        }
                    }
                }
                try await group.waitForAll()
            }
        }
    }

    private static func check(_ operation: Operation, _ fault: String, slot: Int, _ bench: Bench) async throws
    {
        try bench.store(operation.state, slot: slot)
        let card = try await bench.insert("siths", ["--fault", fault], slot: slot)
        let name = "trace-\(fault)-\(slot)"
        let reader = bench.service.readerName(slot: slot)
        let run = try await bench.kortvakt(
            operation.command + ["--json", "--reader", reader, "--trace", bench.folder + "/" + name],
            lines: operation.lines
        )
        try await bench.pull(card, slot: slot)
        let trace = try bench.read(name).split(separator: "\n")
        let sent = trace.filter { $0.contains("<secret>") }.count
        let answered = trace.indices.contains { index in
            trace[index].contains("<secret>") && trace.indices.contains(index + 1)
                && trace[index + 1].hasPrefix("<")
        }
        let comment = Comment(rawValue: "\(fault), exit code \(run.exitCode): \(run.said)")
        #expect(sent <= 1, comment)
        // Without a code on its way it is a removed card; with one and no answer nobody knows.
        switch (sent, answered) {
        case (0, _): #expect(run.exitCode == 4, comment)
        case (_, false): #expect(run.exitCode == 13, comment)
        // The code was answered: a claim that none was sent would be wrong.
        default: #expect([0, 6].contains(run.exitCode) && !run.said.contains("No code was sent"), comment)
        }
        let error = try run.json()["error"] ?? run.json()["readers"]?[0]?["card"]?["error"]
        if run.exitCode == 4 { #expect(error?["code"] == .string("card-removed"), comment) }
        if run.exitCode == 13 { #expect(error?["code"] == .string("outcome-unknown"), comment) }

        let stored = try bench.stored(slot: slot)
        guard sent == 1 else {
            #expect(stored == operation.state, comment)
            return
        }
        // One entry is one try at most, and one that changed the card is never called harmless.
        #expect(operation.state.tries[0] - stored.tries[0] <= 1, comment)
        #expect(operation.state.tries[2] - stored.tries[2] <= 1, comment)
        if stored != operation.state { #expect(run.exitCode != 4, comment) }
    }

    @Test func aCardThatComesBackWhileThePersonTypesIsNotTakenForTheSame() async throws {
        try await Bench.run { bench in
            let card = try await bench.insert()
            let exitCode = try await Terminal.run(bench, ["pin", "verify"]) { terminal in
                try await terminal.expect(": ")
                try await bench.pull(card)
                try await bench.insert()
                try await terminal.type("246810\r")
            }
            #expect(exitCode == 4)
            #expect(try bench.stored() == StoredState())
        }
    }

    @Test func aCardThatIsPulledWhileThePersonTypesIsSaidToBeRemoved() async throws {
        try await Bench.run { bench in
            let card = try await bench.insert()
            let exitCode = try await Terminal.run(bench, ["pin", "verify"]) { terminal in
                try await terminal.expect(": ")
                try await bench.pull(card)
                try await terminal.type("246810\r")
                try await terminal.expect("removed")
            }
            #expect(exitCode == 4)
        }
    }
}

extension Bench {
    /// How many commands an undisturbed run sends.
    fileprivate func commandCount(of operation: RemovalTests.Operation) async throws -> Int {
        try store(operation.state)
        let card = try await insert("siths", ["--count", folder + "/count"])
        let reader = service.readerName(slot: 0)
        _ = try await kortvakt(operation.command + ["--reader", reader], lines: operation.lines)
        try await pull(card)
        let line = try read("count")
        let count = line.split(separator: " ").first?.split(separator: "=").last.flatMap { Int($0) }
        return try #require(count)
    }
}
