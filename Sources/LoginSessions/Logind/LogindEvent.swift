/// What logind tells, in the order in which it happened.
package enum LogindEvent: Equatable, Sendable {
    /// All sessions there are, sorted by id; it replaces everything known before.
    ///
    /// The first event, then after each `restarted` and each `readSessions`; nothing else is told of sessions between
    /// those and this.
    case sessions([SessionInfo])
    case added(SessionInfo)
    /// A session is not as it was.
    case changed(SessionInfo)
    case removed(id: String)
    /// The session of this id could not be read: it stays as it was told last, and one that was never told is left out.
    case unreadable(id: String, BusError)
    /// The list of sessions could not be read; `readSessions` tries again.
    case failed(BusError)
    /// Another logind answers from here on, or the first one where there was none; `sessions` follows.
    case restarted
    /// logind has gone; what is asked of it starts it again.
    case gone
    /// The machine is about to sleep (`true`), or it has woken or stayed awake (`false`).
    case prepareForSleep(Bool)
    /// logind does not let us delay its sleep.
    case sleepInhibitorRefused(BusError)
}
