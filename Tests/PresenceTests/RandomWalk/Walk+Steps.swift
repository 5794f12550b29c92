import Presence

/// The things that happen.
extension Walk {
    private func reading(_ reader: Int) -> ReaderReading {
        let slot = slots[reader]
        return ReaderReading(
            reader: Self.names[reader],
            content: slot.card == nil ? .empty : .card(counter: slot.counter)
        )
    }

    /// In one of ten cases nobody tells.
    mutating func moveCard() {
        let reader = random.below(slots.count)
        let elsewhere = slots.map(\.card)
        var newCard = random.below(Self.cards.count)
        if let lastCard = slots[reader].lastCard, random.happens(60) { newCard = lastCard }
        while elsewhere.contains(newCard) { newCard = (newCard + 1) % Self.cards.count }
        slots[reader].lastCard = newCard
        if !slots[reader].isPlugged {
            slots[reader] = Slot(card: random.happens(50) ? newCard : nil, lastCard: newCard)
        } else if random.happens(10) {
            slots[reader].isPlugged = false
        } else if slots[reader].card == nil {
            slots[reader].card = newCard
            slots[reader].counter &+= 1
        } else if random.happens(25) {
            // Out and in between two looks: the same card or another.
            slots[reader].counter &+= 2
            if random.happens(50) { slots[reader].card = newCard }
        } else {
            slots[reader].card = nil
            slots[reader].counter &+= 1
        }
        guard serviceIsUp, random.happens(90) else { return }
        tell(slots[reader].isPlugged ? .reader(reading(reader)) : .readerUnplugged(Self.names[reader]))
    }

    mutating func answer() {
        if !listens.isEmpty, random.happens(30) {
            return tell(.listened(listens.remove(at: random.below(listens.count))))
        }
        guard !looks.isEmpty else { return }
        let index = random.below(looks.count)
        let look = looks[index]
        tell(.identified(look.visit, random.happens(15) ? .failed : Self.cards[look.card]))
        if random.happens(80) { looks.remove(at: index) }
    }

    /// A little time; timers that are due fire, some of them later.
    mutating func passTime() {
        now += UInt64(random.below(4_000_000))
        for timer in watcher.timers.running where timer.deadline <= now {
            if random.happens(90) { tell(.timerFired(timer.id)) }
        }
    }

    mutating func jump() {
        switch random.below(4) {
        case 0: now = now > 7_000_000_000 ? now - 7_000_000_000 : 0
        case 1: now = UInt64(random.below(2_000_000_000))
        case 2: now += UInt64(random.below(600)) * 1_000_000
        default: now = now > 900_000 ? now - 900_000 : 0
        }
    }

    func staleTimer() -> TimerID {
        let id = Self.sessions[Int(truncatingIfNeeded: now % 6)].id
        return [.removal(id), .confirm(id), .requireCard(id), .sleep][Int(truncatingIfNeeded: now / 7 % 4)]
    }

    mutating func readAll() {
        guard serviceIsUp else { return }
        tell(.readers(slots.indices.filter { slots[$0].isPlugged }.map { reading($0) }))
    }

    mutating func touchService() {
        if serviceIsUp {
            serviceIsUp = false
            tell(.serviceLost)
        } else {
            serviceIsUp = true
            // The new service counts from the beginning.
            for reader in slots.indices { slots[reader].counter = 0 }
            readAll()
        }
    }

    mutating func touchSession() {
        guard !logins.isEmpty else { return }
        let index = random.below(logins.count)
        let wasAsked = watcher.people.contains { $0.id == logins[index].id && $0.confirmBy != nil }
        if random.happens(logins[index].lockedHint ? 70 : wasAsked ? 60 : 10) {
            logins[index].lockedHint = !logins[index].lockedHint
        } else if random.happens(logins[index].isActive ? 20 : 80) {
            logins[index].isActive = !logins[index].isActive
            let active = logins[index]
            if active.isActive {
                for other in logins.indices where other != index && logins[other].seat == active.seat {
                    guard logins[other].isActive else { continue }
                    logins[other].isActive = false
                    tell(.session(logins[other]))
                }
            }
        }
        if random.happens(95) { tell(.session(logins[index])) }
    }

    mutating func logInOrOut() {
        let candidate = Self.sessions[random.below(Self.sessions.count)]
        if let index = logins.firstIndex(where: { $0.id == candidate.id }) {
            logins.remove(at: index)
            tell(.sessionEnded(candidate.id))
        } else {
            logins.append(candidate)
            tell(random.happens(50) ? .session(candidate) : .sessions(logins))
        }
    }

    mutating func touchSleep() {
        if random.happens(60) {
            tell(.preparingForSleep)
            // Whoever was asked may lock in time.
            for index in logins.indices where random.happens(50) && logins[index].kind == .graphical {
                logins[index].lockedHint = true
                tell(.session(logins[index]))
            }
        } else {
            tell(.woke)
            if random.happens(80) { readAll() }
        }
    }

    mutating func restartLoginService() {
        tell(.loginServiceRestarted)
        for index in logins.indices { logins[index].lockedHint = false }
        if random.happens(90) { tell(.sessions(logins)) }
    }

    mutating func request() {
        let id = Self.sessions[random.below(Self.sessions.count)].id
        if random.happens(30) { return tell(.lockRequested(id)) }
        if random.happens(30) { return tell(.requestFailed(id)) }
        tell(.guardRequested(id, random.happens(50) ? Self.names[random.below(slots.count)] : nil))
    }

    mutating func reload() {
        let policy = Self.policy(&random)
        tell(.policyChanged(policy))
    }

    /// The daemon dies, and the next one begins with what was saved; its timers and looks are lost.
    mutating func kill() {
        let saved = watcher.saved
        let next = Watcher(policy: machine.policy)
        next.saved = saved
        next.complaint = watcher.complaint
        (next.asked, next.returned, next.confirmed) = (watcher.asked, watcher.returned, watcher.confirmed)
        watcher = next
        machine = PresenceMachine(policy: machine.policy)
        looks = []
        serviceIsUp = true
        tell(.started(.guards(saved), sessions: logins))
        if random.happens(90) { readAll() }
    }
}
