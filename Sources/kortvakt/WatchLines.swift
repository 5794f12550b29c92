internal import LoginSessions
internal import PCSC
internal import Texts

/// The events of `watch` in words: one line each, or one for each guard of a session.
struct WatchLines {
    let texts: Texts
    /// What a card with this Answer-to-Reset is called.
    let product: (_ atr: [UInt8]) -> String?
    /// Words for what is wrong with the card service.
    let service: (PCSCError) -> Failure

    func lines(of event: WatchEvent) -> [String] {
        switch event {
        case .serviceReady(let readers):
            [readers == 0 ? texts.serviceReadyWithoutReaders : texts.serviceReady]
        case .serviceLost(.serviceStopped): [texts.serviceGone]
        case .serviceLost(let error): [line(of: service(error))]
        case .readerPresent(let reader, let content): [line(of: reader.name, content)]
        case .readerAdded(let reader): [texts.readerAdded(reader.name)]
        case .readerRemoved(let reader): [texts.readerRemoved(reader.name)]
        case .readerFailed(let reader): [texts.readerFailed(reader.name)]
        case .readerRecovered(let reader): [texts.readerRecovered(reader.name)]
        case .cardInserted(let card):
            [
                card.isMute
                    ? texts.muteCardInserted(card.reader.name)
                    : texts.cardInserted(card.reader.name, product: product(card.atr))
            ]
        case .cardChanged(let card):
            [card.isMute ? texts.cardFellSilent(card.reader.name) : texts.cardChanged(card.reader.name)]
        case .cardRemoved(let card, _): [texts.cardRemovedFrom(card.reader.name)]
        case .daemonRunning(let version, let sessions):
            [texts.lockServiceRuns(version)] + (sessions == 0 ? [texts.noSessions] : [])
        case .daemonGone: [line(of: lockService.failure(.notRunning))]
        case .daemonFailed(let error): [line(of: lockService.failure(error))]
        case .sessionPresent(let session): lines(of: session)
        case .sessionAdded(let session): [texts.sessionBegan(session.id)] + lines(of: session)
        case .sessionEnded(let session): [texts.sessionEnded(session)]
        case .guardBegan(let session, let reader): [texts.guardBegan(session, reader)]
        case .guardEnded(let session, let reader): [texts.guardEnded(session, reader)]
        case .sessionLocked(let session, _, nil): [texts.sessionIsLocked(session)]
        case .sessionLocked(let session, let reader, let reason?):
            [texts.sessionLocked(session, reasons.reason(reason), reader: reader)]
        case .sessionUnlocked(let session): [texts.sessionUnlocked(session)]
        case .lockFailed(let session, let reason): [texts.lockFailed(session, reasons.failure(reason))]
        }
    }

    private var reasons: LockReasonWording { LockReasonWording(texts: texts) }
    private var lockService: LockFailureWording { .init(texts: texts, wish: .status, json: false) }

    private func line(of failure: Failure) -> String { "\(failure.happened) \(failure.next)" }

    private func lines(of session: WatchEvent.SessionContent) -> [String] {
        if session.isLocked { return [texts.sessionIsLocked(session.id)] }
        if session.guards.isEmpty { return [texts.sessionIsUnguarded(session.id)] }
        return session.guards.map { texts.sessionIsGuarded(session.id, $0, family: nil) }
    }

    private func line(of reader: String, _ content: WatchEvent.Content) -> String {
        switch content {
        case .empty: texts.readerEmpty(reader)
        case .unavailable: texts.readerBroken(reader)
        case .card(let card):
            card.isMute
                ? texts.readerWithMuteCard(reader) : texts.readerOccupied(reader, product: product(card.atr))
        }
    }
}
