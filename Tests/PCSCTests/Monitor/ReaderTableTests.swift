import CPCSC
import Testing

@testable import PCSC

/// What leads from one look at the readers to the next, without a service.
struct ReaderTableTests {
    private static let reader = Reader(nameBytes: Array("A".utf8))
    private static let other = Reader(nameBytes: Array("B".utf8))
    private static let atr: [UInt8] = [0x3B, 0x00]

    private enum Content {
        case empty(UInt16)
        case card(UInt16, [UInt8] = ReaderTableTests.atr)
        case mute(UInt16)
        case failed
        case gone

        var state: WaitedState {
            func state(_ flags: Int32, _ count: UInt16, _ atr: [UInt8] = []) -> WaitedState {
                WaitedState(event: DWORD(flags | SCARD_STATE_CHANGED) | DWORD(count) << 16, atr: atr)
            }
            return switch self {
            case .empty(let count): state(SCARD_STATE_EMPTY, count)
            case .card(let count, let atr): state(SCARD_STATE_PRESENT, count, atr)
            case .mute(let count): state(SCARD_STATE_PRESENT | SCARD_STATE_MUTE, count)
            case .failed: state(SCARD_STATE_UNAVAILABLE, 0)
            case .gone: state(SCARD_STATE_UNKNOWN | SCARD_STATE_UNAVAILABLE, 0)
            }
        }
    }

    /// Short names for the events at the reader.
    private static func inserted(
        _ count: UInt16,
        _ atr: [UInt8] = atr,
        isMute: Bool = false
    )
        -> ReaderEvent
    { .cardInserted(InsertedCard(reader: reader, eventCount: count, atr: atr, isMute: isMute)) }

    private static func removed(
        _ count: UInt16,
        _ cause: RemovalCause = .pulled,
        atr: [UInt8] = atr,
        isMute: Bool = false
    ) -> ReaderEvent {
        .cardRemoved(InsertedCard(reader: reader, eventCount: count, atr: atr, isMute: isMute), cause)
    }

    private static func changed(_ count: UInt16, _ atr: [UInt8], isMute: Bool = false) -> ReaderEvent {
        .cardChanged(InsertedCard(reader: reader, eventCount: count, atr: atr, isMute: isMute))
    }

    private struct Case {
        let before: Content
        let now: Content
        let events: [ReaderEvent]
        let line: Int

        init(_ before: Content, _ now: Content, _ events: [ReaderEvent], line: Int = #line) {
            (self.before, self.now, self.events, self.line) = (before, now, events, line)
        }
    }

