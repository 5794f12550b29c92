import PCSC
import Presence
import Testing

@testable import kortvaktd

struct KnownReadersTests {
    private let reader = Reader(nameBytes: Array("Reader \u{1}".utf8) + [0xFF])
    private var name: ReaderName { ReaderName(reader) }
    private func card(_ count: UInt16) -> InsertedCard {
        InsertedCard(reader: reader, eventCount: count, atr: [0x3B])
    }
    private func occupied(_ count: UInt16) -> PresenceEvent {
        .reader(ReaderReading(reader: name, content: .card(counter: count)))
    }
    private var empty: PresenceEvent { .reader(ReaderReading(reader: name, content: .empty)) }

    @Test func cardsComeAndGo() {
        var known = KnownReaders()
        _ = known.take(.serviceReady([]))
        #expect(known.take(.readerAdded(reader)).isEmpty)
        #expect(known.take(.cardInserted(card(1))) == [occupied(1)])
        #expect(known.cards[reader] == card(1))
        #expect(known.take(.cardRemoved(card(1), .pulled)) == [empty])
        #expect(known.cards.isEmpty && known.readers == [reader])
    }

    /// An empty reader is a card that was pulled; a reader that goes may come back with its card after a sleep.
    @Test func cardThatGoesWithItsReaderIsNotPulled() {
        var known = KnownReaders()
        _ = known.take(.serviceReady([]))
        _ = known.take(.readerAdded(reader))
        _ = known.take(.cardInserted(card(1)))
        #expect(known.take(.cardRemoved(card(1), .readerRemoved)) == [.readerUnplugged(name)])
        #expect(known.take(.readerRemoved(reader)) == [.readerUnplugged(name)])
        #expect(known.readers.isEmpty && known.cards.isEmpty)
    }

    @Test func readerThatSaysNothingIsNotThereForAnybody() {
        var known = KnownReaders()
        _ = known.take(.serviceReady([]))
        _ = known.take(.readerAdded(reader))
        _ = known.take(.cardInserted(card(1)))
        #expect(known.take(.cardRemoved(card(1), .readerFailed)) == [.readerUnplugged(name)])
        #expect(known.take(.readerFailed(reader)) == [.readerUnplugged(name)])
        #expect(known.reading == .readers([]))
        #expect(known.take(.readerRecovered(reader)).isEmpty)
        #expect(known.take(.cardInserted(card(2))) == [occupied(2)])
    }

    @Test func cardThatAnswersDifferentlyIsNoNewOne() {
        var known = KnownReaders()
        _ = known.take(.serviceReady([]))
        _ = known.take(.cardInserted(card(1)))
        let mute = InsertedCard(reader: reader, eventCount: 1, atr: [], isMute: true)
        #expect(known.take(.cardChanged(mute)).isEmpty)
        #expect(known.cards[reader] == mute)
    }

    @Test func nothingIsReadWhileTheServiceIsAway() {
        var known = KnownReaders()
        #expect(known.reading == nil)
        _ = known.take(.serviceReady([]))
        #expect(known.reading == .readers([]))
        _ = known.take(.cardInserted(card(1)))
        #expect(known.take(.serviceLost(.serviceNotAnswering)) == [.serviceLost])
        #expect(known.reading == nil && known.cards.isEmpty && known.readers.isEmpty)
    }
}
