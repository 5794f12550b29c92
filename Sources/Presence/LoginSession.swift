/// What logind says of one login session.
package struct LoginSession: Hashable, Sendable {
    /// The property `Type`, as far as it matters here.
    package enum Kind: Hashable, Sendable {
        /// `x11` or `wayland`.
        case graphical
        /// `tty`: there is nobody who would lock it.
        case text
        /// `unspecified`, `mir`, `web` and whatever else comes.
        case other
    }

    package let id: SessionID
    /// The name of the user whose session it is.
    package var user: String
    /// `nil` where it has none.
    package var seat: SeatID?
    package var kind: Kind
    /// `Class=user`; a greeter, a lock screen or a background session is none.
    package var isUserClass: Bool
    package var isRemote: Bool
    package var isActive: Bool
    /// `LockedHint`: what the screen locker says, and what logind forgets when it restarts.
    package var lockedHint: Bool

    package init(
        id: SessionID,
        user: String,
        seat: SeatID?,
        kind: Kind,
        isUserClass: Bool = true,
        isRemote: Bool = false,
        isActive: Bool = false,
        lockedHint: Bool = false
    ) {
        self.id = id
        self.user = user
        self.seat = seat
        self.kind = kind
        self.isUserClass = isUserClass
        self.isRemote = isRemote
        self.isActive = isActive
        self.lockedHint = lockedHint
    }

    /// Whether there may be somebody who locks its screen when asked.
    var isLockable: Bool { isUserClass && !isRemote && seat != nil && kind == .graphical }

    /// Whether a card can keep it open; a text console only where the action is to end it.
    func isGuardable(_ policy: PresencePolicy) -> Bool {
        isLockable
            || (isUserClass && !isRemote && seat != nil && kind == .text && policy.action == .terminate)
    }
}
