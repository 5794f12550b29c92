internal import LoginSessions
internal import Texts

/// `lock status` in words.
struct LockStatusLines {
    let texts: Texts

    func lines(_ status: DaemonClient.Status) -> [String] {
        let state = status.state
        var lines = [texts.lockServiceRuns(status.version)]
        if state.sessions.isEmpty { lines.append(texts.noSessions) }
        var unguarded = 0
        for session in state.sessions {
            let guards = state.guards.filter { $0.session == session.id }
            if session.isLocked {
                lines.append(texts.sessionIsLocked(session.id))
            } else if guards.isEmpty {
                unguarded += 1
                lines.append(texts.sessionIsUnguarded(session.id))
            } else {
                lines += guards.map {
                    texts.sessionIsGuarded(
                        session.id,
                        $0.reader,
                        family: state.family(inReader: $0.reader)
                    )
                }
            }
        }
        if unguarded > 0 { lines.append("   \(why(state))") }
        if let lock = state.lastLock { lines += self.lines(lock) }
        return lines
    }

    /// Why a session has no guard, as far as the daemon shows it.
    private func why(_ state: DaemonState) -> String {
        let present = state.cards.filter(\.isPresent)
        if present.contains(where: \.isGuarding) { return texts.cardsGuardOthers }
        if !present.isEmpty { return texts.cardsDoNotGuard }
        return state.readers.isEmpty ? texts.seesNoReader : texts.seesNoCard
    }

    private func lines(_ lock: DaemonState.LastLock) -> [String] {
        let first = texts.lastLock(
            lock.session,
            WatchTime(microseconds: lock.time)?.local ?? "?",
            LockReasonWording(texts: texts).reason(lock.reason),
            reader: lock.reader.isEmpty ? nil : lock.reader
        )
        var steps = [lock.asked.map { texts.lockAsked(span($0)) }]
        steps.append(lock.answered.map { texts.lockAnswered(span($0)) })
        steps.append(lock.locked.map { texts.lockReached(span($0)) } ?? texts.lockNotReached)
        return [first] + steps.compactMap { $0.map { "   \($0)" } }
    }

    /// A span of time as a person reads it, at most three digits and one decimal.
    func span(_ microseconds: UInt64) -> String {
        switch microseconds {
        case ..<10_000: texts.milliseconds(decimal(microseconds / 100))
        case ..<1_000_000: texts.milliseconds("\(microseconds / 1_000)")
        case ..<100_000_000: texts.seconds(decimal(microseconds / 100_000))
        default: texts.seconds("\(microseconds / 1_000_000)")
        }
    }

    private func decimal(_ tenths: UInt64) -> String {
        "\(tenths / 10)\(texts.language == .en ? "." : ",")\(tenths % 10)"
    }
}
