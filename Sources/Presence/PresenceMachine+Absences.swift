/// Missing cards: how long they may be missing, and what counts as their return.
extension PresenceMachine {
    /// The seconds a guard may be in doubt.
    private func patience(_ cause: AbsenceCause) -> UInt32 {
        // Reading takes a moment even where nothing is wrong.
        cause == .serviceLost ? policy.servicePatienceSeconds : max(1, policy.servicePatienceSeconds)
    }

    func doubt(because cause: AbsenceCause) -> Absence {
        Absence(cause: cause, deadline: now.adding(seconds: patience(cause)), firstVisit: nextVisit)
    }

    mutating func doubtGuard(at index: Int, because cause: AbsenceCause) {
        // The service, or the reader with the machine, begins to count anew.
        guards[index].counter = nil
        guard guards[index].isPresent else { return }
        begin(doubt(because: cause), at: index)
    }

    /// The guards of a card that was seen to leave, and of one in doubt whose reader is seen without it.
    ///
    /// A service that has just started, and a reader that has just come back, say for a moment that there is no card, and
    /// look only then. So after those an empty reader proves nothing until a card has been seen in it.
    mutating func miss(_ card: Card?, in reader: ReaderName, because cause: AbsenceCause) {
        let deadline = now.adding(seconds: policy.graceSeconds)
        if let card { noteDeparture(of: card, from: reader) }
        for index in guards.indices {
            if let card, guards[index].isPresent(inVisit: card.visit.number) {
                begin(Absence(cause: cause, deadline: deadline, firstVisit: nextVisit), at: index)
            } else if cause == .cardRemoved, guards[index].reader == reader,
                var absence = guards[index].absence,
                absence.cause == .daemonRestarted || absence.cause.isDoubt && card != nil
            {
                absence.cause = cause
                absence.deadline = min(absence.deadline, deadline)
                begin(absence, at: index)
            }
        }
    }

    private mutating func noteDeparture(of card: Card, from reader: ReaderName) {
        guard let seat = policy.seat(of: reader) else { return }
        for index in sessions.indices where sessions[index].isLocked && sessions[index].info.seat == seat {
            guard reasonAgainst(card, for: sessions[index]) == nil else { continue }
            let identity = card.identification?.identity
            sessions[index].departed = Session.Departed(reader: reader, identity: identity, at: now)
            sessions[index].listening += 1
            effects.append(.listenTo(sessions[index].info.id))
        }
    }

    /// Whatever is heard of the session from now on has happened after its cards left.
    mutating func listened(to id: SessionID) {
        guard let index = sessions.firstIndex(where: { $0.info.id == id }) else { return }
        sessions[index].listening = max(0, sessions[index].listening - 1)
        if sessions[index].listening == 0 { sessions[index].departed = nil }
    }

    /// A session that is open now, where the card may have left after the screen opened, misses it.
    ///
    /// Not where another card is there: whoever that is keeps it open.
    mutating func missDeparted(from index: Int) {
        let session = sessions[index]
        sessions[index].departed = nil
        guard let departed = session.departed, policy.bind != .explicit, session.info.isActive,
            now <= departed.at.adding(seconds: Session.Departed.overlapSeconds)
        else { return }
        let isKeptOpen = readers.contains { reader in
            guard let card = reader.card, reader.seat == session.info.seat else { return false }
            return reasonAgainst(card, for: session) == nil
        }
        guard !isKeptOpen else { return }
        let absence = Absence(
            cause: .cardRemoved,
            deadline: departed.at.adding(seconds: policy.graceSeconds),
            firstVisit: nextVisit
        )
        let (id, reader) = (session.info.id, departed.reader)
        let saved = SavedGuard(session: id, reader: reader, counter: nil, identity: departed.identity)
        guards.append(Guard(restoring: saved, absence: absence))
        begin(absence, at: guards.count - 1)
    }

    private mutating func begin(_ absence: Absence, at index: Int) {
        guards[index].state = .absent(absence)
        let (session, reader) = (guards[index].session, guards[index].reader)
        report(.cardMissing(session, reader, absence.cause, until: absence.deadline))
    }

    /// Holds a card that came, or was identified, against the missing cards of its seat.
    ///
    /// Only a card that came since can be the one that is missing. One that brings a guard of a session back is
    /// no stranger to the others of that session.
    mutating func settleAbsences(with card: Card, on seat: SeatID) {
        for session in sessions where session.info.seat == seat {
            let missing = guards.indices.filter {
                guard guards[$0].session == session.info.id, let absence = guards[$0].absence else {
                    return false
                }
                return absence.firstVisit <= card.visit.number
            }
            guard !missing.isEmpty else { continue }
            if let index = missing.first(where: { isReturn(card, of: guards[$0], to: session) }) {
                bringBack(index, with: card)
            } else {
                for index in missing where isStranger(card, to: guards[index]) { giveUp(index) }
            }
        }
    }

    private func isReturn(_ card: Card, of missing: Guard, to session: Session) -> Bool {
        guard reasonAgainst(card, for: session) == nil else { return false }
        guard let identity = missing.identity else {
            return missing.absence?.cause.isDoubt == true && missing.reader == card.visit.reader
                && missing.counter == card.visit.counter
        }
        return card.identification?.identity == identity
    }

    /// Whether the card shows that the missing one is not simply late.
    ///
    /// In any reader of the seat after a removal, but only in its own reader where the missing card may still be
    /// there. As long as the card is being identified only a guard without identity knows enough.
    private func isStranger(_ card: Card, to missing: Guard) -> Bool {
        guard let absence = missing.absence else { return false }
        return (missing.identity == nil || card.identification != nil)
            && (!absence.cause.isDoubt || missing.reader == card.visit.reader)
    }

    private mutating func bringBack(_ index: Int, with card: Card) {
        let back = guards.remove(at: index)
        report(.cardReturned(back.session, card.visit.reader))
        let number = card.visit.number
        let holds = guards.contains { $0.session == back.session && $0.isPresent(inVisit: number) }
        if !holds { guards.append(Guard(session: back.session, card: card)) }
    }

    private mutating func giveUp(_ index: Int) {
        guard var absence = guards[index].absence else { return }
        absence.cause = .anotherCard
        absence.deadline = min(absence.deadline, now)
        guards[index].state = .absent(absence)
    }

    /// Acts on every session of which a card has been missing for too long; once, also for several cards.
    mutating func actOnPassedRemovals() {
        while let late = guards.first(where: { $0.isLate(at: now) }) {
            let now = now
            guards.removeAll { $0.session == late.session && $0.isLate(at: now) }
            guard let index = sessions.firstIndex(where: { $0.info.id == late.session }),
                !sessions[index].isLocked, let cause = late.absence?.cause
            else { continue }
            act(on: index, because: .missingCard(cause), in: late.reader)
        }
    }
}
