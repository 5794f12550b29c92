import CardCore
import Testing

@Suite struct APDUTests {
    private static let extended = ChannelLimits(transmissionProtocol: .t1, extendedLength: true)
    private static let short = ChannelLimits(transmissionProtocol: .t1)
    private static let t0 = ChannelLimits(transmissionProtocol: .t0, extendedLength: true)
    private static let sizes = [0, 1, 2, 254, 255, 256, 257, 65_535]
    private static let expected: [Int?] = [nil, 1, 2, 255, 256, 257, 65_535, 65_536]

    private static func command(_ size: Int, _ expected: Int?) -> CommandAPDU {
        CommandAPDU(
            cla: 0x80,
            ins: 0xCB,
            p1: 0x3F,
            p2: 0xFF,
            data: (0..<size).map { UInt8(truncatingIfNeeded: $0 &* 7) },
            expectedLength: expected
        )
    }

    @Test(arguments: sizes, expected)
    func decodingAnEncodedCommandGivesItBack(size: Int, expected: Int?) throws {
        let command = Self.command(size, expected)
        #expect(CommandAPDU(decoding: try command.encoded(for: Self.extended)) == command)
    }

    @Test func the255thByteIsStillShortAndNe256IsZero() throws {
        let bytes = try Self.command(255, 256).encoded(for: Self.extended)
        #expect(bytes.count == 4 + 1 + 255 + 1)
        #expect(bytes[4] == 0xFF)
        #expect(bytes.last == 0)
        #expect(try Self.command(0, 256).encoded(for: Self.short) == [0x80, 0xCB, 0x3F, 0xFF, 0])
        #expect(try Self.command(0, nil).encoded(for: Self.short) == [0x80, 0xCB, 0x3F, 0xFF])
    }

    @Test(arguments: [(256, nil), (65_535, nil), (1, 257), (0, 257), (0, 65_536)] as [(Int, Int?)])
    func extendedLengthIsRefusedWhereTheCardDoesNotTakeIt(size: Int, expected: Int?) {
        #expect(throws: TransportError.self) { try Self.command(size, expected).encoded(for: Self.short) }
    }

    @Test(arguments: [256, 300, 65_535])
    func t0NeverGetsExtendedLengthWhateverTheCardClaims(size: Int) {
        #expect(!Self.t0.extendedLength)
        #expect(throws: TransportError.commandTooLong(length: size)) {
            try Self.command(size, nil).encoded(for: Self.t0)
        }
    }

    @Test func underT0ACommandWithDataGoesWithoutItsLe() throws {
        #expect(try Self.command(2, 256).encoded(for: Self.t0) == [0x80, 0xCB, 0x3F, 0xFF, 2, 0, 7])
        #expect(try Self.command(0, 16).encoded(for: Self.t0) == [0x80, 0xCB, 0x3F, 0xFF, 16])
    }

    @Test(
        arguments: [(65_536, nil), (0, 0), (0, -1), (0, 65_537), (0, Int.max), (0, Int.min)] as [(Int, Int?)]
    )
    func impossibleLengthsAreRefused(size: Int, expected: Int?) {
        #expect(throws: TransportError.self) { try Self.command(size, expected).encoded(for: Self.extended) }
    }

    @Test(arguments: [
        "", "00", "00A404", "00A4040002", "00A404000231", "00A40400023132FFFF", "00A40400000000",
        "00A404000000",
        "00A4040000000331", "00A404000000023132FFFFFF", "00A404000000023132FF",
    ])
    func lengthsThatDoNotAddUpAreNotDecoded(hex: String) {
        // Five bytes are case 2; a body of three zeros is case 2 with extended Le.
        let bytes = Hex.bytes(of: hex) ?? []
        let decoded = CommandAPDU(decoding: bytes)
        switch hex {
        case "00A4040002": #expect(decoded?.expectedLength == 2)
        case "00A40400000000": #expect(decoded?.expectedLength == 65_536)
        default: #expect(decoded == nil)
        }
    }

    @Test func decodingAnyPrefixOfACommandNeverTraps() throws {
        for size in [0, 3, 255, 300] {
            let bytes = try Self.command(size, 256).encoded(for: Self.extended)
            for count in 0...bytes.count { _ = CommandAPDU(decoding: Array(bytes.prefix(count))) }
        }
    }
}
