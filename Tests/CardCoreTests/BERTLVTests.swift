import CardCore
import Testing

@Suite struct BERTLVTests {
    @Test(
        "T3: hostile tags and lengths are errors",
        arguments: [
            ("", .truncated), ("30", .truncated), ("3081", .truncated), ("308201", .truncated),
            ("3001", .lengthBeyondEnd), ("308102FF", .lengthBeyondEnd), ("3080", .indefiniteLength),
            ("30800000", .indefiniteLength), ("3085000000000141", .lengthTooLong),
            ("308800000000000000", .lengthTooLong), ("30FF", .lengthTooLong),
            ("30847FFFFFFF", .lengthBeyondEnd), ("308480000000", .lengthBeyondEnd),
            ("3084FFFFFFFF", .lengthBeyondEnd), ("FFFFFFFFFFFFFF", .tagTooLong),
            ("1F8080800100", .tagTooLong), ("1F8080808001", .tagTooLong), ("1F", .truncated),
            ("1F81", .truncated), ("7F2181", .truncated),
        ] as [(String, BERTLV.ParseError)]
    )
    func hostileHeadersAreErrors(hex: String, error: BERTLV.ParseError) {
        let bytes = Hex.bytes(of: hex) ?? []
        #expect(throws: error) { try BERTLV(parsing: bytes.span, in: bytes.indices) }
    }

    @Test(
        "T3: lengths that are longer than needed are read, as cards in the field write them",
        arguments: ["0402ABCD", "048102ABCD", "04820002ABCD", "0483000002ABCD", "048400000002ABCD"]
    )
    func nonMinimalLengthsAreRead(hex: String) throws {
        let bytes = Hex.bytes(of: hex) ?? []
        let object = try BERTLV(parsing: bytes.span, in: bytes.indices)
        #expect(Array(bytes[object.value]) == [0xAB, 0xCD])
        #expect(object.whole == bytes.indices)
    }

    @Test("T3: a child is not read beyond its parent")
    func childrenStayInsideTheirParent() throws {
        let bytes: [UInt8] = [0x30, 0x03, 0x04, 0x05, 0x01, 0x02, 0x03, 0x04, 0x05]
        let parent = try BERTLV(parsing: bytes.span, in: bytes.indices)
        #expect(throws: BERTLV.ParseError.lengthBeyondEnd) {
            try BERTLV.objects(in: bytes.span, range: parent.value)
        }
    }

    @Test(
        "T3: a range outside of the buffer is cut to it",
        arguments: [-5..<2, 0..<Int.max, 3..<3, 4..<100, 100..<200, Int.min..<Int.max]
    )
    func hostileRangesAreCut(range: Range<Int>) {
        let bytes: [UInt8] = [0x04, 0x02, 0xAB, 0xCD]
        let object = try? BERTLV(parsing: bytes.span, in: range)
        #expect((object?.whole.upperBound ?? 0) <= bytes.count)
        let objects = (try? BERTLV.objects(in: bytes.span, range: range)) ?? []
        #expect(objects.count <= 1)
    }

    @Test func paddingBetweenObjectsIsPassedOver() throws {
        let bytes = Hex.bytes(of: "FFFF 040101 0000 040102 FF 7F210103 00") ?? []
        let objects = try BERTLV.objects(in: bytes.span, range: bytes.indices)
        #expect(objects.map(\.tag) == [0x04, 0x04, 0x7F21])
        #expect(objects.map(\.isConstructed) == [false, false, true])
    }

    @Test func moreObjectsThanTheLimitAreRefused() {
        let bytes = [[UInt8]](repeating: [0x04, 0x00], count: 257).flatMap(\.self)
        #expect(throws: BERTLV.ParseError.tooManyObjects(limit: 256)) {
            try BERTLV.objects(in: bytes.span, range: bytes.indices)
        }
    }

    @Test("T4: a nest of a million levels is walked without recursion")
    func deepNestIsWalked() throws {
        let depth = 1_000_000
        var bytes: [UInt8] = []
        bytes.reserveCapacity(depth * 6)
        for level in 1...depth {
            let length = (depth - level) * 6
            bytes += [0x30, 0x84]
            bytes += [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: length >> $0) }
        }
        let tags = [UInt32](repeating: 0x30, count: depth)
        let innermost = try BERTLV.value(of: tags, in: bytes.span, range: bytes.indices)
        #expect(innermost == bytes.count..<bytes.count)
        #expect(try BERTLV.objects(in: bytes.span, range: bytes.indices).count == 1)
    }

    @Test func headerOfAnObjectStillOnTheCardSaysWhereItEnds() throws {
        let bytes: [UInt8] = [0x30, 0x82, 0x06, 0x40]
        let header = try BERTLVHeader(parsing: bytes.span, in: bytes.indices)
        #expect(header.end == 4 + 1_600)
        #expect(throws: BERTLV.ParseError.lengthBeyondEnd) {
            try BERTLV(parsing: bytes.span, in: bytes.indices)
        }
    }
}
