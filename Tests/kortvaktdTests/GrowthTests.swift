import SessionTesting
import Testing

@Suite(.timeLimit(.minutes(10)))
struct GrowthTests {
    /// Each insertion is a guard, a look at the card, a lock and two signals; nothing of it may stay.
    @Test func memoryDoesNotGrowWithInsertions() async throws {
        try await DaemonBench.run(cards: DaemonBench.reader(0, "Reader A", card: false)) { bench in
            try await bench.daemon { daemon in
                try await daemon.writes("The card service answers")
                var before = 0
                for number in 0..<300 {
                    if number == 100 { before = try daemon.memory }
                    try await bench.tellCards("card 0 3B00")
                    try await daemon.writes("A card was inserted")
                    try await bench.tellCards("empty 0")
                    try await daemon.writes("A card was removed")
                }
                let after = try daemon.memory
                // Some pages of code are touched late.
                #expect(after - before < 1_024, "from \(before) to \(after) kB")
                #expect(try await bench.asked("Lock", "3") == [300])
            }
        }
    }
}
