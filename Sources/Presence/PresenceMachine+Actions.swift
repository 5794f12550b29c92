/// What is asked of sessions, and whether they do it.
extension PresenceMachine {
    /// The policy's action.
    mutating func act(on index: Int, because cause: ActionCause, in reader: ReaderName? = nil) {
        switch policy.action {
        case .lock: ask(.lock, index, because: cause, in: reader)
        // What may be locked already must not be ended.
        case .terminate:
            let step: Step = sessions[index].lock == .countedAsLocked ? .lock : .terminate
            ask(step, index, because: cause, in: reader)
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

    mutating func ask(_ step: Step, _ index: Int, because cause: ActionCause, in reader: ReaderName? = nil) {
        let id = sessions[index].info.id
        sessions[index].unconfirmed = nil
        requests.append(step == .lock ? .lock(id) : .terminate(id))
        report(.asked(id, step, cause))
        switch sessions[index].lock {
        case .unlocked:
            let pause = max(1, policy.confirmSeconds)
            let confirmBy = now.adding(seconds: pause)
            sessions[index].lock = .asked(
                Session.Asked(step: step, cause: cause, confirmBy: confirmBy, missing: reader, pause: pause)
            )
        case .asked(var asked):
            // The first request's time is not made longer by a second one.
            if step == .terminate { (asked.step, asked.cause) = (step, cause) }
            asked.missing = asked.missing ?? reader
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
        guard asked.hasFailed else {
            sessions[index].unconfirmed = asked
            return
        }
        askAgain(index, asked)
    }

    /// Whatever stood in logind's way may be gone by now: polkit may have been restarted.
    private mutating func askAgain(_ index: Int, _ before: Session.Asked) {
        guard policy.action != .observe || before.cause == .request, let step = stepAgain(index, before)
        else { return }
        ask(step, index, because: before.cause, in: before.missing)
        guard var asked = sessions[index].asked else { return }
        asked.pause = max(before.pause, min(before.pause * 2, Session.Asked.longestPause))
        asked.confirmBy = now.adding(seconds: asked.pause)
        sessions[index].lock = .asked(asked)
    }

    /// What to ask a second time; the settings may have changed since, and nobody's session ends against them.
    func stepAgain(_ index: Int, _ asked: Session.Asked) -> Step? {
        let step = policy.action == .terminate ? asked.step : .lock
        let info = sessions[index].info
        return (step == .terminate ? info.isGuardable(policy) : info.isLockable) ? step : nil
    }

    /// The session stays asked, because it may be open; where nobody waited any longer it is asked again at once.
    mutating func requestFailed(for id: SessionID) {
        guard let index = sessions.firstIndex(where: { $0.info.id == id }) else { return }
        if var asked = sessions[index].asked {
            asked.hasFailed = true
            sessions[index].lock = .asked(asked)
        } else if let unconfirmed = sessions[index].unconfirmed {
            sessions[index].unconfirmed = nil
            askAgain(index, unconfirmed)
        }
    }
}
