/// What a `DaemonLink` hears, in the order in which it happened.
package enum DaemonNews: Equatable, Sendable {
    /// Nobody has the daemon's name: at the beginning, or because it has ended.
    case notRunning
    /// It runs, and this is what it shows: at the beginning, and whenever that changes.
    case status(DaemonClient.Status)
    /// Something has its name and does not answer as the daemon does.
    case failed(DaemonError)
    /// A session that was asked to lock says that it is locked.
    ///
    /// `reader` is empty where no reader was the cause; `reason` is a `LockReason`, or one of a later version.
    case sessionLocked(session: String, reader: String, reason: String)
    /// A session that was asked to lock is not locked as far as is known.
    ///
    /// `reason` is a `LockFailure`, or one of a later version.
    case lockFailed(session: String, reason: String)
    /// The connection to the bus is lost, for good.
    case busLost
}
