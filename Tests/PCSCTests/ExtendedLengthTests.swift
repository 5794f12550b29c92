import CardCore
import CardTesting
import Testing

@testable import PCSC

/// Extended length needs the card and the reader.
@Suite(.serialized, .timeLimit(.minutes(2)))
struct ExtendedLengthTests {
    @Test(arguments: [
        ("", ReaderLimit.unknown),
        ("0A0400000000", .shortForm),
        ("0A04FF000000", .shortForm),
        ("0A0400010000", .extendedForm(256)),
        ("0A04FFFF0000", .extendedForm(65_535)),
        ("0A0400000100", .extendedForm(65_536)),
        ("0A0401000100", .unknown),
        ("0A04FFFFFFFF", .unknown),
        // After others, and the first of two.
        ("0102000009010108034142430A0400000000", .shortForm),
        ("0A04000000000A0400000100", .shortForm),
        // Other lengths, and cut.
        ("0A00", .unknown), ("0A0100", .unknown), ("0A050000000000", .unknown), ("0A04000000", .unknown),
        ("0A", .unknown), ("01FF0A0400000000", .unknown), ("0100", .unknown),
    ])
    func limitIsReadFromProperties(properties: String, limit: ReaderLimit) throws {
        #expect(ReaderLimit(properties: try #require(Hex.bytes(of: properties))) == limit)
    }

    @Test(arguments: [
        ("", UInt32?.none), ("120442330012", 0x4233_0012), ("06044233000612044233001200", 0x4233_0012),
        ("0604423300061204423300", nil), ("1203423300", nil), ("12", nil), ("060442330006", nil),
    ])
    func controlCodeIsReadFromFeatures(features: String, code: UInt32?) throws {
        #expect(ReaderLimit.propertyRequest(inFeatures: try #require(Hex.bytes(of: features))) == code)
    }

    @Test func randomPropertiesDoNotTrap() {
        var generator = SystemRandomNumberGenerator()
        for _ in 0..<20_000 {
            let bytes = (0..<Int.random(in: 0...24, using: &generator)).map { _ in
                Bool.random(using: &generator) ? UInt8.random(in: 0...18) : UInt8.random(in: 0...255)
            }
            _ = ReaderLimit(properties: bytes)
            _ = ReaderLimit.propertyRequest(inFeatures: bytes)
        }
    }

    @Test(arguments: [
        (ReaderLimit.unknown, true), (.shortForm, false), (.extendedForm(256), false),
        (.extendedForm(4_095), false), (.extendedForm(4_096), true), (.extendedForm(65_536), true),
    ])
    func extendedLengthNeedsALimitThatIsLargeEnough(limit: ReaderLimit, isAllowed: Bool) {
        #expect(limit.allowsExtendedLength == isAllowed)
    }

    @Test(arguments: [
        ("00A40400", false), ("00B0000000", false), ("00B00000000000", true), ("00A4000C023F00", false),
        ("00A4000C0000023F00", true),
    ])
    func extendedFormIsRecognised(command: String, isExtended: Bool) throws {
        let bytes = try #require(Hex.bytes(of: command))
        let result = Transaction.isExtended(bytes.span)
        #expect(result == isExtended)
    }

    @Test func longestShortFormIsNotExtended() {
        let longest = [0x00, 0x20, 0x00, 0x00, 0xFF] + [UInt8](repeating: 0xAA, count: 255) + [0x00]
        let longer = longest + [0x00]
        let results = (Transaction.isExtended(longest.span), Transaction.isExtended(longer.span))
        #expect(results == (false, true))
    }

    @Test(
        arguments: [
            (nil, true), ("0A0400000000", false), ("0A0400040000", false), ("0A0400000100", true),
        ] as [(String?, Bool)]
    )
    func limitsTakeInWhatTheReaderSays(properties: String?, extendedLength: Bool) async throws {
        try await inOwnProcess(properties ?? "") {
            try await MovingService.withProgram(MovingService.plug(0, "A"), Self.card) { service in
                if let properties { try await service.tell("properties " + properties) }
                let context = try Context()
                let limits = ChannelLimits(transmissionProtocol: .t1, extendedLength: extendedLength)
                let card = try context.connect(MovingService.reader("A"))
                #expect(card.limits == limits)
                #expect(try Self.inserted.connect().limits == limits)
            }
        }
    }

    /// The service refuses while another program is in a transaction.
    @Test func readerIsAskedAgainInTheTransaction() async throws {
        try await inOwnProcess {
            let lines = ["properties 0A0400000000", "control 8010000B 1"]
            try await MovingService.withProgram(MovingService.plug(0, "A"), Self.card, lines[0], lines[1]) {
                _ in
                var card = try Context().connect(MovingService.reader("A"))
                #expect(card.limits.extendedLength)
                try card.withTransaction { (transaction: inout Transaction) throws(PCSCError) in
                    let limits = transaction.limits
                    #expect(!limits.extendedLength)
                }
                #expect(!card.limits.extendedLength)
            }
        }
    }

    /// A reader that hangs when it is asked: only a card that takes extended length is affected.
    @Test func readerIsAskedOnlyWhereTheCardTakesExtendedLength() async throws {
        try await inOwnProcess {
            try await MovingService.withProgram(MovingService.plug(0, "A"), Self.card, "ignore 0A") { _ in
                let plain = InsertedCard(reader: MovingService.reader("A"), eventCount: 1, atr: [0x3B, 0x00])
                var card = try plain.connect()
                #expect(try card.send("80440000") == "6D00")
                let error = #expect(throws: PCSCError.self) {
                    _ = try Self.inserted.connect(within: .milliseconds(200))
                }
                guard case .busy? = error else {
                    Issue.record("\(String(describing: error))")
                    return
                }
            }
        }
    }

    @Test func refusalOfExtendedLengthIsNotARemoval() async throws {
        try await inOwnProcess {
            try await MovingService.withProgram(MovingService.plug(0, "A"), Self.card) { service in
                let context = try Context()
                var card = try context.connect(MovingService.reader("A"))
                let refusal = TestError.command(.reader(code: 0x8010_0016))
                try await service.tell("transmit 80100016")
                #expect(throws: refusal) { try card.send(Self.extended) }
                #expect(throws: Self.noAnswer(isRemoved: false)) { try card.send(Self.short) }
                // One that may not ask for the state of the reader.
                var other = try Self.inserted.connect()
                #expect(throws: refusal) { try other.send(Self.extended) }
                #expect(throws: Self.noAnswer(isRemoved: true)) { try other.send(Self.short) }
                try await service.tell("transmit 80100016 0")
                #expect(throws: Self.noAnswer(isRemoved: true)) { try card.send(Self.extended) }
                try await service.tell(Self.card)
                #expect(throws: Self.noAnswer(isRemoved: true)) { try card.send(Self.short) }
            }
        }
    }

    private static func noAnswer(isRemoved: Bool) -> TestError { .command(.noAnswer(cardRemoved: isRemoved)) }

    /// The line that inserts a card that takes extended length.
    private static let card = "card 0 " + CardInReader.t1
    private static let inserted = InsertedCard(
        reader: MovingService.reader("A"),
        eventCount: 1,
        atr: Hex.bytes(of: CardInReader.t1) ?? []
    )
    /// READ BINARY with Ne 4,096 and 256.
    private static let extended = "00B00000001000"
    private static let short = "00B0000000"
}
