/// What logind tells about sessions.
extension PresenceMachine {
    mutating func readAll(_ list: [LoginSession]) {
        sessions.removeAll { session in !list.contains { $0.id == session.info.id } }
        for info in list { update(info) }
        for index in sessions.indices {
            guard var asked = sessions[index].asked, asked.mustRepeat else { continue }
            let step = stepAgain(index, asked)
            asked.step = step ?? .lock
            (asked.mustRepeat, asked.hasFailed) = (false, false)
            sessions[index].lock = .asked(asked)
            if let step { ask(step, index, because: .askedBeforeRestart) }
        }
    }

    mutating func update(_ info: LoginSession) {
        guard let index = sessions.firstIndex(where: { $0.info.id == info.id }) else {
            return sessions.append(Session(info))
        }
        let hadHint = sessions[index].info.lockedHint
        sessions[index].info = info
        guard info.lockedHint != hadHint else { return }
        sessions[index].unconfirmed = nil
        if info.lockedHint, sessions[index].asked != nil { report(.lockConfirmed(info.id)) }
        sessions[index].lock = info.lockedHint ? .locked : .unlocked
        if !info.lockedHint { missDeparted(from: index) }
    }

    /// logind has forgotten which sessions are locked, and perhaps what it was asked, but no session.
    ///
    /// A sleep that was under way is not heard of any more. Whoever was asked and has not confirmed is asked once more.
    mutating func loginServiceRestarted() {
        for index in sessions.indices {
            sessions[index].info.lockedHint = false
            switch sessions[index].lock {
            // A text console has no locker; its hint has said nothing.
            case .locked:
                sessions[index].lock = sessions[index].info.isLockable ? .countedAsLocked : .unlocked
            case .asked(var asked):
                asked.mustRepeat = true
                sessions[index].lock = .asked(asked)
            case .unlocked, .countedAsLocked: break
            }
        }
        if sleep != .awake {
            sleep = .awake
            wake()
        }
        effects += [.takeSleepInhibitor, .readSessions]
    }
}