    private static let cases: [Case] = [
        // Nothing.
        Case(.empty(4), .empty(4), []),
        Case(.card(5), .card(5), []),
        Case(.mute(5), .mute(5), []),
        Case(.failed, .failed, []),
        // In and out.
        Case(.empty(4), .card(5), [inserted(5)]),
        Case(.empty(4), .mute(5), [inserted(5, [], isMute: true)]),
        Case(.card(5), .empty(6), [removed(5)]),
        Case(.mute(5), .empty(6), [removed(5, atr: [], isMute: true)]),
        // The counter moved although the card looks present.
        Case(.card(5), .card(7), [removed(5), inserted(7)]),
        Case(.card(5), .card(6), [removed(5), inserted(6)]),
        Case(.card(5), .card(45), [removed(5), inserted(45)]),
        Case(.card(5), .card(7, [0x3B]), [removed(5), inserted(7, [0x3B])]),
        Case(.card(5), .mute(7), [removed(5), inserted(7, [], isMute: true)]),
        Case(.card(0), .card(2), [removed(0), inserted(2)]),
        // Swapped and taken out.
        Case(.card(5), .empty(8), [removed(5)]),
        // A card that came and left unseen guards too.
        Case(.empty(4), .empty(6), [inserted(5, []), removed(5, atr: [])]),
        Case(.empty(4), .card(7), [inserted(5, []), removed(5, atr: []), inserted(7)]),
        // The service counts a failure of the reader as one.
        Case(.empty(4), .empty(5), []),
        Case(.empty(4), .card(6), [inserted(6)]),
        // What is there already and not counted yet.
        Case(.empty(4), .card(4), [inserted(5)]),
        Case(.empty(65_535), .mute(65_535), [inserted(0, [], isMute: true)]),
        Case(.card(4), .empty(4), [removed(4)]),
        // The counter goes round.
        Case(.card(65_535), .card(1), [removed(65_535), inserted(1)]),
        Case(.card(65_535), .empty(0), [removed(65_535)]),
        Case(.empty(65_535), .card(0), [inserted(0)]),
        Case(.empty(65_534), .empty(0), [inserted(65_535, []), removed(65_535, atr: [])]),
        Case(.card(65_534), .card(0), [removed(65_534), inserted(0)]),
        // The counter goes back: another reader, by the same name.
        Case(.empty(4), .empty(0), [.readerRemoved(reader), .readerAdded(reader)]),
        Case(.empty(4), .card(0), [.readerRemoved(reader), .readerAdded(reader), inserted(0)]),
        Case(
            .card(5),
            .card(0),
            [removed(5, .readerRemoved), .readerRemoved(reader), .readerAdded(reader), inserted(0)]
        ),
        Case(
            .card(5),
            .empty(1),
            [removed(5, .readerRemoved), .readerRemoved(reader), .readerAdded(reader)]
        ),
        // The same card answers differently.
        Case(.card(5), .card(5, [0x3B, 0x10]), [changed(5, [0x3B, 0x10])]),
        Case(.card(5), .mute(5), [changed(5, [], isMute: true)]),
        Case(.mute(5), .card(5), [changed(5, atr)]),
        // The reader fails and recovers; its counter means nothing meanwhile.
        Case(.card(5), .failed, [removed(5, .readerFailed), .readerFailed(reader)]),
        Case(.empty(5), .failed, [.readerFailed(reader)]),
        Case(.failed, .empty(9), [.readerRecovered(reader)]),
        Case(.failed, .card(9), [.readerRecovered(reader), inserted(9)]),
        // The reader is unplugged.
        Case(.empty(4), .gone, [.readerRemoved(reader)]),
        Case(.card(5), .gone, [removed(5, .readerRemoved), .readerRemoved(reader)]),
        Case(.failed, .gone, [.readerRemoved(reader)]),
    ]

    @Test func eachChangeIsToldAsWhatHappened() {
        for row in Self.cases {
            var table = ReaderTable()
            #expect(table.list([Self.reader]).isEmpty)
            _ = table.look([row.before.state])
            #expect(table.look([row.now.state]).events == row.events, "line \(row.line)")
            // Told once.
            #expect(table.look(table.statuses.isEmpty ? [] : [row.now.state]).events.isEmpty)
        }
    }

    @Test func aNewReaderIsToldWithWhatIsInItAfterTheFirstLook() {
        let cases: [(Content, [ReaderEvent])] = [
            (.empty(4), [.readerAdded(Self.reader)]),
            (.card(0), [.readerAdded(Self.reader), Self.inserted(0)]),
            (.failed, [.readerAdded(Self.reader), .readerFailed(Self.reader)]),
            (.gone, []),
        ]
        for (content, events) in cases {
            var table = ReaderTable()
            #expect(table.list([Self.reader]).isEmpty)
            #expect(table.waited == [WaitedReader(reader: Self.reader, known: 0), Self.list()])
            #expect(table.look([content.state]).events == events)
        }
    }

