internal import LoginSessions

/// Turns what the daemon shows into what has happened.
struct WatchDaemon {
    /// What it showed last; `nil` while it is not heard of.
    private var state: DaemonState?
    /// The sessions whose lock has been told, until they are open again.
    private var told: Set<String> = []

    mutating func events(of news: DaemonNews) -> [WatchEvent] {
        switch news {
        case .notRunning:
            self = WatchDaemon()
            return [.daemonGone]
        case .failed(let error):
            self = WatchDaemon()
            return [.daemonFailed(error)]
        case .busLost:
            self = WatchDaemon()
            // ENOTCONN.
            return [.daemonFailed(.noBus(errno: 107))]
        case .sessionLocked(let session, let reader, let reason):
            // Nothing else limits what is kept.
            if state?.sessions.contains(where: { $0.id == session }) == true { told.insert(session) }
            return [
                .sessionLocked(session: session, reader: reader.isEmpty ? nil : reader, reason: reason)
            ]
        case .lockFailed(let session, let reason): return [.lockFailed(session: session, reason: reason)]
        case .status(let status):
            let before = state
            state = status.state
            guard let before else { return first(status) }
            return changes(from: before, to: status.state)
        }
    }

    private func first(_ status: DaemonClient.Status) -> [WatchEvent] {
        let state = status.state
        return [.daemonRunning(version: status.version, sessions: state.sessions.count)]
            + state.sessions.map { .sessionPresent(content($0, state)) }
    }

    private mutating func changes(from before: DaemonState, to now: DaemonState) -> [WatchEvent] {
        let old = Dictionary(before.sessions.map { ($0.id, $0.isLocked) }) { first, _ in first }
        let ids = Set(now.sessions.map(\.id))
        let oldGuards = Set(before.guards)
        let newGuards = Set(now.guards)
        var events: [WatchEvent] = before.guards.filter {
            !newGuards.contains($0) && ids.contains($0.session)
        }
        .map { .guardEnded(session: $0.session, reader: $0.reader) }
        for session in before.sessions where !ids.contains(session.id) {
            told.remove(session.id)
            events.append(.sessionEnded(session.id))
        }
        for session in now.sessions {
            guard let wasLocked = old[session.id] else {
                events.append(.sessionAdded(content(session, now)))
                continue
            }
            if wasLocked, !session.isLocked {
                told.remove(session.id)
                events.append(.sessionUnlocked(session.id))
            } else if !wasLocked, session.isLocked, !told.contains(session.id),
                !isLockOfDaemon(session.id, before, now)
            {
                events.append(.sessionLocked(session: session.id, reader: nil, reason: nil))
            }
        }
        events += now.guards.filter { !oldGuards.contains($0) && old[$0.session] != nil }
            .map { .guardBegan(session: $0.session, reader: $0.reader) }
        return events
    }

    /// Whether the daemon's own signal tells of this lock, with its reason.
    private func isLockOfDaemon(_ session: String, _ before: DaemonState, _ now: DaemonState) -> Bool {
        guard let lock = now.lastLock, lock.session == session, lock.locked != nil else { return false }
        return lock != before.lastLock
    }

    private func content(_ session: DaemonState.Session, _ state: DaemonState) -> WatchEvent.SessionContent {
        WatchEvent.SessionContent(
            id: session.id,
            isLocked: session.isLocked,
            guards: state.guards.filter { $0.session == session.id }.map(\.reader)
        )
    }
}
