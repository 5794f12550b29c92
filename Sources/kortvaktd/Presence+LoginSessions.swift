internal import LoginSessions
internal import Presence

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
