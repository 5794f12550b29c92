internal import CardCore
internal import LoginSessions
internal import PCSC

/// An event of `watch` as JSON: `time`, `event` and `reader` always, and what belongs to the event.
///
/// Names of events and keys are a contract.
struct WatchJSON: Encodable {
    private let members: [String: Value]

    init(
        _ event: WatchEvent,
        at time: WatchTime,
        product: (_ atr: [UInt8]) -> String?,
        service: (PCSCError) -> Failure
    ) {
        let (name, details) = Self.content(event, product, service)
        members = details.merging([
            "time": .string(time.rfc3339), "event": .string(name),
            "reader": event.reader.map(Value.string) ?? .null,
        ]) { _, always in always }
    }

    func encode(to encoder: any Encoder) throws { try members.encode(to: encoder) }

    private static func content(
        _ event: WatchEvent,
        _ product: (_ atr: [UInt8]) -> String?,
        _ service: (PCSCError) -> Failure
    ) -> (name: String, details: [String: Value]) {
        switch event {
        case .serviceReady: ("service-ready", [:])
        case .serviceLost(let error): ("service-lost", ["reason": .string(service(error).code)])
        case .readerPresent(_, .card(let card)):
            ("reader-present", ["card": value(of: card, product), "working": .flag(true)])
        case .readerPresent(_, .empty): ("reader-present", ["card": .null, "working": .flag(true)])
        case .readerPresent(_, .unavailable): ("reader-present", ["card": .null, "working": .flag(false)])
        case .readerAdded: ("reader-added", [:])
        case .readerRemoved: ("reader-removed", [:])
        case .readerFailed: ("reader-failed", [:])
        case .readerRecovered: ("reader-recovered", [:])
        case .cardInserted(let card): ("card-inserted", ["card": value(of: card, product)])
        case .cardChanged(let card): ("card-changed", ["card": value(of: card, product)])
        case .cardRemoved(let card, let cause):
            ("card-removed", ["card": value(of: card, product), "cause": .string(name(of: cause))])
        case .daemonRunning(let version, _): ("daemon-running", ["version": .string(version)])
        case .daemonGone: ("daemon-gone", [:])
        case .daemonFailed(let error): ("daemon-failed", ["reason": .string(reason(error))])
        case .sessionPresent(let session): ("session-present", details(session))
        case .sessionAdded(let session): ("session-added", details(session))
        case .sessionEnded(let session): ("session-ended", ["session": .string(session)])
        case .guardBegan(let session, _): ("guard-began", ["session": .string(session)])
        case .guardEnded(let session, _): ("guard-ended", ["session": .string(session)])
        case .sessionLocked(let session, _, let reason):
            ("session-locked", ["session": .string(session), "reason": reason.map(Value.string) ?? .null])
        case .sessionUnlocked(let session): ("session-unlocked", ["session": .string(session)])
        case .lockFailed(let session, let reason):
            ("lock-failed", ["session": .string(session), "reason": .string(reason)])
        }
    }

    private static func value(of card: InsertedCard, _ product: (_ atr: [UInt8]) -> String?) -> Value {
        .object([
            "atr": card.atr.isEmpty ? .null : .string(Hex.string(of: card.atr)),
            "product": product(card.atr).map(Value.string) ?? .null,
            "mute": .flag(card.isMute),
        ])
    }

    private static func name(of cause: RemovalCause) -> String {
        switch cause {
        case .pulled: "pulled"
        case .readerRemoved: "reader-removed"
        case .readerFailed: "reader-failed"
        }
    }

    private static func reason(_ error: DaemonError) -> String {
        LockFailureWording(texts: Program.texts, wish: .status, json: true).failure(error).code
    }

    private static func details(_ session: WatchEvent.SessionContent) -> [String: Value] {
        [
            "session": .string(session.id), "locked": .flag(session.isLocked),
            "guards": .list(session.guards.map(Value.string)),
        ]
    }

    /// JSON of any shape.
    private enum Value: Encodable {
        case string(String)
        case flag(Bool)
        case null
        case list([Value])
        case object([String: Value])

        func encode(to encoder: any Encoder) throws {
            switch self {
            case .list(let values): try values.encode(to: encoder)
            case .object(let members): try members.encode(to: encoder)
            case .string(let text):
                var container = encoder.singleValueContainer()
                try container.encode(text)
            case .flag(let flag):
                var container = encoder.singleValueContainer()
                try container.encode(flag)
            case .null:
                var container = encoder.singleValueContainer()
                try container.encodeNil()
            }
        }
    }
}
