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
