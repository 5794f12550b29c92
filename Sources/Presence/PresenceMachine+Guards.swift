/// When guards begin and end without a card coming or going.
extension PresenceMachine {
    /// Every card of a seat guards every session that is active and not locked there.
    ///
    /// Also one that was asked to lock: as long as it does not say that it is locked, it may be open.
    mutating func beginGuards() {
        guard policy.bind != .explicit else { return }
        for session in sessions where session.info.isActive && !session.isLocked {
            guard session.info.isGuardable(policy) else { continue }
            for reader in readers {
                if let card = reader.card { begin(card, in: reader, for: session) }
            }
        }
    }

    /// Whether the card guards the session now.
    @discardableResult
    private mutating func begin(_ card: Card, in reader: SeenReader, for session: Session) -> Bool {
        guard reader.seat != nil, reader.seat == session.info.seat, reasonAgainst(card, for: session) == nil
        else { return false }
        let number = card.visit.number
        let holds = guards.contains {
            $0.isPresent(inVisit: number) && $0.session == session.info.id
        }
        guard !holds else { return true }
        guards.append(Guard(session: session.info.id, card: card))
        report(.guardBegan(session.info.id, reader.name))
        return true
    }

    /// Why the policy does not let this card guard this session; `nil` also as long as nothing is known of it.
    func reasonAgainst(_ card: Card, for session: Session) -> GuardEnd? {
        guard !card.isOutdated, case .card(_, let kinds, let owner) = card.identification else { return nil }
        if !policy.cards.isEmpty, policy.cards.isDisjoint(with: kinds) { return .excluded }
        guard policy.bind == .owner else { return nil }
        switch owner {
        case .unknown: return nil
        case .nobody: return .notOwner
        case .user(let name): return name == session.info.user ? nil : .notOwner
        }
    }

    mutating func endGuards() {
        for index in guards.indices.reversed() {
            guard let reason = reasonToEnd(guards[index]) else { continue }
            let ended = guards.remove(at: index)
            report(.guardEnded(ended.session, ended.reader, reason))
        }
    }

    private func reasonToEnd(_ current: Guard) -> GuardEnd? {
        guard let session = sessions.first(where: { $0.info.id == current.session }) else {
            return .sessionEnded
        }
        guard session.info.isGuardable(policy) else { return .notGuardable }
        if session.isLocked, !outlivesLock(current) { return .sessionLocked }
        guard case .present(let visit) = current.state else { return nil }
        guard let reader = readers.first(where: { $0.card?.visit.number == visit }), let card = reader.card
        else { return nil }
        return reader.seat == session.info.seat ? reasonAgainst(card, for: session) : .excluded
    }

    /// What was asked for stays asked for while the card stays, so that it guards again after the unlocking.
    private func outlivesLock(_ current: Guard) -> Bool {
        policy.bind == .explicit && (current.absence?.cause.isDoubt ?? true)
    }

    /// A request may also come while the session is locked or in the background, for example from its unlocking.
    mutating func requestGuard(of id: SessionID, reader name: ReaderName?) {
        guard let session = sessions.first(where: { $0.info.id == id }) else {
            return report(.refused(id, .unknownSession))
        }
        guard session.info.isGuardable(policy) else { return report(.refused(id, .notGuardable)) }
        var holds = false
        for reader in readers where name == nil || reader.name == name {
            if let card = reader.card, begin(card, in: reader, for: session) { holds = true }
        }
        if !holds { report(.refused(id, .noCard)) }
    }

    /// `RequireCardSec=`: an open session without a guard gets a deadline.
    mutating func watchSessionsWithoutCard() {
        for index in sessions.indices {
            let info = sessions[index].info
            guard policy.requireCardSeconds > 0, info.isActive, sessions[index].lock == .unlocked,
                info.isGuardable(policy), !guards.contains(where: { $0.session == info.id })
            else {
                sessions[index].withoutCard = .no
                continue
            }
            guard sessions[index].withoutCard == .no else { continue }
            sessions[index].withoutCard = .until(now.adding(seconds: policy.requireCardSeconds))
        }
    }
}
