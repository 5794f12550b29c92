/// Changes an input of a target for whole cards without breaking its frame, so that what follows a change still arrives.
package enum StepMutator {
    private static let statuses: [[UInt8]] = [
        [0x90, 0x00], [0x63, 0xC0], [0x63, 0xC1], [0x63, 0xC3], [0x63, 0x00], [0x69, 0x82], [0x69, 0x83],
        [0x69, 0x84], [0x69, 0x85], [0x6A, 0x80], [0x6A, 0x82], [0x6A, 0x86], [0x6A, 0x88], [0x6B, 0x00],
        [0x6C, 0x00], [0x6C, 0x10], [0x61, 0x00], [0x61, 0x20], [0x62, 0x82], [0x67, 0x00], [0x6D, 0x00],
    ]

    /// One change of `input`, decided by `seed`; `mutate` changes plain bytes.
    package static func mutated(
        _ input: [UInt8],
        seed: UInt32,
        mutate: ([UInt8]) -> [UInt8]
    ) -> [UInt8] {
        var hostile = HostileInput(decoding: input)
        let choice = Int(seed >> 4 & 0xFFF)
        let number = seed >> 16
        guard !hostile.steps.isEmpty else { return mutate(input) }
        let index = Int(number) % hostile.steps.count
        switch seed & 0xF {
        case 0...4: hostile.steps[index].bytes = mutate(hostile.steps[index].bytes)
        case 5:
            let bytes = hostile.steps[index].bytes
            hostile.steps[index].bytes = bytes.dropLast(2) + statuses[choice % statuses.count]
        case 6: hostile.steps[index].bytes = statuses[choice % statuses.count]
        case 7:
            let kinds = HostileInput.Kind.allCases
            hostile.steps[index].kind = kinds[choice % kinds.count]
        case 8: hostile.steps.remove(at: index)
        case 9: hostile.steps.insert(hostile.steps[choice % hostile.steps.count], at: index)
        case 10: hostile.steps.insert(.init(.answer, statuses[choice % statuses.count]), at: index)
        case 11: hostile.steps.swapAt(index, choice % hostile.steps.count)
        case 12: hostile.options[choice % HostileInput.optionCount] = UInt8(truncatingIfNeeded: number)
        case 13: hostile.text = mutate(hostile.text)
        case 14: hostile.atr = mutate(hostile.atr)
        default: return mutate(input)
        }
        return hostile.encoded
    }
}
