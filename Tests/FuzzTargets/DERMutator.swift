internal import CardCore

/// Changes one element of a DER value and makes the lengths around it right again, so that what it lies in still arrives.
package enum DERMutator {
    /// Nested deeper than certificates are.
    private static let maximumDepth = 24
    private static let maximumCount = 4_096

    /// An element, where it lies, and the elements around it.
    private struct Element {
        let whole: Range<Int>
        let value: Range<Int>
        /// Indices of those around it, the outermost first.
        let parents: [Int]
    }

    /// One change of `input`, decided by `seed`; `mutate` changes plain bytes.
    package static func mutated(_ input: [UInt8], seed: UInt32, mutate: ([UInt8]) -> [UInt8]) -> [UInt8] {
        var elements: [Element] = []
        collect(input, 0..<input.count, parents: [], &elements)
        let choice = Int(seed >> 4 & 0x3FFF)
        let other = Int(seed >> 18)
        guard !elements.isEmpty, seed & 0xF < 14 else { return mutate(input) }
        let index = choice % elements.count
        let element = elements[index]
        let whole = Array(input[element.whole])
        switch seed & 0xF {
        case 0...5:
            let header = Array(whole.prefix(element.value.lowerBound - element.whole.lowerBound))
            let value = mutate(Array(input[element.value]))
            return replaced(index, with: tag(of: header) + length(value.count) + value, in: input, elements)
        case 6: return replaced(index, with: [], in: input, elements)
        case 7: return replaced(index, with: whole + whole, in: input, elements)
        case 8, 9:
            let found = elements[other % elements.count]
            return replaced(index, with: Array(input[found.whole]), in: input, elements)
        case 10:
            let found = elements[other % elements.count]
            return replaced(index, with: whole + input[found.whole], in: input, elements)
        case 11:
            var changed = whole
            changed[0] = UInt8(truncatingIfNeeded: other)
            return replaced(index, with: changed, in: input, elements)
        case 12:
            // The smallest and the largest of anything.
            let values: [[UInt8]] = [
                [], [0x00], [0xFF], [0x7F, 0xFF, 0xFF, 0xFF],
                [0x80, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00],
                [UInt8](repeating: 0xFF, count: 9), Array("99991231235959Z".utf8),
                Array("000101000000Z".utf8),
            ]
            let value = values[other % values.count]
            return replaced(index, with: tag(of: whole) + length(value.count) + value, in: input, elements)
        default: return replaced(index, with: [0x30] + length(whole.count) + whole, in: input, elements)
        }
    }

    private static func collect(
        _ input: [UInt8],
        _ range: Range<Int>,
        parents: [Int],
        _ elements: inout [Element]
    ) {
        guard parents.count < maximumDepth,
            let found = try? BERTLV.objects(in: input.span, range: range, limit: 512)
        else { return }
        for object in found where elements.count < maximumCount {
            elements.append(Element(whole: object.whole, value: object.value, parents: parents))
            let below = parents + [elements.count - 1]
            if object.isConstructed {
                collect(input, object.value, parents: below, &elements)
            } else if let first = input[object.value].first, first == 0x30 || first == 0x04 || first == 0x03 {
                // The value of an extension is DER in an OCTET STRING.
                collect(input, object.value, parents: below, &elements)
            }
        }
    }

    private static func replaced(
        _ index: Int,
        with bytes: [UInt8],
        in input: [UInt8],
        _ elements: [Element]
    ) -> [UInt8] {
        var (bytes, range) = (bytes, elements[index].whole)
        for parent in elements[index].parents.reversed() {
            let outer = elements[parent]
            let value =
                input[outer.value.lowerBound..<range.lowerBound] + bytes
                + input[range.upperBound..<outer.value.upperBound]
            bytes = tag(of: Array(input[outer.whole])) + length(value.count) + value
            range = outer.whole
        }
        return input[..<range.lowerBound] + bytes + input[range.upperBound...]
    }

    private static func tag(of whole: [UInt8]) -> [UInt8] {
        guard let first = whole.first, first & 0x1F == 0x1F else { return Array(whole.prefix(1)) }
        let end = whole.dropFirst().firstIndex { $0 & 0x80 == 0 } ?? 0
        return Array(whole.prefix(end + 1))
    }

    private static func length(_ count: Int) -> [UInt8] {
        switch count {
        case ..<0x80: [UInt8(truncatingIfNeeded: count)]
        case ..<0x100: [0x81, UInt8(truncatingIfNeeded: count)]
        case ..<0x1_0000: [0x82, UInt8(truncatingIfNeeded: count >> 8), UInt8(truncatingIfNeeded: count)]
        default:
            [
                0x83, UInt8(truncatingIfNeeded: count >> 16), UInt8(truncatingIfNeeded: count >> 8),
                UInt8(truncatingIfNeeded: count),
            ]
        }
    }
}