    /// pcscd sets the state of a reader first and its counter afterwards.
    @Test func anInsertionThatIsSeenInTheMiddleIsTheSameAfterwards() {
        for (before, after) in [(UInt16(4), UInt16(5)), (65_535, 0)] {
            var table = ReaderTable()
            _ = table.list([Self.reader])
            _ = table.look([Content.empty(before).state])
            #expect(table.look([Content.card(before).state]).events == [Self.inserted(after)])
            // The library compares with what the service said.
            #expect(table.waited[0].known == DWORD(SCARD_STATE_PRESENT) | DWORD(before) << 16)
            #expect(table.look([Content.card(before).state]).events.isEmpty)
            #expect(table.look([Content.card(after).state]).events.isEmpty)
            #expect(table.statuses[0].card?.eventCount == after)
            var pulled = table
            #expect(pulled.look([Content.empty(after &+ 1).state]).events == [Self.removed(after)])
            let bounced = [Self.removed(after), Self.inserted(after &+ 2)]
            #expect(table.look([Content.card(after &+ 2).state]).events == bounced)
        }
    }

    @Test func aReaderThatSaysNothingYetIsTakenForEmpty() {
        var table = ReaderTable()
        _ = table.list([Self.reader])
        let nothing = WaitedState(event: DWORD(SCARD_STATE_CHANGED), atr: [])
        #expect(table.look([nothing]).events == [.readerAdded(Self.reader)])
        #expect(table.waited[0].known == DWORD(SCARD_STATE_EMPTY))
        // The card that was in it when it was plugged in is not counted.
        #expect(table.look([Content.card(0).state]).events == [Self.inserted(0)])
        #expect(table.look([Content.empty(1).state]).events == [Self.removed(0)])
    }

