/// What logind tells about sessions.
extension PresenceMachine {
    mutating func readAll(_ list: [LoginSession]) {
        sessions.removeAll { session in !list.contains { $0.id == session.info.id } }
        for info in list { update(info) }
        for index in sessions.indices {
            guard let asked = sessions[index].asked, asked.mustRepeat else { continue }
            // The settings may have changed since; nobody's session ends against them.
            let step = policy.action == .terminate ? asked.step : .lock
            sessions[index].lock = .asked(Session.Asked(step: step, confirmBy: asked.confirmBy))
            guard step == .terminate || sessions[index].info.isLockable else { continue }
            ask(step, index, because: .askedBeforeRestart)
        }
    }

    mutating func update(_ info: LoginSession) {
        guard let index = sessions.firstIndex(where: { $0.info.id == info.id }) else {
            return sessions.append(Session(info))
        }
        let hadHint = sessions[index].info.lockedHint
        sessions[index].info = info
        guard info.lockedHint != hadHint else { return }
        if info.lockedHint, sessions[index].asked != nil { report(.lockConfirmed(info.id)) }
        sessions[index].lock = info.lockedHint ? .locked : .unlocked
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
