internal import LoginSessions
internal import PCSC

/// What `watch` tells, whoever it comes from.
enum WatchEvent: Equatable, Sendable {
    /// What is in a reader when it is first heard of.
    enum Content: Equatable, Sendable {
        case empty
        case card(InsertedCard)
        case unavailable
    }

    /// What is so when it is first heard of.
    struct SessionContent: Equatable, Sendable {
        let id: String
        let isLocked: Bool
        /// The readers whose cards guard it.
        let guards: [String]
    }

    /// The card service answers; `readerPresent` follows for each reader.
    case serviceReady(readers: Int)
    case serviceLost(PCSCError)
    case readerPresent(Reader, Content)
    case readerAdded(Reader)
    case readerRemoved(Reader)
    case readerFailed(Reader)
    case readerRecovered(Reader)
    case cardInserted(InsertedCard)
    case cardChanged(InsertedCard)
    case cardRemoved(InsertedCard, RemovalCause)

    /// The daemon answers; `sessionPresent` follows for each session.
    case daemonRunning(version: String, sessions: Int)
    case daemonGone
    /// It cannot be understood, or not reached.
    case daemonFailed(DaemonError)
    case sessionPresent(SessionContent)
    case sessionAdded(SessionContent)
    case sessionEnded(String)
    case guardBegan(session: String, reader: String)
    case guardEnded(session: String, reader: String)
    /// `reason` is `nil` where nobody said one, as when the person at the screen locked it.
    case sessionLocked(session: String, reader: String?, reason: String?)
    case sessionUnlocked(String)
    case lockFailed(session: String, reason: String)

    /// The name of the reader that it is about, `nil` where it is about none.
    var reader: String? {
        switch self {
        case .readerPresent(let reader, _), .readerAdded(let reader), .readerRemoved(let reader),
            .readerFailed(let reader), .readerRecovered(let reader):
            reader.name
        case .cardInserted(let card), .cardChanged(let card), .cardRemoved(let card, _): card.reader.name
        case .guardBegan(_, let reader), .guardEnded(_, let reader): reader
        case .sessionLocked(_, let reader, _): reader
        case .serviceReady, .serviceLost, .daemonRunning, .daemonGone, .daemonFailed, .sessionPresent,
            .sessionAdded, .sessionEnded, .sessionUnlocked, .lockFailed:
            nil
        }
    }
}

extension WatchEvent {
    /// What an event of the reader monitor is here.
    static func all(of event: ReaderEvent) -> [WatchEvent] {
        switch event {
        case .serviceReady(let readers):
            [.serviceReady(readers: readers.count)]
                + readers.map { .readerPresent($0.reader, Content($0)) }
        case .serviceLost(let error): [.serviceLost(error)]
        case .readerAdded(let reader): [.readerAdded(reader)]
        case .readerRemoved(let reader): [.readerRemoved(reader)]
        case .readerFailed(let reader): [.readerFailed(reader)]
        case .readerRecovered(let reader): [.readerRecovered(reader)]
        case .cardInserted(let card): [.cardInserted(card)]
        case .cardChanged(let card): [.cardChanged(card)]
        case .cardRemoved(let card, let cause): [.cardRemoved(card, cause)]
        }
    }
}

extension WatchEvent.Content {
    init(_ status: ReaderStatus) {
        self = status.card.map { .card($0) } ?? (status.presence == .unavailable ? .unavailable : .empty)
    }
}
