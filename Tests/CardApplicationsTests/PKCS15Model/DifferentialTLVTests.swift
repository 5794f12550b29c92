import CardApplications
import CardCore
import SwiftASN1
import Testing

/// Our BER-TLV reader beside swift-asn1's on the same bytes: they agree, or for a reason that is listed here.
@Suite struct DifferentialTLVTests {
    /// What our reader takes and swift-asn1 does not.
    private struct Leniency {
        var universalZero = false
        var oddLongTag = false
        var depth = 0

        var isKnown: Bool { universalZero || oddLongTag || depth > 50 }
    }

    /// Where the readers met, and how.
    private struct Tally {
        var bothAccept = 0
        var bothReject = 0
        var listed = 0
    }

    private static func walk(
        _ bytes: [UInt8],
        _ range: Range<Int>,
        depth: Int,
        leniency: inout Leniency,
        primitives: inout [Range<Int>]
    ) throws(BERTLV.ParseError) -> Int {
        let object = try BERTLV(parsing: bytes.span, in: range)
        leniency.depth = max(leniency.depth, depth)
        guard depth <= 60 else { return object.whole.upperBound }
        // swift-asn1 keeps [UNIVERSAL 0] for end-of-contents, ISO/IEC 7816-4 for padding.
        if object.tag & ~0x20 == 0 { leniency.universalZero = true }
        // X.690 wants the shortest tag; ISO/IEC 7816-4 cards are not held to it.
        if object.tag > 0xFF {
            let second = bytes[object.whole.lowerBound + 1]
            let number = object.tag > 0xFFFF || second >= 0x1F
            if second == 0x80 || !number { leniency.oddLongTag = true }
        }
        if object.isConstructed {
            var position = object.value.lowerBound
            while position < object.value.upperBound {
                position = try walk(
                    bytes,
                    position..<object.value.upperBound,
                    depth: depth + 1,
                    leniency: &leniency,
                    primitives: &primitives
                )
            }
        } else {
            primitives.append(object.value)
        }
        return object.whole.upperBound
    }

    private static func primitives(of node: ASN1Node) -> [Range<Int>] {
        switch node.content {
        case .primitive(let octets): [octets.startIndex..<octets.endIndex]
        case .constructed(let children): children.flatMap { primitives(of: $0) }
        }
    }

    private static func compare(_ bytes: [UInt8], _ tally: inout Tally) {
        let theirs = try? BER.parse(bytes)
        var leniency = Leniency()
        var ranges: [Range<Int>] = []
        do throws(BERTLV.ParseError) {
            let end = try walk(bytes, bytes.indices, depth: 1, leniency: &leniency, primitives: &ranges)
            if let theirs {
                tally.bothAccept += 1
                #expect(end == bytes.count, "\(Hex.string(of: bytes))")
                #expect(ranges == primitives(of: theirs), "\(Hex.string(of: bytes))")
            } else if end == bytes.count {
                tally.listed += 1
                #expect(leniency.isKnown, "only we accept \(Hex.string(of: bytes))")
            } else {
                tally.bothReject += 1
            }
        } catch {
            guard theirs != nil else {
                tally.bothReject += 1
                return
            }
            tally.listed += 1
            // BER has indefinite lengths, lengths of up to eight octets and tags of any length.
            let known: [BERTLV.ParseError] = [.indefiniteLength, .lengthTooLong, .tagTooLong]
            #expect(known.contains(error), "only swift-asn1 accepts \(Hex.string(of: bytes)): \(error)")
        }
    }

    @Test func bothReadersAgreeOnDamagedFiles() {
        let seeds = [
            GoldenCard.pin(), GoldenCard.key(), GoldenCard.certificate(), GoldenCard.directory,
            GoldenCard.tokenInfo(),
            ASN1Builder.tlv(0x7F, []), [0x7F, 0x21, 0x03, 0x04, 0x01, 0x41], [0x5F, 0x81, 0x10, 0x01, 0x41],
        ]
        var random = SeededGenerator(seed: 7_816)
        var tally = Tally()
        for round in 0..<20_000 {
            var bytes = seeds[round % seeds.count]
            for _ in 0..<Int.random(in: 0...2, using: &random) {
                let index = Int.random(in: bytes.indices, using: &random)
                if Bool.random(using: &random) {
                    bytes[index] = UInt8.random(in: 0...255, using: &random)
                } else {
                    bytes[index] ^= 1 << UInt8.random(in: 0..<8, using: &random)
                }
            }
            Self.compare(bytes, &tally)
        }
        // Each kind of outcome has to occur, or nothing was compared.
        #expect(tally.bothAccept > 1_000 && tally.bothReject > 1_000 && tally.listed > 50, "\(tally)")
    }

    @Test func bothReadersAgreeOnRandomBytesAndOnEveryShortHeader() {
        var random = SeededGenerator(seed: 8_825)
        var tally = Tally()
        for _ in 0..<20_000 {
            let count = Int.random(in: 0...12, using: &random)
            Self.compare((0..<count).map { _ in UInt8.random(in: 0...255, using: &random) }, &tally)
        }
        for first in 0...UInt8.max {
            for second in 0...UInt8.max { Self.compare([first, second, 0x00], &tally) }
        }
        #expect(tally.bothAccept > 50 && tally.bothReject > 1_000, "\(tally)")
    }

    @Test(arguments: ASN1Builder.LengthForm.allCases) func bothReadLengthsThatAreLongerThanNeeded(
        form: ASN1Builder.LengthForm
    ) {
        var tally = Tally()
        for count in [0, 1, 127, 128, 255, 256, 1_600] {
            Self.compare(ASN1Builder.tlv(0x04, Array(repeating: 0x41, count: count), form), &tally)
            Self.compare(ASN1Builder.tlv(0x30, ASN1Builder.tlv(0x04, [1], form), form), &tally)
        }
        #expect(tally.bothAccept == 14)
    }
}
