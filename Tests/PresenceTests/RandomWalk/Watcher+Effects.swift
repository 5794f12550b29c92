import Presence

extension Watcher {
    /// Looks at what the machine does about an event, and complains about what must not be.
    func judge(_ effects: [PresenceEffect], of event: PresenceEvent, machine: PresenceMachine) {
        causes = []
        var visits: [Visit] = []
        var unexplained = 0
        for effect in effects {
            switch effect {
            case .lock(let id):
                unexplained += 1
                if !people.contains(where: {
                    $0.id == id && $0.info.kind == .graphical && isGuardable($0.info)
                }) {
                    complain("\(id) cannot be locked")
                }
            case .terminate(let id):
                unexplained += 1
                if !people.contains(where: { $0.id == id && isGuardable($0.info) }) {
                    complain("\(id) cannot be ended")
                }
            case .report(let report): if explains(report, event) { unexplained -= 1 }
            case .identify(let visit): visits.append(visit)
            case .startTimer(let id, let deadline): timers[id] = deadline.microseconds
            case .cancelTimer(let id): timers[id] = nil
            case .takeSleepInhibitor: inhibitorIsHeld = true
            case .releaseSleepInhibitor:
                if !inhibitorIsHeld || !isSleeping { complain("an inhibitor released without need") }
                inhibitorIsHeld = false
                checkAwaited()
            case .save(let guards): saved = guards
            case .readReaders, .readSessions, .listenTo: break
            }
        }
        if unexplained != 0 { complain("\(unexplained) requests are not told, or told and not asked") }
        checkWhoWasAsked(event)
        note(visits, of: event)
        judgeSleep()
        for index in people.indices { judge(index, machine) }
        judged += 1
        // What is wrong stays wrong for a while; this saves some time.
        if judged % 4 == 0 || !effects.isEmpty { judgeGuards(machine) }
    }

    /// Whether the report tells of a request; complains if there is no cause for it.
    private func explains(_ report: PresenceReport, _ event: PresenceEvent) -> Bool {
        switch report {
        case .cardReturned:
            returned += 1
            return false
        case .lockConfirmed:
            confirmed += 1
            return false
        case .asked(let id, let step, let cause):
            asked += 1
            if policy.action == .observe, cause != .request, cause != .askedBeforeRestart {
                complain("\(id) was only to be looked at")
            }
            checkCause(id, cause, event)
            guard let index = people.firstIndex(where: { $0.id == id }) else { return true }
            let isCardsFault =
                switch cause {
                case .missingCard, .askedBeforeRestart: true
                default: people[index].info.kind == .text
                }
            if step == .terminate, policy.action != .terminate || !isCardsFault || people[index].counts {
                complain("\(id) must not be ended")
            }
            if people[index].confirmBy == nil, !people[index].counts, !people[index].info.lockedHint {
                let isAgain = people[index].mayBeAskedAgain
                let before = people[index].pause
                let pause = isAgain ? max(before, min(before * 2, 60)) : max(1, policy.confirmSeconds)
                people[index].pause = pause
                people[index].confirmBy = now + UInt64(pause) * 1_000_000
            }
            (people[index].mayBeAskedAgain, people[index].unconfirmed) = (false, nil)
            if case .missingCard = cause, people[index].confirmBy != nil { people[index].isOwedLock = true }
            return true
        case .observed(let id, let cause):
            if policy.action != .observe { complain("only looked at \(id)") }
            checkCause(id, cause, event)
            return false
        case .notConfirmed(let id, _, let escalated):
            guard let index = people.firstIndex(where: { $0.id == id }),
                let confirmBy = people[index].confirmBy, confirmBy <= now
            else {
                complain("\(id) had no time to confirm")
                return escalated
            }
            let mayEnd = policy.escalates && policy.action != .observe && isGuardable(people[index].info)
            if escalated != mayEnd { complain("\(id) escalated: \(escalated)") }
            people[index].confirmBy = nil
            people[index].wasForgotten = false
            people[index].mayBeAskedAgain = people[index].hasFailed
            people[index].hasFailed = false
            if !people[index].mayBeAskedAgain {
                people[index].unconfirmed = people[index].isOwedLock
                people[index].isOwedLock = false
            }
            return escalated
        default:
            return false
        }
    }

