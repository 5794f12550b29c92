internal import CardCore
internal import CardOperations
internal import Configuration

/// Parsers that know no card family.
enum CoreTargets {
    static func tlv(_ input: [UInt8], _ broken: inout BrokenRules) {
        walk(input, 0..<input.count, depth: 0, &broken)
        if let header = try? BERTLVHeader(parsing: input.span, in: 0..<input.count) {
            broken.expect(header.valueStart <= input.count, "a header ends beyond its buffer")
            broken.expect(header.end >= header.valueStart, "an object ends before its value begins")
        }
        // Bounds that no parser should be handed are cut, not believed.
        let shifted = Int(input.first ?? 0) - 128
        _ = try? BERTLV(parsing: input.span, in: min(shifted, 0)..<(input.count + 128))
        _ = try? BERTLV.value(of: [0xA0, 0xDF21], in: input.span, range: 0..<input.count)
    }

    private static func walk(
        _ bytes: [UInt8],
        _ range: Range<Int>,
        depth: Int,
        _ broken: inout BrokenRules
    ) {
        guard depth < 16, let objects = try? BERTLV.objects(in: bytes.span, range: range) else { return }
        broken.expect(objects.count <= 256, "more objects than the limit")
        var end = range.lowerBound
        for object in objects {
            broken.expect(object.whole.lowerBound >= end, "objects overlap")
            broken.expect(
                range.contains(object.whole.lowerBound) && object.whole.upperBound <= range.upperBound,
                "an object leaves what it lies in"
            )
            broken.expect(
                object.value.upperBound == object.whole.upperBound
                    && object.value.lowerBound >= object.whole.lowerBound + 2,
                "a value is not the end of its object"
            )
            end = object.whole.upperBound
            if object.isConstructed { walk(bytes, object.value, depth: depth + 1, &broken) }
        }
    }

    static func atr(_ input: [UInt8], _ broken: inout BrokenRules) {
        if let atr = try? ATR(parsing: input) {
            broken.expect(atr.bytes == input, "an ATR is not kept whole")
            broken.expect(atr.historicalBytes.count <= 15, "more than 15 historical bytes")
            broken.expect(!atr.offeredProtocols.isEmpty, "an ATR without a protocol")
            for object in atr.compactTLV {
                broken.expect(object.tag <= 15 && object.value.count <= 15, "an odd compact object")
            }
            for used in [TransmissionProtocol.t0, .t1, .raw] {
                let limits = ChannelLimits(transmissionProtocol: used, atr: atr)
                broken.expect(!(limits.extendedLength && used == .t0), "extended length under T=0")
            }
            broken.expect(ATRPattern(atr.description)?.matches(input) == true, "an ATR does not match itself")
        }
        if let pattern = ATRPattern(String(decoding: input, as: UTF8.self)) {
            broken.expect((1...33).contains(pattern.specificity), "a pattern without a fixed byte")
            _ = pattern.matches(input)
        }
    }

    static func rawCommands(_ input: [UInt8], _ broken: inout BrokenRules) {
        let lines = String(decoding: input, as: UTF8.self).split(separator: "\n").map(String.init)
        if let commands = try? RawCommand.parse(lines) {
            for command in commands {
                broken.expect(command.bytes.count >= 4, "a command shorter than its header")
                let carriesCode = Instruction.carryingSecrets.contains(command.bytes[1])
                broken.expect(command.codes.isEmpty || carriesCode, "a code in a command that carries none")
                broken.expect(command.codes.count <= 2, "more than two codes")
                broken.expect(
                    !carriesCode || command.bytes.count <= 5,
                    "a code in the clear"
                )
            }
        }
        if let command = CommandAPDU(decoding: input) {
            let limits = ChannelLimits(transmissionProtocol: .t1, extendedLength: true)
            if let encoded = try? command.encoded(for: limits) {
                broken.expect(
                    CommandAPDU(decoding: encoded) == command,
                    "a command does not survive encoding and decoding"
                )
            }
        }
        if let response = try? ResponseAPDU(parsing: input.span) {
            broken.expect(response.bytes == input, "a response is not kept whole")
        }
        _ = PersonalData.masked(String(decoding: input, as: UTF8.self))
    }
}
