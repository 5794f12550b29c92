import CardApplications
import CardCore
import Testing

@Suite struct InflateTests {
    /// `Kortvakt ` four times and the octets 0...63, packed by Python's zlib and gzip modules.
    private static let packed: [Inflate.Format: String] = [
        .zlib:
            "78DAF3CE2F2A294BCC2E51F0C6CD6060646266616563E7E0E4E2E6E1E5E3171014121611151397909492969195935750545256515553D7D0D4D2"
            + "D6D1D5D33730343236313533B7B0B4B2B6B1B5B30700246315B9",
        .gzip:
            "1F8B0800000000000203F3CE2F2A294BCC2E51F0C6CD6060646266616563E7E0E4E2E6E1E5E3171014121611151397909492969195935750545256"
            + "515553D7D0D4D2D6D1D5D33730343236313533B7B0B4B2B6B1B5B30700C75A64E564000000",
    ]
    private static let plain = Array("Kortvakt Kortvakt Kortvakt Kortvakt ".utf8) + (0..<64).map { UInt8($0) }

    private func packed(_ format: Inflate.Format) throws -> [UInt8] {
        try #require(Self.packed[format].flatMap(Hex.bytes))
    }

    @Test(arguments: Inflate.Format.allCases)
    func aStreamIsUnpackedAndWhatFollowsItIsIgnored(format: Inflate.Format) throws {
        let bytes = try packed(format)
        #expect(Inflate.inflate(bytes, format: format, limit: 16_384) == Self.plain)
        #expect(Inflate.inflate(bytes + [0, 0xFF, 0x1F, 0x8B], format: format, limit: 16_384) == Self.plain)
    }

    @Test(arguments: Inflate.Format.allCases)
    func theLimitIsTheLastLengthThatIsTaken(format: Inflate.Format) throws {
        let bytes = try packed(format)
        #expect(Inflate.inflate(bytes, format: format, limit: Self.plain.count) == Self.plain)
        for limit in [Self.plain.count - 1, 1, 0, -1, .min] {
            #expect(Inflate.inflate(bytes, format: format, limit: limit) == nil)
        }
    }

    @Test(arguments: Inflate.Format.allCases)
    func anIncompleteStreamIsNone(format: Inflate.Format) throws {
        let bytes = try packed(format)
        for length in bytes.indices {
            #expect(Inflate.inflate(Array(bytes.prefix(length)), format: format, limit: 16_384) == nil)
        }
    }

    @Test(arguments: Inflate.Format.allCases)
    func noDamagedOctetIsTakenForTheRightText(format: Inflate.Format) throws {
        let bytes = try packed(format)
        for position in bytes.indices {
            var damaged = bytes
            damaged[position] ^= 0x55
            // The octets of a gzip header that say when and where it was packed change nothing.
            let harmless = format == .gzip && (4...9).contains(position)
            let output = Inflate.inflate(damaged, format: format, limit: 16_384)
            #expect(output == nil || harmless && output == Self.plain, "\(position)")
        }
    }

    @Test func theOtherFormatIsRefused() throws {
        #expect(Inflate.inflate(try packed(.gzip), format: .zlib, limit: 16_384) == nil)
        #expect(Inflate.inflate(try packed(.zlib), format: .gzip, limit: 16_384) == nil)
    }

    /// T6: 50 octets that become 20,000 zeros.
    @Test func aBombIsNotUnpacked() throws {
        let bomb =
            "1F8B0800000000000203EDC13101000000C2A0F54F6D0D0FA000000000000000000000000000000000000000783002532F97204E0000"
        let bytes = try #require(Hex.bytes(of: bomb))
        #expect(Inflate.inflate(bytes, format: .gzip, limit: 16_384) == nil)
        #expect(Inflate.inflate(bytes, format: .gzip, limit: .max) == nil)
    }
}
