internal import LoginSessions
internal import PCSC
internal import Presence

/// Takes what readers, sessions, callers and timers tell.
extension Daemon {
    func heard(_ input: Input) {
        switch input {
        case .reader(let event, let instant):
            let age = instant.duration(to: .now)
            let now = BootInstant.now
            cause = now.earlier(by: age)
            let events = known.take(event)
            for event in events { handle(event) }
            tell(event)
            cause = .now
            putOffCalm()
        case .looked(let outcome):
            let isNewest = looks?.heard(outcome) ?? false
            cause = .now
            guard isNewest, known.card(of: outcome.visit) != nil else { return }
            found[outcome.visit.reader] = outcome
            if outcome.identification == .failed, outcome.isLast {
                journal.write(.cardNotIdentified, [.reader(outcome.visit.reader.text)])
            }
            handle(.identified(outcome.visit, outcome.identification))
            putOffCalm()
        }
    }

    func heard(_ event: LogindEvent) {
        cause = .now
        defer { if hasStarted { putOffCalm() } }
        switch event {
        case .sessions(let list):
            // Not where one of these could not be read.
            if timers?.running.contains(.readSessions) != true { pause = .seconds(1) }
            let sessions = list.map { LoginSession($0) }
            let ids = Set(sessions.map(\.id))
            records = records.filter { ids.contains($0.key) }
            if hasStarted { handle(.sessions(sessions)) } else { start(sessions) }
        case .added(let info), .changed(let info): handle(.session(LoginSession(info)))
        case .removed(let id):
            records[SessionID(id)] = nil
            handle(.sessionEnded(SessionID(id)))
        case .unreadable(let id, let error):
            journal.write(.sessionUnreadable, [.session(id), .error(error)])
            // logind may have been too busy; what makes no sense stays so.
            if error == .noAnswer || error == .tooMuch { readSessionsLater() }
        case .failed(let error):
            journal.write(.sessionsUnreadable, [.error(error)])
            readSessionsLater()
        case .restarted:
            journal.write(.logindRestarted)
            handle(.loginServiceRestarted)
        case .gone: journal.write(.logindGone)
        case .prepareForSleep(let begins): handle(begins ? .preparingForSleep : .woke)
        case .sleepInhibitorRefused(let error): journal.write(.sleepNotDelayed, [.error(error)])
        }
    }

    private func readSessionsLater() {
        start(.readSessions, at: .now + pause)
        pause = min(pause * 2, .seconds(60))
    }

    func asked(_ request: DaemonRequest, _ answer: @escaping DaemonInterface.Answer) {
        cause = .now
        switch request {
        case .reload: answer(reload() ? .success(()) : .failure(.settingsRefused))
        case .lockNow(let session):
            let id = SessionID(session)
            // Each question of logind's to polkit keeps other locks waiting: one for all who ask at the same time.
            let isAsked = callers[id] != nil
            callers[id, default: []].append(answer)
            if isAsked { return }
            refusal = nil
            handle(.lockRequested(id))
            // What logind says to a request comes later.
            if let refusal { answerCallers(of: id, .failure(refusal)) }
        case .guardSession(let session):
            refusal = nil
            handle(.guardRequested(SessionID(session), nil))
            answer(refusal.map { .failure($0) } ?? .success(()))
        }
    }

    func wentOff(_ alarm: Alarm) {
        cause = .now
        switch alarm {
        case .presence(let id): handle(.timerFired(id))
        case .readSessions: logind?.readSessions()
        case .monitorIsDue: expectMonitor()
        case .calm:
            ProgramText.giveBack()
            // Not before: systemd may be busy, and whoever tells it something then waits.
            if shownStatus != statusLine {
                shownStatus = statusLine
                ServiceNotify.status(shownStatus)
            }
        }
    }

    /// Something has happened; what can wait until nothing does is put off.
    func putOffCalm() { start(.calm, at: .now + .seconds(2)) }

    func start(_ alarm: Alarm, at instant: BootInstant) {
        // Without memory for a timer nothing can be waited for; the next daemon begins with what was written down.
        do throws(SystemError) { try timers?.start(alarm, at: instant) } catch { loop.exit(code: 1) }
    }
}
