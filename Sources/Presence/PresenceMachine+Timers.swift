/// The clock and the timers.
extension PresenceMachine {
    /// A clock that goes back takes all deadlines with it.
    mutating func setClock(to instant: Instant) {
        let back = now.microseconds > instant.microseconds ? now.microseconds - instant.microseconds : 0
        now = instant
        guard back > 0 else { return }
        wakeEnds = wakeEnds.subtracting(microseconds: back)
        for index in guards.indices {
            guard var absence = guards[index].absence else { continue }
            absence.deadline = absence.deadline.subtracting(microseconds: back)
            guards[index].state = .absent(absence)
        }
        for index in sessions.indices {
            if var asked = sessions[index].asked {
                asked.confirmBy = asked.confirmBy.subtracting(microseconds: back)
                sessions[index].lock = .asked(asked)
            }
            if var departed = sessions[index].departed {
                departed.at = departed.at.subtracting(microseconds: back)
                sessions[index].departed = departed
            }
            if case .until(let deadline) = sessions[index].withoutCard {
                sessions[index].withoutCard = .until(deadline.subtracting(microseconds: back))
            }
        }
        if case .delaying(let waiting, let deadline) = sleep {
            sleep = .delaying(waiting, until: deadline.subtracting(microseconds: back))
        }
    }

    /// Starts and stops what differs from the timers that run; one that fired too early runs again.
    mutating func updateTimers() {
        let wanted = deadlines()
        guard wanted != timers else { return }
        for timer in timers where !wanted.contains(where: { $0.id == timer.id }) {
            effects.append(.cancelTimer(timer.id))
        }
        for timer in wanted where !timers.contains(timer) {
            effects.append(.startTimer(timer.id, at: timer.deadline))
        }
        timers = wanted
    }

    private func deadlines() -> [RunningTimer] {
        var wanted: [RunningTimer] = []
        for session in sessions {
            let id = session.info.id
            var removal: Instant?
            for current in guards where current.session == id {
                if let deadline = current.deadline { removal = min(removal ?? deadline, deadline) }
            }
            if let removal { wanted.append(RunningTimer(id: .removal(id), deadline: removal)) }
            if let asked = session.asked {
                wanted.append(RunningTimer(id: .confirm(id), deadline: asked.confirmBy))
            }
            if case .until(let deadline) = session.withoutCard {
                wanted.append(RunningTimer(id: .requireCard(id), deadline: deadline))
            }
        }
        if case .delaying(_, let deadline) = sleep {
            wanted.append(RunningTimer(id: .sleep, deadline: deadline))
        }
        return wanted
    }
}
