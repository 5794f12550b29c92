internal import LoginSessions
internal import Texts

/// Words for why a session was locked, or was not.
struct LockReasonWording {
    let texts: Texts

    /// The reason as it stands on the bus; a later version of the daemon may have more of them.
    func reason(_ name: String) -> String { LockReason(rawValue: name).map(reason) ?? texts.becauseOther }

    func reason(_ reason: LockReason) -> String {
        switch reason {
        case .cardRemoved: texts.becauseCardRemoved
        case .readerUnplugged: texts.becauseReaderUnplugged
        case .cardMoved: texts.becauseCardMoved
        case .cardExchanged: texts.becauseCardExchanged
        case .serviceLost: texts.becauseServiceLost
        case .goneAfterSleep: texts.becauseGoneAfterSleep
        case .goneAfterRestart: texts.becauseGoneAfterRestart
        case .noCard: texts.becauseNoCard
        case .sleep: texts.becauseSleep
        case .stateUnreadable: texts.becauseStateUnreadable
        case .request: texts.becauseRequest
        case .logindRestarted: texts.becauseLogindRestarted
        }
    }

    func failure(_ name: String) -> String {
        switch LockFailure(rawValue: name) {
        case .notConfirmed: texts.notConfirmed
        case .accessDenied: texts.systemDenies
        case .logindFailed: texts.systemFailed
        case nil: texts.becauseOther
        }
    }
}
