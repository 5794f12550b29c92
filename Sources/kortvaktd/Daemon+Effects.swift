internal import Glibc
internal import LoginSessions
internal import PCSC
internal import Presence

/// Does what `Presence` decides.
extension Daemon {
    func perform(_ effect: PresenceEffect) {
        switch effect {
        case .lock(let id): ask(.lock, of: id)
        case .terminate(let id): ask(.terminate, of: id)
        case .identify(let visit): look(at: visit)
        case .startTimer(let id, let instant):
            start(.presence(id), at: BootInstant(microseconds: instant.microseconds))
        case .cancelTimer(let id): timers?.cancel(.presence(id))
        case .takeSleepInhibitor: logind?.takeSleepInhibitor()
        case .releaseSleepInhibitor: logind?.releaseSleepInhibitor()
        case .readReaders: if let reading = known.reading { handle(reading) }
        case .readSessions: logind?.readSessions()
        case .listenTo(let id):
            logind?.listen(toSession: id.id) { [weak self] in self?.handle(.listened(id)) }
        case .save(let guards):
            do throws(RuntimeFolder.Failure) {
                try runtime.save(guards)
            } catch {
                journal.write(.stateNotSaved, [.system(SystemError("save", errno: error.errno))])
            }
        case .report(let report): tell(report)
        }
    }

    private func ask(_ step: Step, of id: SessionID) {
        // Before anything else: every microsecond here is one in which the screen is open.
        switch step {
        case .lock: logind?.lock(id: id.id) { [weak self] in self?.answered(step, id, $0) }
        case .terminate: logind?.terminate(id: id.id) { [weak self] in self?.answered(step, id, $0) }
        }
        var time = timespec()
        unsafe clock_gettime(CLOCK_REALTIME, &time)
        let record = LockRecord(
            session: id,
            step: step,
            asked: .now,
            cause: cause,
            time: UInt64(clamping: time.tv_sec) * 1_000_000 + UInt64(clamping: time.tv_nsec) / 1_000
        )
        records[id] = records[id].map(record.following) ?? record
        lastLock = id
    }

    /// What logind said to a request.
    private func answered(_ step: Step, _ id: SessionID, _ result: Result<Void, BusError>) {
        switch result {
        case .success:
            if records[id]?.step == step { records[id]?.answered = .now }
            if step == .lock { answerCallers(of: id, .success(())) }
        case .failure(let error):
            let failure = LockFailure(error)
            journal.write(.lockDenied, [.session(id.id), .failure(failure), .error(error)])
            interface?.emit(.lockFailed(session: id.id, reason: failure))
            if step == .lock { answerCallers(of: id, .failure(.lockFailed)) }
            // A session that may not be ended is not left open for that.
            if step == .terminate { ask(.lock, of: id) } else { handle(.requestFailed(id)) }
        }
        publish()
    }

    func answerCallers(of id: SessionID, _ result: Result<Void, RequestRefusal>) {
        for answer in callers.removeValue(forKey: id) ?? [] { answer(result) }
    }

    private func look(at visit: Visit) {
        found[visit.reader] = nil
        guard let card = known.card(of: visit), let looks else { return }
        if !looks.begin(visit, card, look) { handle(.identified(visit, .failed)) }
    }
}
