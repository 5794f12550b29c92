internal import LoginSessions
internal import PCSC
internal import Presence

/// Tells the journal and the bus what happened.
extension Daemon {
    func tell(_ report: PresenceReport) {
        switch report {
        case .guardBegan(let id, let reader):
            journal.write(.guardBegan, [.session(id.id), .reader(reader.text)])
        case .guardEnded(let id, let reader, let end):
            journal.write(.guardEnded, [.session(id.id), .reader(reader.text), .end(end.word)])
        case .cardMissing(let id, let reader, let absence, let until):
            if missing[id] == nil { missing[id] = (cause, reader) }
            let now = BootInstant.now.instant
            let patience = until > now ? (until.microseconds - now.microseconds) / 1_000_000 : 0
            journal.write(
                .cardMissing,
                [
                    .session(id.id), .reader(reader.text), .reason(LockReason(absence)),
                    .patience(seconds: UInt32(clamping: patience)),
                ]
            )
        case .cardReturned(let id, let reader):
            missing[id] = nil
            journal.write(.cardReturned, [.session(id.id), .reader(reader.text)])
        case .asked(let id, let step, let why): tellRequest(to: id, step, why)
        case .observed(let id, let why):
            missing[id] = nil
            journal.write(.observed, [.session(id.id), .reason(LockReason(why))])
        case .lockConfirmed(let id): tellLocked(id)
        case .notConfirmed(let id, _, let escalated):
            journal.write(.lockNotConfirmed, [.session(id.id)])
            if escalated { journal.write(.terminateAsked, [.session(id.id)]) }
            interface?.emit(.lockFailed(session: id.id, reason: .notConfirmed))
        case .sleepNotConfirmed(let sessions):
            for id in sessions { journal.write(.sleepNotConfirmed, [.session(id.id)]) }
        case .refused(let id, let refusal):
            journal.write(.requestRefused, [.session(id.id), .refusal(RequestRefusal(refusal))])
            self.refusal = RequestRefusal(refusal)
        }
    }

    private func tellRequest(to id: SessionID, _ step: Step, _ why: ActionCause) {
        if case .missingCard = why, let absent = missing.removeValue(forKey: id) {
            records[id]?.cause = absent.since
            records[id]?.reader = absent.reader
        } else {
            records[id]?.cause = cause
            records[id]?.reader = nil
        }
        records[id]?.reason = LockReason(why)
        guard let record = records[id] else { return }
        var fields: [JournalField] = [.session(id.id), .reason(record.reason)]
        if let reader = record.reader { fields.append(.reader(reader.text)) }
        fields.append(.asked(microseconds: record.asked.microseconds(since: record.cause)))
        journal.write(step == .lock ? .lockAsked : .terminateAsked, fields)
    }

    private func tellLocked(_ id: SessionID) {
        records[id]?.locked = .now
        guard let record = records[id] else { return }
        let shown = record.shown
        var fields: [JournalField] = [.session(id.id), .reason(record.reason)]
        if let microseconds = shown.answered { fields.append(.answered(microseconds: microseconds)) }
        if let microseconds = shown.locked { fields.append(.locked(microseconds: microseconds)) }
        journal.write(.lockConfirmed, fields)
        interface?.emit(.sessionLocked(session: id.id, reader: shown.reader, reason: record.reason))
    }

    /// Readers, cards and the service.
    func tell(_ event: ReaderEvent) {
        switch event {
        case .serviceReady(let statuses): journal.write(.serviceReady, [.count(statuses.count)])
        case .serviceLost: journal.write(.serviceLost)
        case .readerAdded(let reader): journal.write(.readerAdded, [.reader(reader.name)])
        case .readerRemoved(let reader): journal.write(.readerRemoved, [.reader(reader.name)])
        case .readerFailed(let reader): journal.write(.readerFailed, [.reader(reader.name)])
        case .readerRecovered(let reader): journal.write(.readerAdded, [.reader(reader.name)])
        case .cardInserted(let card):
            journal.write(.cardInserted, [.reader(card.reader.name)])
            interface?.emit(.cardInserted(reader: card.reader.name))
        case .cardRemoved(let card, _):
            journal.write(.cardRemoved, [.reader(card.reader.name)])
            interface?.emit(.cardRemoved(reader: card.reader.name))
        case .cardChanged: break
        }
    }
}

extension GuardEnd {
    /// As it stands in the journal.
    var word: String {
        switch self {
        case .sessionLocked: "session-locked"
        case .sessionEnded: "session-ended"
        case .notGuardable: "not-guardable"
        case .excluded: "excluded"
        case .notOwner: "not-owner"
        }
    }
}
