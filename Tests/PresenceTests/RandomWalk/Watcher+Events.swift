import Presence

extension Watcher {
    /// Hears an event, before the machine's answer to it is looked at.
    func hear(_ event: PresenceEvent, at instant: UInt64) {
        setClock(instant)
        newStays = 0
        switch event {
        case .reader, .readers, .identified, .preparingForSleep: noteLate()
        default: break
        }
        switch event {
        case .started(let state, let list): start(state, list)
        case .policyChanged(let new):
            if new.cards != policy.cards || new.bind != policy.bind {
                for index in stays.indices { stays[index]?.isOutdated = true }
            }
            policy = new
        case .timerFired(let id): timers[id] = nil
        case .readers(let readings):
            let listed = readings.compactMap { Walk.number(of: $0.reader) }
            for reader in stays.indices where !listed.contains(reader) { unplug(reader) }
            for reading in readings { read(reading) }
        case .reader(let reading): read(reading)
        case .readerUnplugged(let name): if let reader = Walk.number(of: name) { unplug(reader) }
        case .serviceLost: doubtAll(patience: policy.servicePatienceSeconds)
        case .identified(let visit, let identification): identified(visit, identification)
        case .sessions(let list):
            people.removeAll { person in !list.contains { $0.id == person.id } }
            for info in list { update(info) }
        case .session(let info): update(info)
        case .sessionEnded(let id): people.removeAll { $0.id == id }
        case .loginServiceRestarted:
            for index in people.indices {
                let isLockable = isGuardable(people[index].info) && people[index].info.kind == .graphical
                if people[index].info.lockedHint, isLockable { people[index].counts = true }
                people[index].info.lockedHint = false
                if people[index].confirmBy != nil { people[index].wasForgotten = true }
            }
            if isSleeping { wake() }
        case .requestFailed(let id):
            guard let index = people.firstIndex(where: { $0.id == id }) else { break }
            if people[index].confirmBy != nil { people[index].hasFailed = true }
            guard people[index].confirmBy == nil, let wasOwed = people[index].unconfirmed else { break }
            (people[index].mayBeAskedAgain, people[index].isOwedLock) = (true, wasOwed)
        case .listened(let id):
            guard let index = people.firstIndex(where: { $0.id == id }) else { break }
            people[index].listening = max(0, people[index].listening - 1)
            if people[index].listening == 0 { people[index].departed = nil }
        case .preparingForSleep:
            if !isSleeping { delayEnds = now + 4_000_000 }
            isSleeping = true
        case .woke: wake()
        case .guardRequested(let id, let name): request(id, name)
        case .lockRequested: break
        }
        settle()
    }

    private func setClock(_ instant: UInt64) {
        let back = now > instant ? now - instant : 0
        now = instant
        guard back > 0 else { return }
        let earlier = { (moment: UInt64) in moment > back ? moment - back : 0 }
        isWaking = earlier(isWaking)
        delayEnds = delayEnds.map(earlier)
        for index in people.indices {
            people[index].confirmBy = people[index].confirmBy.map(earlier)
            if let (owed, at) = people[index].departed { people[index].departed = (owed, earlier(at)) }
            for missing in people[index].missing.indices {
                people[index].missing[missing].latest = earlier(people[index].missing[missing].latest)
            }
        }
    }

    private func start(_ state: RestoredState, _ list: [LoginSession]) {
        guard !hasStarted else { return }
        hasStarted = true
        for info in list { update(info) }
        guard case .guards(let guards) = state else { return }
        for old in guards {
            guard let index = people.firstIndex(where: { $0.id == old.session }),
                let reader = Walk.number(of: old.reader)
            else { continue }
            let owed = Owed(reader: reader, stay: -1, counter: nil, identity: old.identity)
            let patience = max(1, policy.servicePatienceSeconds)
            miss(owed, index, isDoubt: true, isFromRestart: true, patience: patience, counter: old.counter)
        }
    }

    private func update(_ info: LoginSession) {
        guard let index = people.firstIndex(where: { $0.id == info.id }) else {
            return people.append(Person(info: info))
        }
        if people[index].info.lockedHint != info.lockedHint {
            people[index].counts = false
            people[index].confirmBy = nil
            people[index].wasForgotten = false
            (people[index].hasFailed, people[index].isOwedLock) = (false, false)
            people[index].unconfirmed = nil
        }
        let isOpened = people[index].info.lockedHint && !info.lockedHint
        people[index].info = info
        if isOpened { opened(index) }
    }

    private func read(_ reading: ReaderReading) {
        guard let reader = Walk.number(of: reading.reader) else { return }
        let old = stays[reader]
        switch reading.content {
        case .empty:
            stays[reader] = nil
            if let old { gone(old, from: reader, isDoubt: false) }
            // Whoever might have been there is not, where that can be seen.
            let latest = now + UInt64(policy.graceSeconds) * 1_000_000
            for index in people.indices {
                for missing in people[index].missing.indices
                where people[index].missing[missing].isDoubt
                    && people[index].missing[missing].reader == reader
                    && (old != nil || people[index].missing[missing].isFromRestart)
                {
                    people[index].missing[missing].isDoubt = false
                    people[index].missing[missing].latest =
                        min(people[index].missing[missing].latest, latest)
                }
            }
        case .card(let counter):
            guard old?.counter != counter else { return }
            if let old { gone(old, from: reader, isDoubt: false) }
            let stay = Stay(number: nextStay, counter: counter)
            nextStay += 1
            newStays += 1
            stays[reader] = stay
            welcome(stay, in: reader)
        }
    }

    private func unplug(_ reader: Int) {
        let old = stays[reader]
        stays[reader] = nil
        if let old { gone(old, from: reader, isDoubt: isSleeping || now < isWaking) }
    }

    private func wake() {
        isSleeping = false
        delayEnds = nil
        let patience = max(1, policy.servicePatienceSeconds)
        isWaking = now + UInt64(patience) * 1_000_000
        doubtAll(patience: patience)
    }

    private func identified(_ visit: Visit, _ identification: Identification) {
        guard let reader = Walk.number(of: visit.reader), var stay = stays[reader],
            stay.visit == visit
        else { return }
        let old = stay.identification.flatMap(Self.identity)
        if case .card(let identity, let kinds, let owner) = identification {
            stay.identification = .card(identity: old ?? identity, kinds: kinds, owner: owner)
            stay.isOutdated = false
        } else if stay.identification == nil {
            stay.identification = .failed
        }
        stays[reader] = stay
        guard old == nil else { return }
        let known = stay.identification.flatMap(Self.identity)
        for index in people.indices {
            for owed in people[index].owed.indices where people[index].owed[owed].stay == stay.number {
                people[index].owed[owed].identity = people[index].owed[owed].identity ?? known
            }
        }
        welcome(stay, in: reader)
    }

    private func request(_ id: SessionID, _ name: ReaderName?) {
        guard let index = people.firstIndex(where: { $0.id == id }), isGuardable(people[index].info) else {
            return
        }
        for reader in stays.indices where name == nil || name == Walk.names[reader] {
            if let stay = stays[reader] { owe(reader, stay, to: index) }
        }
    }
}
