import Testing
import VirtualCards

@Suite struct HostileCommandsTests {
    /// Instructions a card may count a try for.
    private let counting: Set<UInt8> = [0x20, 0x24, 0x2C]

    @Test(arguments: CardProfile.pkcs15)
    func commandsOfEveryLengthAreAnswered(profile: CardProfile) throws {
        let bench = try Bench(profile)
        for instruction in UInt8.min...UInt8.max {
            for length in [0, 1, 2, 3, 4, 5, 6, 7, 9, 12, 260, 261, 262, 300, 65_544] {
                for fill in [0x00, 0x01, 0x81, 0xFF] as [UInt8] {
                    var command = [UInt8](repeating: fill, count: length)
                    if length > 1 { (command[0], command[1]) = (0, instruction) }
                    #expect(bench.card.process(command).count >= 2)
                }
            }
        }
    }

    @Test(arguments: CardProfile.pkcs15, 1...4)
    func noWalkBreaksTheRulesOfTheCounters(profile: CardProfile, seed: UInt64) throws {
        let bench = try Bench(profile)
        var random = SeededGenerator(seed: seed)
        let references = bench.card.image.pins.flatMap(\.reference.bytes)
        let codes = [[], Array("246810".utf8), Array("13572468".utf8), Array("111111".utf8)]
        for _ in 0..<4_000 {
            var command: [UInt8] = [
                0, [0x20, 0x24, 0x2C, 0xA4, 0xB0, 0xB2, 0xC0, 0xCB, 0x22, 0x2A, 0x88].pick(&random),
            ]
            command += [[0, 0, 0, 2, 4, 8, 0x41, 0x9E, 0x91].pick(&random), references.pick(&random)]
            let data =
                Bool.random(using: &random)
                ? codes.pick(&random) + codes.pick(&random)
                : (0..<Int.random(in: 0...20, using: &random)).map { _ in
                    UInt8.random(in: 0...255, using: &random)
                }
            if !data.isEmpty { command += [UInt8(data.count)] + data }
            let before = bench.card.state
            let answer = bench.card.process(command)
            let success = answer.suffix(2) == [0x90, 0x00]
            // A right old code or PUK refills a counter although the new code is refused.
            let proven = success || answer.suffix(2) == [0x6A, 0x80]
            for pin in bench.card.image.pins {
                let key = pin.reference.bytes.map { String($0, radix: 16).uppercased() }.joined()
                let (old, new) = (before.codes[key], bench.card.state.codes[key])
                let (was, left) = (old?.remainingTries ?? 0, new?.remainingTries ?? 0)
                #expect((0...pin.maximumTries).contains(left))
                #expect(left >= was - 1 && (left <= was || proven), "\(command)")
                #expect(left == was || counting.contains(command[1]))
                #expect(old?.value == new?.value || success)
            }
            #expect(bench.card.state.flaw(for: bench.card.image) == nil)
            if Int.random(in: 0..<50, using: &random) == 0 { bench.card.reset() }
            if Int.random(in: 0..<10, using: &random) == 0 { bench.send(Bench.aid) }
        }
    }
}

extension Array {
    fileprivate func pick(_ generator: inout SeededGenerator) -> Element {
        self[Int.random(in: indices, using: &generator)]
    }
}

/// The same walk for the same seed (SplitMix64).
private struct SeededGenerator: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}
