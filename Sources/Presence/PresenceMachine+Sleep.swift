/// Going to sleep and waking up.
extension PresenceMachine {
    mutating func prepareForSleep() {
        if policy.locksOnSleep, policy.action != .observe {
            for index in sessions.indices {
                let session = sessions[index]
                guard session.info.isLockable, !session.isLocked, session.asked == nil,
                    guards.contains(where: { $0.session == session.info.id })
                else { continue }
                ask(.lock, index, because: .sleep)
            }
        }
        guard sleep == .awake else { return }
        let asked = sessions.filter { $0.asked != nil && $0.info.isLockable }
        let waiting = policy.locksOnSleep ? asked.map(\.info.id) : []
        sleep = .delaying(waiting, until: now.adding(seconds: PresencePolicy.sleepDelaySeconds))
    }

    /// Every card is in doubt until it has been read again; a swap during the sleep may have moved no counter.
    mutating func wake() {
        if sleep == .asleep { effects.append(.takeSleepInhibitor) }
        sleep = .awake
        wakeEnds = now.adding(seconds: max(1, policy.servicePatienceSeconds))
        doubtAllCards(because: .slept)
        effects.append(.readReaders)
    }

    mutating func endSleepDelayIfConfirmed() {
        guard case .delaying(let waiting, let deadline) = sleep else { return }
        let open = waiting.filter { id in
            sessions.contains { $0.info.id == id && !$0.isLocked }
        }
        sleep = .delaying(open, until: deadline)
        if open.isEmpty { releaseSleepInhibitor() }
    }

    mutating func releaseSleepInhibitor() {
        sleep = .asleep
        effects.append(.releaseSleepInhibitor)
    }
}
