import CardCore
import Testing

@Suite struct ATRTests {
    /// The Nordic cards whose Answer-to-Reset is public (pcsc-tools list, OpenSC issue 726).
    static let known = [
        "3B9F94801FC30068104405014649534531C807900018",
        "3B7D96000080318065B0A31101F383009000",
        "3B7D96000080318065B0A31100C883009000",
        "3B7F96000080318065B0850300EF1202F0829000",
        "3B7F96000080318065B0850400111202F0829000",
        "3B7F96000080318065B0850300EF120FFF829000",
        "3B7F96000080318065B0850300EF120FFE829000",
        "3B9F96400A8031E06B045205024F555555555555",
    ]

    @Test(arguments: known) func knownCardsAreReadAndOfferT0(hex: String) throws {
        let atr = try ATR(parsing: Hex.bytes(of: hex) ?? [])
        #expect(atr.offeredProtocols == [0])
        #expect(atr.checksumIsValid != false)
        #expect(atr.description == hex)
        #expect((13...15).contains(atr.historicalBytes.count))
        #expect(atr.cardCapabilities == nil)
    }

    @Test func globalInterfaceBytesAreNoProtocolButBringAChecksum() throws {
        let atr = try ATR(parsing: Hex.bytes(of: Self.known[0]) ?? [])
        #expect(atr.checksumIsValid == true)
        #expect(atr.offeredProtocols == [0])
        var damaged = atr.bytes
        damaged[10] ^= 1
        #expect(try ATR(parsing: damaged).checksumIsValid == false)
    }

    @Test func compactTLVOfTheMultiAppFamilyIsRead() throws {
        let atr = try ATR(parsing: Hex.bytes(of: Self.known[4]) ?? [])
        #expect(atr.compactTLV.first?.value == [0x80])
        #expect(atr.compactTLV.map(\.tag) == [3, 6, 1, 8])
        #expect(atr.compactTLV.last?.value == [0x90, 0x00])
    }

    @Test(arguments: [
        ("3B 85 01 80 73 00 00 C0 B7", true, true), ("3B 85 01 80 73 00 00 00 77", false, false),
    ])
    func capabilitiesComeFromTheThirdTable(hex: String, chaining: Bool, extended: Bool) throws {
        let atr = try ATR(parsing: Hex.bytes(of: hex) ?? [])
        #expect(atr.offeredProtocols == [1])
        #expect(atr.checksumIsValid == true)
        #expect(atr.cardCapabilities?.commandChaining == chaining)
        #expect(atr.cardCapabilities?.extendedLength == extended)
        #expect(ChannelLimits(transmissionProtocol: .t1, atr: atr).extendedLength == extended)
        #expect(!ChannelLimits(transmissionProtocol: .t0, atr: atr).extendedLength)
    }

    @Test(arguments: known) func everyTruncationIsAnError(hex: String) {
        let bytes = Hex.bytes(of: hex) ?? []
        for count in 0..<bytes.count {
            #expect(throws: ATR.ParseError.self) { try ATR(parsing: Array(bytes.prefix(count))) }
        }
    }

    @Test("T6: every number of historical bytes is read or refused", arguments: 0...15 as ClosedRange<UInt8>)
    func everyHistoricalLengthIsSafe(count: UInt8) throws {
        for category in [0x80, 0x00, 0x10, 0x7F] as [UInt8] {
            for filler in [0x00, 0x31, 0x73, 0xFF, 0x0F] as [UInt8] {
                var historical = [UInt8](repeating: filler, count: Int(count))
                if count > 0 { historical[0] = category }
                let atr = try ATR(parsing: [0x3B, count] + historical)
                #expect(atr.historicalBytes == historical)
                #expect(atr.compactTLV.count <= 15)
                _ = atr.cardCapabilities
                guard count > 0 else { continue }
                #expect(throws: ATR.ParseError.self, "one byte short") {
                    try ATR(parsing: [0x3B, count] + historical.dropLast())
                }
            }
        }
    }

    @Test func everyFormatByteAndLengthIsSafe() {
        for first in 0...UInt8.max {
            for filler in [0x00, 0x80, 0xF1, 0xFF] as [UInt8] {
                for count in [0, 1, 2, 3, 10, 31, 32] {
                    let atr = try? ATR(parsing: [0x3B, first] + [UInt8](repeating: filler, count: count))
                    #expect((atr?.historicalBytes.count ?? 0) <= 15)
                    _ = atr?.compactTLV
                }
            }
        }
        #expect(throws: ATR.ParseError.length(34)) { try ATR(parsing: Array(repeating: 0x3B, count: 34)) }
        #expect(throws: ATR.ParseError.initialCharacter(0x3C)) { try ATR(parsing: [0x3C, 0x00]) }
    }
}
