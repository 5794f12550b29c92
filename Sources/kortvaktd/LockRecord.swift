internal import LoginSessions
internal import Presence

/// One request to a session to lock or to end, and how long each step of it took.
struct LockRecord {
    let session: SessionID
    let step: Step
    /// When logind was asked.
    let asked: BootInstant
    /// When the cause was seen: the removal of the card, where that was it.
    var cause: BootInstant
    var reason = LockReason.request
    /// Where the card was.
    var reader: ReaderName?
    var answered: BootInstant?
    var locked: BootInstant?
    /// Microseconds since 1970, when logind was asked.
    let time: UInt64

    /// This one after another that came to nothing, for the same reason.
    func following(_ before: LockRecord) -> LockRecord {
        guard before.locked == nil else { return self }
        var record = self
        (record.cause, record.reason, record.reader) = (before.cause, before.reason, before.reader)
        return record
    }

    /// As it is shown on the bus; times are from the cause.
    var shown: DaemonState.LastLock {
        DaemonState.LastLock(
            session: session.id,
            reader: reader?.text ?? "",
            reason: reason,
            time: time,
            asked: asked.microseconds(since: cause),
            answered: answered?.microseconds(since: cause),
            locked: locked?.microseconds(since: cause)
        )
    }
}

extension LockReason {
    init(_ cause: ActionCause) {
        self =
            switch cause {
            case .missingCard(let absence): LockReason(absence)
            case .noCard: .noCard
            case .sleep: .sleep
            case .stateUnreadable: .stateUnreadable
            case .request: .request
            case .askedBeforeRestart: .logindRestarted
            }
    }

    init(_ cause: AbsenceCause) {
        self =
            switch cause {
            case .cardRemoved: .cardRemoved
            case .readerUnplugged: .readerUnplugged
            case .counterMoved: .cardMoved
            case .anotherCard: .cardExchanged
            case .serviceLost: .serviceLost
            case .slept: .goneAfterSleep
            case .daemonRestarted: .goneAfterRestart
            }
    }
}

extension LockFailure {
    init(_ error: BusError) {
        self = error == .accessDenied || error == .authorizationRequired ? .accessDenied : .logindFailed
    }
}

extension RequestRefusal {
    init(_ refusal: Refusal) {
        self =
            switch refusal {
            case .unknownSession: .noSuchSession
            case .notGuardable: .cannotBeGuarded
            case .noCard: .noCard
            }
    }
}

extension LoginSession {
    init(_ info: SessionInfo) {
        let kind: Kind =
            switch info.type {
            case "x11", "wayland": .graphical
            case "tty": .text
            default: .other
            }
        self.init(
            id: SessionID(info.id),
            user: info.userName,
            seat: info.seat.map { SeatID($0) },
            kind: kind,
            isUserClass: info.sessionClass == "user",
            isRemote: info.isRemote,
            isActive: info.isActive,
            lockedHint: info.isLocked
        )
    }
}

extension BootInstant {
    /// For `Presence`, whose moments stand on the same clock.
    var instant: Instant { Instant(microseconds: microseconds) }
}
