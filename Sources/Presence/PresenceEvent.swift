/// Something that happened outside, told in the order in which the driver heard of it.
///
/// Any event may come twice, late, or not at all, and at any instant.
package enum PresenceEvent: Hashable, Sendable {
    /// The first event after the daemon's start: what the file holds, and all sessions. Is ignored when it comes again.
    case started(RestoredState, sessions: [LoginSession])
    /// New settings.
    case policyChanged(PresencePolicy)
    case timerFired(TimerID)

    /// The card service is there and this is all it knows; a reader that is not listed has gone.
    case readers([ReaderReading])
    /// One reader has changed, or has been read again.
    case reader(ReaderReading)
    case readerUnplugged(ReaderName)
    /// The card service has gone; `readers` tells that it is back.
    case serviceLost
    /// The answer to `identify`; there may be several, each saying more.
    case identified(Visit, Identification)

    /// All sessions; one that is not listed has ended.
    case sessions([LoginSession])
    /// One session is new or has changed.
    case session(LoginSession)
    case sessionEnded(SessionID)
    /// logind's bus name has a new owner.
    case loginServiceRestarted
    /// logind did not do what it was asked for this session: it refused, or did not answer.
    case requestFailed(SessionID)
    /// The answer to `listenTo`: whatever was said of this session before has been told.
    case listened(SessionID)
    /// `PrepareForSleep true`.
    case preparingForSleep
    /// `PrepareForSleep false`.
    case woke

    /// `GuardSession`: the card in this reader, or every card of the seat, is to guard this session.
    case guardRequested(SessionID, ReaderName?)
    /// `LockNow`: whatever the policy says, and whoever has a card in.
    case lockRequested(SessionID)
}

extension PresenceEvent {
    /// Whether the sessions whose time is over are asked before it is looked at.
    ///
    /// A card that comes then comes too late; and for a sleep nobody needs to be asked a second time.
    var comesAfterDeadlines: Bool {
        switch self {
        case .readers, .reader, .identified, .preparingForSleep: true
        default: false
        }
    }
}

/// One reader as it was read.
package struct ReaderReading: Hashable, Sendable {
    package let reader: ReaderName
    package let content: ReaderContent

    package init(reader: ReaderName, content: ReaderContent) {
        self.reader = reader
        self.content = content
    }
}

/// What is in a reader.
package enum ReaderContent: Hashable, Sendable {
    case empty
    /// Also a card that does not answer.
    case card(counter: UInt16)
}

/// What the file of an earlier run said.
package enum RestoredState: Hashable, Sendable {
    /// There is no file, for example at the first start after the machine's; or no guard in it.
    case guards([SavedGuard])
    /// There is one and it cannot be understood.
    case unreadable
}

extension RestoredState {
    /// Nothing was guarded.
    package static let none = RestoredState.guards([])
}
