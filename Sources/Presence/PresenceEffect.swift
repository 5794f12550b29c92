/// Something that the driver does, in the order given: what is asked of sessions first.
package enum PresenceEffect: Hashable, Sendable {
    /// Ask logind to lock this one session.
    case lock(SessionID)
    /// Ask logind to end this one session.
    case terminate(SessionID)
    /// Look at the card of this visit, off the event thread, and tell with `identified`.
    case identify(Visit)
    /// At this instant, or as soon as possible when it has passed, tell with `timerFired`; replaces the timer of the same id.
    case startTimer(TimerID, at: Instant)
    case cancelTimer(TimerID)
    /// Take logind's delay inhibitor for sleep; one that is still held is replaced.
    case takeSleepInhibitor
    case releaseSleepInhibitor
    /// Tell with `readers` what is in every reader as far as it is known, also if nothing has changed.
    ///
    /// Each card in it is looked at anew, which shows whether it is there.
    case readReaders
    /// Ask logind anything about this session and tell with `listened` when it has answered.
    case listenTo(SessionID)
    /// Read all sessions and tell with `sessions`.
    case readSessions
    /// Write these down; comes after the locks of the same event, so that a crash in between loses none.
    case save([SavedGuard])
    /// For the journal and for listeners.
    case report(PresenceReport)
}

/// The timers, at most one of each at a time.
package enum TimerID: Hashable, Sendable {
    /// A guarding card of this session is missing.
    case removal(SessionID)
    /// This session was asked to lock or end.
    case confirm(SessionID)
    /// This session is open without a card.
    case requireCard(SessionID)
    /// Sleep is being delayed.
    case sleep
}

/// What people and programs may want to know; no sentence and nothing personal.
package enum PresenceReport: Hashable, Sendable {
    case guardBegan(SessionID, ReaderName)
    case guardEnded(SessionID, ReaderName, GuardEnd)
    /// A guarding card is missing; at `until` the action follows.
    case cardMissing(SessionID, ReaderName, AbsenceCause, until: Instant)
    /// A missing card is there again, in this reader.
    case cardReturned(SessionID, ReaderName)
    case asked(SessionID, Step, ActionCause)
    /// `Action=none`: this is where one would have been asked.
    case observed(SessionID, ActionCause)
    /// The session that was asked reports that it is locked.
    case lockConfirmed(SessionID)
    /// The session that was asked does not say so after `ConfirmSec=`.
    case notConfirmed(SessionID, Step, escalated: Bool)
    /// The inhibitor is released although these have not said that they are locked.
    case sleepNotConfirmed([SessionID])
    /// A request that cannot be granted.
    case refused(SessionID, Refusal)
}

/// What is asked of logind for a session.
package enum Step: Hashable, Sendable {
    case lock
    case terminate
}

/// Why a session is asked to lock or end.
package enum ActionCause: Hashable, Sendable {
    case missingCard(AbsenceCause)
    /// `RequireCardSec=`.
    case noCard
    /// `LockOnSleep=`.
    case sleep
    /// The guards of the earlier run cannot be known.
    case stateUnreadable
    /// `LockNow`.
    case request
    /// logind restarted before the session could say that it is locked.
    case askedBeforeRestart
}

/// Why a guard ends without an action.
package enum GuardEnd: Hashable, Sendable {
    case sessionLocked
    case sessionEnded
    /// The session cannot be guarded any more, for example a text console under another `Action=`.
    case notGuardable
    /// `Cards=`, `IgnoreReaders=` or `Seat=`.
    case excluded
    /// `Bind=owner`, and the card is not this user's.
    case notOwner
}

/// Why a request is refused.
package enum Refusal: Hashable, Sendable {
    case unknownSession
    /// A remote session, a greeter, a text console.
    case notGuardable
    /// There is no card that the policy allows.
    case noCard
}
