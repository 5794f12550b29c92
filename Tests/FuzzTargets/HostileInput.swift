/// An input of a target for whole cards, taken apart.
///
/// Chunks are a tag byte, a 2-byte little-endian length and as many bytes; one that says more than there is holds
/// the rest. In this order: a chunk with the ATR, six bytes of options, a chunk with text (the name of a PIN and, on a second line,
/// of what unblocks it, or lines for `kortvakt apdu`), and a chunk for each command that will come: what happens to it.
package struct HostileInput: Equatable, Sendable {
    /// What the person wants.
    package enum Operation: UInt8, CaseIterable, Sendable {
        case report, verify, change, unblock, raw, prove
    }

    /// What happens to one command; the low three bits of a chunk's tag.
    package enum Kind: UInt8, CaseIterable, Sendable {
        /// The bytes are the response, status word included.
        case answer
        /// The card leaves before the command.
        case removeBefore
        /// Another program resets the card before the command.
        case resetBefore
        /// The command is never answered.
        case mute
        /// The card leaves and the answer is lost.
        case removeAfter
        /// The reader fails with a code: four bytes, little-endian.
        case readerError
        /// The card service ends.
        case serviceEnds
        /// The first byte plus one is how many commands get the rest of the bytes as their response.
        case sameAnswer
    }

    package struct Step: Equatable, Sendable {
        package var kind: Kind
        package var bytes: [UInt8]

        package init(_ kind: Kind, _ bytes: [UInt8] = []) {
            self.kind = kind
            self.bytes = bytes
        }
    }

    package static let optionCount = 6

    package var atr: [UInt8]
    /// Protocol, operation, flags, code lengths, kind of new code, number of the transaction that is refused and, eight times as
    /// much, of the one before which somebody else resets the card.
    package var options: [UInt8]
    package var text: [UInt8]
    package var steps: [Step]

    package init(atr: [UInt8], options: [UInt8], text: [UInt8], steps: [Step]) {
        self.atr = atr
        self.options = options
        self.text = text
        self.steps = steps
    }

    package init(decoding input: [UInt8]) {
        var rest = input[...]
        atr = Self.chunk(&rest)?.bytes ?? []
        options = Array(rest.prefix(Self.optionCount))
        rest = rest.dropFirst(Self.optionCount)
        while options.count < Self.optionCount { options.append(0) }
        text = Self.chunk(&rest)?.bytes ?? []
        steps = []
        while let (tag, bytes) = Self.chunk(&rest) {
            steps.append(Step(Kind(rawValue: tag & 7) ?? .answer, bytes))
        }
    }

    package var encoded: [UInt8] {
        var output = Self.chunk(0, atr) + options.prefix(Self.optionCount)
        output += Self.chunk(0, text)
        for step in steps { output += Self.chunk(step.kind.rawValue, step.bytes) }
        return output
    }

    package var operation: Operation {
        // What stood for the first five before there was a sixth still does.
        Operation(rawValue: options[1]) ?? Operation(rawValue: options[1] % 5) ?? .report
    }

    var wantsRetiredCertificates: Bool { options[2] & 128 != 0 }

    private static func chunk(_ rest: inout ArraySlice<UInt8>) -> (tag: UInt8, bytes: [UInt8])? {
        guard rest.count >= 3 else { return nil }
        let head = Array(rest.prefix(3))
        rest = rest.dropFirst(3)
        let bytes = Array(rest.prefix(Int(head[1]) | Int(head[2]) << 8))
        rest = rest.dropFirst(bytes.count)
        return (head[0], bytes)
    }

    private static func chunk(_ tag: UInt8, _ bytes: [UInt8]) -> [UInt8] {
        let content = bytes.prefix(0xFFFF)
        return [tag, UInt8(truncatingIfNeeded: content.count), UInt8(truncatingIfNeeded: content.count >> 8)]
            + content
    }
}
