import Testing

@testable import CardOperations
@testable import LoginSessions
@testable import PCSC
@testable import Texts
@testable import kortvakt

@Suite("the words for locks and for what is watched", .serialized)
struct LockWordingTests {
    private static let reader = Reader(nameBytes: Array("Reader 00 00".utf8))
    private static let card = InsertedCard(reader: reader, eventCount: 1, atr: [0x3B])
    private static let mute = InsertedCard(reader: reader, eventCount: 1, atr: [], isMute: true)

    private static func session(locked: Bool = false, guards: [String] = []) -> WatchEvent.SessionContent {
        .init(id: "3", isLocked: locked, guards: guards)
    }

    private static let events: [WatchEvent] = [
        .serviceReady(readers: 1), .serviceReady(readers: 0), .serviceLost(.serviceStopped),
        .readerPresent(reader, .empty), .readerPresent(reader, .card(card)),
        .readerPresent(reader, .card(mute)),
        .readerPresent(reader, .unavailable), .readerAdded(reader), .readerRemoved(reader),
        .readerFailed(reader),
        .readerRecovered(reader), .cardInserted(card), .cardInserted(mute), .cardChanged(card),
        .cardChanged(mute), .cardRemoved(card, .pulled), .daemonRunning(version: "1", sessions: 1),
        .daemonGone, .daemonFailed(.noBus(errno: 2)), .daemonFailed(.malformed), .daemonFailed(.noAnswer),
        .daemonFailed(.refused(.accessDenied)), .daemonFailed(.other(name: "x")),
        .sessionPresent(session(locked: true)), .sessionPresent(session()),
        .sessionPresent(session(guards: ["A"])), .sessionEnded("3"), .guardBegan(session: "3", reader: "A"),
        .guardEnded(session: "3", reader: "A"), .sessionUnlocked("3"),
    ]

    private static let reasons: [WatchEvent] =
        (LockReason.allCases.map(\.rawValue) + ["unheard-of"]).map {
            .sessionLocked(session: "3", reader: "A", reason: $0)
        }
        + (LockFailure.allCases.map(\.rawValue) + ["unheard-of"]).map {
            .lockFailed(session: "3", reason: $0)
        }

    private static let errors: [DaemonError] =
        [.notRunning, .noBus(errno: 2), .noAnswer, .malformed, .other(name: "x")]
        + RequestRefusal.allCases.map { .refused($0) }

    private func lines(_ language: Language, _ event: WatchEvent, product: String? = nil) -> [String] {
        let service = { (error: PCSCError) in
            FailureWording(site: .current, kind: nil, json: false).failure(.service(error))
        }
        return WatchLines(texts: Catalogues.texts(language), product: { _ in product }, service: service)
            .lines(of: event)
    }

    @Test("no two say the same, and nothing is left unfilled", arguments: Language.allCases)
    func distinct(language: Language) {
        let said = (Self.events + Self.reasons).flatMap { lines(language, $0) }
        #expect(Set(said).count == said.count)
        for line in said { #expect(line.count > 8 && !line.contains("{") && !line.contains("}"), "\(line)") }
    }

    @Test("each is translated", arguments: [Language.sv, .nb, .nn])
    func translated(language: Language) {
        for event in Self.events + Self.reasons {
            #expect(lines(language, event) != lines(.en, event), "\(event)")
            #expect(lines(language, event, product: "SITHS") != lines(.en, event, product: "SITHS"))
        }
        let texts = Catalogues.texts(language)
        for wish in [LockFailureWording.Wish.status, .lock(session: "3"), .lock(session: nil)] {
            for error in Self.errors {
                let own = LockFailureWording(texts: texts, wish: wish, json: false).failure(error)
                let english = LockFailureWording(texts: Catalogues.texts(.en), wish: wish, json: false)
                    .failure(error)
                #expect(own.happened != english.happened && own.next != english.next, "\(error)")
                #expect((own.exitCode, own.code) == (english.exitCode, english.code))
            }
        }
    }

    @Test("a name is at the end of its line and stays on it", arguments: Language.allCases)
    func hostileNames(language: Language) {
        let name = "A\n2026-11-22 10:00:00  Card removed: B\u{1B}[2J\u{202E}"
        let reader = Reader(nameBytes: Array(name.utf8))
        let card = InsertedCard(reader: reader, eventCount: 1, atr: [])
        let events: [WatchEvent] = [
            .readerPresent(reader, .empty), .readerAdded(reader), .cardInserted(card),
            .cardRemoved(card, .pulled),
            .guardBegan(session: "3", reader: name), .sessionPresent(Self.session(guards: [name])),
            .sessionLocked(session: "3", reader: name, reason: "card-removed"),
        ]
        for line in events.flatMap({ lines(language, $0) }) {
            #expect(line.hasSuffix(": \(Texts.printable(name))"), "\(line)")
            #expect(Texts.printable(line, limit: 2_000) == line)
        }
    }

    @Test("spans of time are short")
    func spans() {
        let english = LockStatusLines(texts: Catalogues.texts(.en))
        let expected: [(UInt64, String)] = [
            (0, "0.0 ms"), (812, "0.8 ms"), (9_999, "9.9 ms"), (10_000, "10 ms"), (999_999, "999 ms"),
            (1_000_000, "1.0 s"), (99_999_999, "99.9 s"), (100_000_000, "100 s"), (.max, "18446744073709 s"),
        ]
        for (microseconds, text) in expected { #expect(english.span(microseconds) == text) }
        #expect(LockStatusLines(texts: Catalogues.texts(.nn)).span(812) == "0,8 ms")
    }

    @Test("moments of the calendar are written as scripts expect, and none traps")
    func moments() {
        #expect(WatchTime(microseconds: 0)?.rfc3339 == "1970-01-01T00:00:00.000Z")
        #expect(WatchTime(microseconds: 1_795_000_000_123_456)?.rfc3339 == "2026-11-18T11:06:40.123Z")
        #expect(WatchTime(microseconds: 253_402_300_799_999_999)?.rfc3339 == "9999-12-31T23:59:59.999Z")
        #expect(WatchTime(microseconds: 253_402_300_800_000_000) == nil)
        #expect(WatchTime(microseconds: .max) == nil)
        #expect(WatchTime(ago: .seconds(-5)).rfc3339.count == 24)
        #expect(WatchTime(ago: .seconds(Int64.max / 2)).rfc3339 == "1970-01-01T00:00:00.000Z")
    }
}
