/// What logind says of one login session (org.freedesktop.login1(5), "Session Objects").
package struct SessionInfo: Hashable, Sendable {
    /// `Id`, for example `c2` or `14`.
    package let id: String
    /// The user whose session it is.
    package let uid: UInt32
    package let userName: String
    /// `nil` where it has none, as a remote session.
    package let seat: String?
    /// `Class`: `user`, `greeter`, `lock-screen`, `background`, `manager` and what later versions add.
    package let sessionClass: String
    /// `Type`: `x11`, `wayland`, `mir`, `web`, `tty` or `unspecified`.
    package let type: String
    package let isRemote: Bool
    package let isActive: Bool
    /// `State`: `opening`, `online`, `active` or `closing`.
    ///
    /// logind does not announce when it changes. It is read anew when the session becomes active or inactive; a session
    /// whose last process stays on is `closing` until then unseen.
    package let state: String
    /// `LockedHint`: what the screen locker said last; logind forgets it when it restarts.
    package let isLocked: Bool

    package init(
        id: String,
        uid: UInt32,
        userName: String,
        seat: String?,
        sessionClass: String,
        type: String,
        isRemote: Bool,
        isActive: Bool,
        state: String,
        isLocked: Bool
    ) {
        self.id = id
        self.uid = uid
        self.userName = userName
        self.seat = seat
        self.sessionClass = sessionClass
        self.type = type
        self.isRemote = isRemote
        self.isActive = isActive
        self.state = state
        self.isLocked = isLocked
    }
}
