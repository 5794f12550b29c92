import Testing

/// Long walks through everything at once, watched by a model that knows only what must hold.
struct RandomWalkTests {
    static let walksPerPart = 100
    static let eventsPerWalk = 2_500

    /// Four parts of a quarter of a million events each; the seeds are 0 to 399.
    @Test(arguments: 0..<4)
    func whateverHappensAnOpenSessionsCardsAreThereOrATimerRunsOrItWasAsked(part: Int) {
        var (events, asked, returned, confirmed) = (0, 0, 0, 0)
        for walk in 0..<Self.walksPerPart {
            let seed = UInt64(part * Self.walksPerPart + walk)
            var current = Walk(seed: seed)
            current.run(events: Self.eventsPerWalk)
            events += current.events
            asked += current.watcher.asked
            returned += current.watcher.returned
            confirmed += current.watcher.confirmed
            if current.watcher.complaint != nil { return Self.explain(seed) }
        }
        let seeds = "seeds \(part * Self.walksPerPart)...\((part + 1) * Self.walksPerPart - 1)"
        print(
            "random walks, \(seeds): \(events) events, \(asked) requests, \(confirmed) confirmed, \(returned) returns"
        )
        #expect(events >= 250_000)
        #expect(asked > 5_000 && returned > 500 && confirmed > 1_000)
    }

    /// Walks the same way once more, and shows the last steps.
    private static func explain(_ seed: UInt64) {
        var walk = Walk(seed: seed, keepsHistory: true)
        walk.run(events: eventsPerWalk)
        let steps = walk.history.suffix(12).joined(separator: "\n").replacing("Presence.", with: "")
        Issue.record("seed \(seed), event \(walk.events): \(walk.watcher.complaint ?? "")\n\(steps)")
    }
}