    private func checkCause(_ id: SessionID, _ cause: ActionCause, _ event: PresenceEvent) {
        causes.append((id, cause))
        guard let index = people.firstIndex(where: { $0.id == id }) else {
            return complain("\(id) is nobody")
        }
        if people[index].mayBeAskedAgain { return }
        let person = people[index]
        let isOpen = !person.info.lockedHint
        switch cause {
        case .missingCard where person.isLate: people[index].isLate = false
        case .missingCard:
            // Twice for one removal would find nothing missing the second time.
            let now = now
            if !isOpen || !person.missing.contains(where: { $0.latest <= now }) {
                complain("\(id) misses no card")
            }
            people[index].missing.removeAll { $0.latest <= now }
        case .noCard:
            if !person.isBare || !isOpen || (timers[.requireCard(id)] ?? 0) > now {
                complain("\(id) needs no card")
            }
            people[index].isBare = false
        case .sleep:
            let isGuarded = !person.owed.isEmpty || !person.missing.isEmpty
            let isNeeded = policy.locksOnSleep && isGuarded && isOpen && person.confirmBy == nil
            if event != .preparingForSleep || !isNeeded {
                complain("\(id) needs no lock for the sleep")
            }
        case .stateUnreadable:
            if case .started(.unreadable, _) = event {} else { complain("\(id) was readable") }
        case .request: if event != .lockRequested(id) { complain("nobody asked to lock \(id)") }
        case .askedBeforeRestart:
            if !person.wasForgotten || person.confirmBy == nil { complain("\(id) was asked enough") }
            (people[index].wasForgotten, people[index].hasFailed) = (false, false)
        }
    }

    /// Those who had to be asked because of the event itself.
    private func checkWhoWasAsked(_ event: PresenceEvent) {
        switch event {
        case .started(.unreadable, _) where judged == 0:
            for person in people where isGuardable(person.info) && !person.info.lockedHint {
                let wasAsked = causes.contains { $0.0 == person.id && $0.1 == .stateUnreadable }
                if !wasAsked { complain("\(person.id) could have been guarded") }
            }
        case .preparingForSleep where awaited.isEmpty && inhibitorIsHeld:
            awaited = people.filter { $0.confirmBy != nil && $0.info.kind == .graphical }.map(\.id)
        case .sessions:
            for person in people where person.wasForgotten && isGuardable(person.info) {
                complain("\(person.id) may never have heard that it was asked")
            }
        default: break
        }
    }

    /// The inhibitor may be released when each has said that it is locked, or when the time is over.
    private func checkAwaited() {
        if let delayEnds, delayEnds <= now { return }
        for person in people where awaited.contains(person.id) && !person.info.lockedHint {
            complain("the sleep does not wait for \(person.id)")
        }
    }

    /// Each new card of a reader that counts is asked for once, with a number that was never used.
    private func note(_ visits: [Visit], of event: PresenceEvent) {
        if case .policyChanged = event { return noteAgain(visits) }
        var expected = 0
        for reader in stays.indices where seat(reader) != nil {
            guard var stay = stays[reader], stay.visit == nil, stay.number >= nextStay - newStays else {
                continue
            }
            expected += 1
            stay.visit = visits.first { $0.reader == Walk.names[reader] && $0.counter == stay.counter }
            stays[reader] = stay
            if stay.visit == nil { complain("nobody looks at the card in reader \(reader)") }
        }
        if visits.count < expected { complain("\(visits.count) looks at \(expected) cards") }
    }