    @Test func aReaderThatIsNotListedAnyMoreLeavesWithItsCard() {
        var table = ReaderTable()
        _ = table.list([Self.reader, Self.other])
        _ = table.look([Content.card(5).state, Content.empty(0).state])
        #expect(
            table.list([Self.other]) == [Self.removed(5, .readerRemoved), .readerRemoved(Self.reader)]
        )
        #expect(table.statuses.map(\.reader) == [Self.other])
        // Back before it was looked at again, and gone before it was looked at once.
        #expect(table.list([Self.other, Self.reader]).isEmpty)
        #expect(table.list([Self.other]).isEmpty)
    }

    @Test func aCardThatGoesFromOneReaderToTheOtherIsRemovedFirst() {
        var table = ReaderTable()
        _ = table.list([Self.reader, Self.other])
        _ = table.look([Content.empty(0).state, Content.card(1).state])
        let moved = table.look([Content.card(1).state, Content.empty(2).state]).events
        let left = InsertedCard(reader: Self.other, eventCount: 1, atr: Self.atr)
        #expect(moved == [.cardRemoved(left, .pulled), Self.inserted(1)])
    }

    @Test func aCardInUseIsNoEventAndNotWaitedFor() {
        var table = ReaderTable()
        _ = table.list([Self.reader])
        _ = table.look([Content.card(5).state])
        for sharing in [SCARD_STATE_INUSE, SCARD_STATE_EXCLUSIVE] {
            let event = Content.card(5).state.event | DWORD(sharing)
            #expect(table.look([WaitedState(event: event, atr: Self.atr)]).events.isEmpty)
            #expect(table.waited[0].known == DWORD(SCARD_STATE_PRESENT) | 5 << 16)
            #expect(table.statuses[0].isExclusive == (sharing == SCARD_STATE_EXCLUSIVE))
        }
    }

    @Test func theListOfReadersIsAskedForWhenItChangedOrAReaderWent() {
        var table = ReaderTable()
        _ = table.list([Self.reader])
        let quiet = WaitedState(event: 7 << 16, atr: [])
        let changed = WaitedState(event: 8 << 16 | DWORD(SCARD_STATE_CHANGED), atr: [])
        #expect(!table.look([Content.empty(0).state, quiet]).listChanged)
        #expect(table.waited[1] == Self.list(7))
        #expect(table.look([Content.empty(0).state, changed]).listChanged)
        #expect(table.waited[1] == Self.list(8))
        #expect(table.look([Content.gone.state, quiet]).listChanged)
    }

    /// T10.
    ///
    /// libpcsclite takes 16 names in a call.
    @Test(arguments: [0, 1, 15, 16, 17, 200])
    func atMostSixteenReadersAreWaitedForAndThenNotForTheList(count: Int) {
        var table = ReaderTable()
        let readers = (0..<count).map { Reader(nameBytes: Array("Reader \($0)".utf8)) }
        _ = table.list(readers)
        #expect(table.waited.count == min(count + 1, 16))
        #expect(table.waited.last?.reader == (count < 16 ? .notification : readers[15]))
        let events = table.look(table.waited.map { _ in Content.card(1).state }).events
        #expect(events.count == min(count, 16) * 2)
    }

    /// T10.
    @Test func readersAreToldApartByTheirBytesAndTheListsOwnNameIsNone() {
        let strange: [[UInt8]] = [
            [0xFF], [0xFE], Array("é".utf8), [0x65, 0xCC, 0x81], [UInt8](repeating: 0x4C, count: 127),
            Array(#"\\?pnp?\NOTIFICATION"#.utf8), [0xFF],
        ]
        var table = ReaderTable()
        _ = table.list(strange.map(Reader.init(nameBytes:)))
        #expect(table.waited.dropLast().map(\.reader.nameBytes) == Array(strange.prefix(5)))
        _ = table.look((1...5).map { Content.card($0).state })
        let events = table.look(
            [1, 2, 3, 4, 5].map { $0 == 2 ? Content.empty(3).state : Content.card($0).state }
        )
        let card = InsertedCard(reader: Reader(nameBytes: [0xFE]), eventCount: 2, atr: Self.atr)
        #expect(events.events == [.cardRemoved(card, .pulled)])
    }

    /// Whatever the service says, in any order: a card is inserted once before it is removed once, a reader
    /// is added once before it is removed once, and each look ends with what the service said last.
    @Test func theEventsAlwaysTellAConsistentStory() {
        var generator = SystemRandomNumberGenerator()
        let readers = (0..<4).map { Reader(nameBytes: [UInt8($0) + 65]) }
        for _ in 0..<200 {
            var table = ReaderTable()
            var story = Story()
            for _ in 0..<200 {
                if Int.random(in: 0..<8, using: &generator) == 0 {
                    story.follow(table.list(readers.filter { _ in Bool.random(using: &generator) }))
                }
                let states = table.waited.map { _ in
                    WaitedState(
                        event: DWORD(UInt32.random(in: 0...UInt32.max, using: &generator) & 0x3_0FFF),
                        atr: [UInt8](repeating: 1, count: Int.random(in: 0...2, using: &generator))
                    )
                }
                story.follow(table.look(states).events)
                #expect(
                    story.cards
                        == Dictionary(
                            uniqueKeysWithValues: table.statuses.compactMap { status in
                                status.card.map { (status.reader, $0) }
                            }
                        )
                )
                #expect(story.readers == Set(table.statuses.map(\.reader)))
            }
        }
    }

    private struct Story {
        var readers: Set<Reader> = []
        var cards: [Reader: InsertedCard] = [:]

        mutating func follow(_ events: [ReaderEvent]) {
            for event in events {
                switch event {
                case .readerAdded(let reader): #expect(readers.insert(reader).inserted)
                case .readerRemoved(let reader):
                    #expect(readers.remove(reader) != nil && cards[reader] == nil)
                case .readerFailed(let reader), .readerRecovered(let reader):
                    #expect(readers.contains(reader) && cards[reader] == nil)
                case .cardInserted(let card):
                    #expect(readers.contains(card.reader))
                    #expect(cards.updateValue(card, forKey: card.reader) == nil)
                case .cardChanged(let card):
                    #expect(cards.updateValue(card, forKey: card.reader)?.eventCount == card.eventCount)
                case .cardRemoved(let card, _): #expect(cards.removeValue(forKey: card.reader) == card)
                case .serviceReady, .serviceLost: Issue.record("\(event)")
                }
            }
        }
    }

    private static func list(_ changes: DWORD = 0) -> WaitedReader {
        WaitedReader(reader: .notification, known: changes << 16)
    }
}
