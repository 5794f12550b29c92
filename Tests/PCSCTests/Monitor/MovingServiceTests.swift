import CardCore
import Glibc
import Synchronization
import Testing

@testable import PCSC

extension MonitorTests {
    /// The monitor and a service that does what a test wants; each in a process of its own.
    @Suite(.serialized) struct MovingServiceTests {
        @Test func readersAndCardsComeAndGo() async throws {
            try await inOwnProcess {
                try await MovingService.run(MovingService.plug(0, "A")) { service in
                    let first = await service.log.next()?.readers
                    #expect(first?.map(\.reader) == [MovingService.reader("A")])
                    #expect(first?.first?.presence == .empty)
                    try await service.tell("card 0 3B00")
                    #expect(await service.log.next() == .cardInserted(MovingService.card("A", 1)))
                    try await service.tell(MovingService.plug(1, "B"))
                    #expect(await service.log.next() == .readerAdded(MovingService.reader("B")))
                    try await service.tell("card 1 mute")
                    #expect(
                        await service.log.next() == .cardInserted(MovingService.card("B", 1, isMute: true))
                    )
                    try await service.tell("empty 0")
                    #expect(await service.log.next() == .cardRemoved(MovingService.card("A", 1), .pulled))
                    try await service.tell("reader 1")
                    let card = MovingService.card("B", 1, isMute: true)
                    #expect(await service.log.next() == .cardRemoved(card, .readerRemoved))
                    #expect(await service.log.next() == .readerRemoved(MovingService.reader("B")))
                    try await service.tell("fail 0")
                    #expect(await service.log.next() == .readerFailed(MovingService.reader("A")))
                    try await service.tell("card 0 3B00")
                    #expect(await service.log.next() == .readerRecovered(MovingService.reader("A")))
                    #expect(await service.log.next() == .cardInserted(MovingService.card("A", 3)))
                    try await service.tell("reader 0")
                    #expect(
                        await service.log.next() == .cardRemoved(MovingService.card("A", 3), .readerRemoved)
                    )
                    #expect(await service.log.next() == .readerRemoved(MovingService.reader("A")))
                    try await service.tell(MovingService.plug(7, "C"))
                    #expect(await service.log.next() == .readerAdded(MovingService.reader("C")))
                }
            }
        }

        /// The monitor's thread is held while the card goes and comes back.
        @Test func aBounceBetweenTwoWaitsIsARemovalAndAnInsertion() async throws {
            try await inOwnProcess {
                let held = HeldSink()
                try await MovingService.run(MovingService.plug(0, "A"), sink: held.hold) { service in
                    #expect(await service.log.next()?.readers?.count == 1)
                    try await service.tell("card 0 3B00")
                    await held.untilHeld()
                    try await service.tell("empty 0", "card 0 3B00")
                    held.release()
                    #expect(await service.log.next() == .cardInserted(MovingService.card("A", 1)))
                    #expect(await service.log.next() == .cardRemoved(MovingService.card("A", 1), .pulled))
                    #expect(await service.log.next() == .cardInserted(MovingService.card("A", 3)))
                }
            }
        }

        /// libpcsclite compares no counter that is 0; the second look does.
        @Test func aBounceAtTheCounterZeroIsSeenBeforeTheNextChange() async throws {
            try await inOwnProcess {
                let held = HeldSink(at: { $0.readers != nil })
                try await MovingService.run(
                    MovingService.plug(0, "A"),
                    "card 0 3B00",
                    "count 0 0",
                    sink: held.hold
                ) { service in
                    await held.untilHeld()
                    try await service.tell("empty 0", "card 0 3B00")
                    held.release()
                    #expect(await service.log.next()?.readers?.first?.card == MovingService.card("A", 0))
                    #expect(await service.log.next() == .cardRemoved(MovingService.card("A", 0), .pulled))
                    #expect(await service.log.next() == .cardInserted(MovingService.card("A", 2)))
                }
            }
        }

        /// libpcsclite before 2.3 only compares the number of readers with that at the beginning of the wait.
        @Test func aReaderThatComesBetweenTwoWaitsIsSeenBeforeTheNextChange() async throws {
            try await inOwnProcess {
                let held = HeldSink()
                try await MovingService.run(MovingService.plug(0, "A"), sink: held.hold) { service in
                    #expect(await service.log.next()?.readers?.count == 1)
                    try await service.tell("card 0 3B00")
                    await held.untilHeld()
                    try await service.tell(MovingService.plug(1, "B"), "card 1 3B00")
                    held.release()
                    #expect(await service.log.next() == .cardInserted(MovingService.card("A", 1)))
                    #expect(await service.log.next() == .readerAdded(MovingService.reader("B")))
                    #expect(await service.log.next() == .cardInserted(MovingService.card("B", 1)))
                }
            }
        }

        @Test func eachOfTwoThousandRemovalsIsToldOnceAndInOrder() async throws {
            try await inOwnProcess {
                try await MovingService.run(MovingService.plug(0, "A"), "card 0 3B00") { service in
                    #expect(await service.log.next()?.readers?.first?.card == MovingService.card("A", 1))
                    for turn in 0..<UInt16(2_000) {
                        try await service.tell("empty 0")
                        let removed = await service.log.next()
                        try #require(removed == .cardRemoved(MovingService.card("A", 2 * turn + 1), .pulled))
                        try await service.tell("card 0 3B00")
                        let inserted = await service.log.next()
                        try #require(inserted == .cardInserted(MovingService.card("A", 2 * turn + 3)))
                    }
                }
            }
        }

        /// As fast as they can be made; several may be told as one, which the counter shows.
        @Test func ofFiftyThousandBouncesAtOnceNoneIsLost() async throws {
            try await inOwnProcess {
                try await MovingService.run(MovingService.plug(0, "A"), "card 0 3B00") { service in
                    #expect(await service.log.next()?.readers?.first?.card == MovingService.card("A", 1))
                    // Over the counter's end, which comes after 32,768 bounces.
                    try await service.tell("bounce 0 50000")
                    let end = UInt16((1 + 2 * 50_000) % 65_536)
                    let events = await service.log.next { $0.insertedCard?.eventCount == end }
                    var current: InsertedCard? = MovingService.card("A", 1)
                    var counted = 0
                    for event in events {
                        switch event {
                        case .cardRemoved(let card, .pulled), .cardRemoved(let card, .readerRemoved):
                            #expect(card == current)
                            current = nil
                            counted += 1
                        case .cardInserted(let card):
                            #expect(current == nil)
                            current = card
                        // On a busy machine half of all counts may come between two looks.
                        case .readerRemoved, .readerAdded: #expect(current == nil)
                        default: Issue.record("\(event)")
                        }
                    }
                    #expect(current?.eventCount == end && counted > 0)
                    // After the second look nothing comes before the next change.
                    try await service.tell("waits 1 \(MovingService.longerThanSettling)", "empty 0")
                    #expect(await service.log.next() == .cardRemoved(MovingService.card("A", end), .pulled))
                }
            }
        }

        /// T10.
        @Test func difficultNamesAreTheirBytes() async throws {
            try await inOwnProcess {
                let names: [[UInt8]] = [
                    Array("not ".utf8) + [0xFF, 0xFE], [UInt8](repeating: 0x4C, count: 127),
                    Array("a\nb\u{1B}".utf8),
                    Array(#"\\?pnp?\notification"#.utf8),
                ]
                try await MovingService.run { service in
                    #expect(await service.log.next()?.readers?.isEmpty == true)
                    for (slot, name) in names.enumerated() {
                        try await service.tell("reader \(slot) \(Hex.string(of: name))", "card \(slot) 3B00")
                        // The last would be the list of readers for the library.
                        guard slot < 3 else { break }
                        let reader = Reader(nameBytes: name)
                        let inserted = ReaderEvent.cardInserted(
                            InsertedCard(reader: reader, eventCount: 1, atr: MovingService.atr)
                        )
                        let events = await service.log.next { $0 == inserted }
                        #expect(events == [.readerAdded(reader), inserted])
                    }
                    try await service.tell("empty 0")
                    let card = InsertedCard(
                        reader: Reader(nameBytes: names[0]),
                        eventCount: 1,
                        atr: MovingService.atr
                    )
                    #expect(await service.log.next() == .cardRemoved(card, .pulled))
                    // The last reader and its card cause no event, in the second look neither.
                    try await service.tell("waits 1 \(MovingService.longerThanSettling)", "card 0 3B00")
                    let again = InsertedCard(reader: card.reader, eventCount: 3, atr: MovingService.atr)
                    #expect(await service.log.next() == .cardInserted(again))
                }
            }
        }

        /// Sixteen take the place of the list in the call; one that leaves gives it back.
        @Test func sixteenReadersAreWatchedAndAnExchangeOfOneIsSeen() async throws {
            try await inOwnProcess {
                try await MovingService.run { service in
                    #expect(await service.log.next()?.readers?.isEmpty == true)
                    for slot in 0..<16 {
                        try await service.tell(MovingService.plug(slot, "R\(slot)"))
                        #expect(await service.log.next() == .readerAdded(MovingService.reader("R\(slot)")))
                    }
                    for slot in [15, 0] {
                        try await service.tell("card \(slot) 3B00")
                        // One after the other: what one look finds is told in the order of the readers.
                        let card = MovingService.card("R\(slot)", 1)
                        #expect(await service.log.next() == .cardInserted(card))
                    }
                    try await service.tell(MovingService.plug(15, "New"))
                    let card = MovingService.card("R15", 1)
                    #expect(await service.log.next() == .cardRemoved(card, .readerRemoved))
                    #expect(await service.log.next() == .readerRemoved(MovingService.reader("R15")))
                    #expect(await service.log.next() == .readerAdded(MovingService.reader("New")))
                }
            }
        }
    }
}
