/// What is asked of sessions, and whether they do it.
extension PresenceMachine {
    /// The policy's action.
    mutating func act(on index: Int, because cause: ActionCause) {
        switch policy.action {
        case .lock: ask(.lock, index, because: cause)
        // What may be locked already must not be ended.
        case .terminate:
            ask(sessions[index].lock == .countedAsLocked ? .lock : .terminate, index, because: cause)
        case .observe: report(.observed(sessions[index].info.id, cause))
        }
    }

    /// Closes a session for another reason than a missing card: nobody's work ends where a lock can do.
    mutating func secure(_ index: Int, because cause: ActionCause) {
        guard !sessions[index].isLocked else { return }
        guard sessions[index].info.isLockable, policy.action != .observe else {
            return act(on: index, because: cause)
        }
        ask(.lock, index, because: cause)
    }

    mutating func ask(_ step: Step, _ index: Int, because cause: ActionCause) {
        let id = sessions[index].info.id
        requests.append(step == .lock ? .lock(id) : .terminate(id))
        report(.asked(id, step, cause))
        switch sessions[index].lock {
        case .unlocked:
            let confirmBy = now.adding(seconds: max(1, policy.confirmSeconds))
            sessions[index].lock = .asked(Session.Asked(step: step, confirmBy: confirmBy))
        case .asked(var asked):
            // The first request's time is not made longer by a second one.
            if step == .terminate { asked.step = .terminate }
            sessions[index].lock = .asked(asked)
        case .locked, .countedAsLocked: break
        }
    }

    /// Locks for whoever asks, also where the action is another one or where the session says it is locked.
    mutating func requestLock(of id: SessionID) {
        guard let index = sessions.firstIndex(where: { $0.info.id == id }) else {
            return report(.refused(id, .unknownSession))
        }
        guard sessions[index].info.isLockable else { return report(.refused(id, .notGuardable)) }
        ask(.lock, index, because: .request)
    }

    mutating func actOnPassedDeadlines() {
        actOnPassedRemovals()
        for index in sessions.indices {
            if let asked = sessions[index].asked, asked.confirmBy <= now { giveUpConfirming(index, asked) }
            guard case .until(let deadline) = sessions[index].withoutCard, deadline <= now else { continue }
            sessions[index].withoutCard = policy.action == .observe ? .observed : .no
            secure(index, because: .noCard)
        }
        if case .delaying(let waiting, let deadline) = sleep, deadline <= now {
            report(.sleepNotConfirmed(waiting))
            releaseSleepInhibitor()
        }
    }

    /// The session is open, for all that is known; its guards have never ended.
    private mutating func giveUpConfirming(_ index: Int, _ asked: Session.Asked) {
        let id = sessions[index].info.id
        sessions[index].lock = .unlocked
        // The settings may have changed since; a console, for one, is not ended where it is not guarded.
        let escalates =
            policy.escalates && policy.action != .observe && sessions[index].info.isGuardable(policy)
        report(.notConfirmed(id, asked.step, escalated: escalates))
        if escalates { requests.append(.terminate(id)) }
    }
}
