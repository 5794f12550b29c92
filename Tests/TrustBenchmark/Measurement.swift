internal import Glibc

/// Several ways of doing the same, timed in turn, so that whatever else the machine does meets all of them.
///
/// What counts is the processor time of the thread: files are in the machine's memory, and nothing is waited for.
struct Measurement {
    /// One way; `false` from `body` ends the whole measurement.
    struct Way {
        let name: String
        let body: () -> Bool
    }

    /// Of each way, the seconds for one time in each round.
    private(set) var seconds: [String: [Double]] = [:]

    /// Seconds of one way in one round.
    private static let duration = 0.02

    /// `nil` when one of them fails.
    init?(_ ways: [Way], rounds: Int) {
        var counts: [Int] = []
        for way in ways {
            guard let once = Self.time(way, count: 3) else { return nil }
            counts.append(max(1, Int(Self.duration / once)))
        }
        for _ in 0..<rounds {
            for (way, count) in zip(ways, counts) {
                guard let once = Self.time(way, count: count) else { return nil }
                seconds[way.name, default: []].append(once)
            }
        }
    }

    private static func time(_ way: Way, count: Int) -> Double? {
        let start = processorTime
        for _ in 0..<count {
            guard way.body() else { return nil }
        }
        return (processorTime - start) / Double(count)
    }

    /// In seconds.
    private static var processorTime: Double {
        var time = timespec()
        unsafe clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
    }

    func median(_ name: String) -> Double { Self.median(seconds[name] ?? []) }

    /// Median of the part of `way`'s time that `other` does not take, round by round; below 0 when `other` is slower.
    func share(of way: String, over other: String) -> Double {
        let pairs = zip(seconds[way] ?? [], seconds[other] ?? [])
        return Self.median(pairs.map { ours, theirs in (ours - theirs) / ours })
    }

    private static func median(_ values: [Double]) -> Double {
        let sorted = values.sorted()
        guard let middle = sorted.dropFirst(sorted.count / 2).first else { return .nan }
        return middle
    }
}
