/// Why a session was asked to lock or to end; the raw values stand on the bus and in the journal, and do not change.
package enum LockReason: String, CaseIterable, Sendable {
    case cardRemoved = "card-removed"
    case readerUnplugged = "reader-unplugged"
    /// The card looks present, and was out meanwhile.
    case cardMoved = "card-moved"
    /// Another card came in its place.
    case cardExchanged = "card-exchanged"
    case serviceLost = "service-lost"
    /// After sleep the card was not there any more.
    case goneAfterSleep = "gone-after-sleep"
    /// While the daemon was not running the card went.
    case goneAfterRestart = "gone-after-restart"
    /// `RequireCardSec=`.
    case noCard = "no-card"
    /// `LockOnSleep=`.
    case sleep = "sleep"
    /// What was guarded before the daemon started cannot be known.
    case stateUnreadable = "state-unreadable"
    /// `LockNow`.
    case request = "request"
    /// logind restarted before the session could say that it is locked.
    case logindRestarted = "logind-restarted"
}

/// Why a lock did not come about; the raw values stand on the bus and in the journal, and do not change.
package enum LockFailure: String, CaseIterable, Sendable {
    /// Nothing said in time that the session is locked.
    case notConfirmed = "not-confirmed"
    /// polkit or logind denies it.
    case accessDenied = "access-denied"
    /// logind did not answer, or with an error.
    case logindFailed = "logind-failed"
}