    private func noteAgain(_ visits: [Visit]) {
        for reader in stays.indices {
            guard var stay = stays[reader], stay.visit == nil else { continue }
            stay.visit = visits.first { $0.reader == Walk.names[reader] }
            stays[reader] = stay
        }
    }

    private func judgeSleep() {
        if !isSleeping { awaited = [] }
        awaited.removeAll { id in people.contains { $0.id == id && $0.info.lockedHint } }
        if !isSleeping, hasStarted, !inhibitorIsHeld { complain("awake without an inhibitor") }
        guard let delayEnds, inhibitorIsHeld else { return }
        if timers[.sleep] == nil || delayEnds <= now { complain("the sleep waits without an end") }
        if !people.contains(where: { !$0.info.lockedHint && isGuardable($0.info) }) {
            complain("the sleep waits for nobody")
        }
    }

    private func judge(_ index: Int, _ machine: PresenceMachine) {
        let (person, now) = (people[index], now)
        let isOpen = !person.info.lockedHint
        if person.isLate { complain("\(person.id) missed a card for too long") }
        if person.mayBeAskedAgain {
            if policy.action == .lock, person.info.kind == .graphical, isGuardable(person.info) {
                complain("\(person.id) was not asked again")
            }
            (people[index].mayBeAskedAgain, people[index].isOwedLock) = (false, false)
            people[index].unconfirmed = nil
        }
        if let latest = person.missing.map(\.latest).min() {
            if isOpen, latest <= now { complain("\(person.id) misses a card and was not asked") }
            if (timers[.removal(person.id)] ?? .max) > latest {
                complain("\(person.id) misses a card and no timer runs")
            }
        }
        if let confirmBy = person.confirmBy {
            if confirmBy <= now { complain("\(person.id) did not confirm and nobody says so") }
            if timers[.confirm(person.id)] != confirmBy {
                complain("nobody waits for \(person.id) to confirm")
            }
        }
        let isBare =
            policy.requireCardSeconds > 0 && isOpen && !person.counts && person.confirmBy == nil
            && person.info.isActive && isGuardable(person.info) && person.owed.isEmpty
            && person.missing.isEmpty
        people[index].isBare = isBare
        let hasTimer = timers[.requireCard(person.id)] != nil
        if hasTimer != isBare, !(isBare && policy.action == .observe) {
            complain("\(person.id) without a card: \(isBare), with a timer: \(hasTimer)")
        }
        // One at a time, to save some.
        guard index == Int(truncatingIfNeeded: now) & 3 else { return }
        if machine.isLocked(person.id) != (person.counts || person.info.lockedHint) {
            complain("\(person.id) is not as locked as the machine says")
        }
    }

    /// The machine's guards are what is owed and what is missing, no more and no less, and are what would be restored.
    private func judgeGuards(_ machine: PresenceMachine) {
        let guards = machine.guards
        var expected = 0
        for person in people {
            expected += person.owed.count + person.missing.count
            for owed in person.owed {
                let isThere = guards.contains {
                    $0.isPresent && $0.session == person.id && $0.reader == Walk.names[owed.reader]
                        && $0.identity == owed.identity
                }
                if !isThere { complain("\(person.id) is not guarded by reader \(owed.reader)") }
            }
        }
        if guards.count != expected { complain("\(guards.count) guards for \(expected) cards") }
        let owed = saved.dropFirst(guards.count)
        let isOwed = owed.allSatisfy { $0.counter == nil && $0.identity == nil }
        if !isOwed || owed.map(\.session) != people.filter(\.isOwedLock).map(\.id) {
            complain("\(owed.count) locks saved that are not confirmed")
        }
        for (saved, current) in zip(saved, guards) {
            let isSame =
                saved.session == current.session && saved.reader == current.reader
                && saved.counter == current.counter && saved.identity == current.identity
            if !isSame { complain("a guard of \(current.session) is not the one that was saved") }
        }
    }
}
