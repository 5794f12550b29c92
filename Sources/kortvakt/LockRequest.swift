internal import LoginSessions
internal import Texts

/// Asks the daemon for a lock and waits until the session says that it is locked.
final class LockRequest {
    /// How long the session may take to say so, as `ConfirmSec=` of the daemon by default.
    private static let patience = Duration.seconds(5)

    private enum Timer { case patience }

    private let loop: EventLoop
    private let wording: LockFailureWording
    private let interactively: Bool
    private var link: DaemonLink?
    private var timers: Timers<Timer>?
    private var isAsked = false
    private var isAnswered = false
    /// The last lock before ours.
    private var lastLockBefore: DaemonState.LastLock?
    /// The session that is to be locked, once it is known.
    private var session: String?
    /// What has been told since the request, `nil` for locked, else why not.
    private var outcomes: [String: String?] = [:]
    private var result: Result<String, Failure>?

    private init(_ session: String?, _ interactively: Bool, _ wording: LockFailureWording) throws(SystemError)
    {
        self.session = session
        self.interactively = interactively
        self.wording = wording
        loop = try EventLoop()
    }

    /// Locks a session, by default that of the caller; its id.
    ///
    /// Blocking: 5 s, and 30 s more where the daemon is slow, 5 minutes where somebody is asked for a password.
    static func run(
        session: String?,
        interactively: Bool,
        _ wording: LockFailureWording
    ) -> Result<String, Failure> {
        do throws(DaemonError) {
            // Says why the bus or the daemon cannot be reached, before anything is asked for.
            _ = try DaemonClient().status()
        } catch {
            // Nothing has been asked for, so nothing can have been locked.
            let before = LockFailureWording(texts: wording.texts, wish: .status, json: wording.json)
            return .failure(before.failure(error))
        }
        do throws(SystemError) {
            let request = try LockRequest(session, interactively, wording)
            try request.begin()
            _ = try request.loop.run()
            return request.result ?? .failure(wording.failure(.noAnswer))
        } catch {
            return .failure(wording.failure(.noBus(errno: error.errno)))
        }
    }

    private func begin() throws(SystemError) {
        timers = Timers(on: loop) { [weak self] _ in self?.patienceEnded() }
        let bus = try SystemBus.connect(on: loop)
        link = try DaemonLink(on: bus) { [weak self] in self?.heard($0) }
    }

    private func heard(_ news: DaemonNews) {
        switch news {
        case .notRunning: end(.failure(wording.failure(isAsked ? .noAnswer : .notRunning)))
        case .busLost: end(.failure(wording.failure(.noAnswer)))
        case .failed(let error):
            // Signals may still tell what came of it.
            if !isAsked { end(.failure(wording.failure(error))) }
        case .sessionLocked(let session, _, _): note(session, nil)
        case .lockFailed(let session, let reason): note(session, reason)
        case .status(let status): took(status.state)
        }
    }

    private func ask() {
        isAsked = true
        link?.lockNow(session: session ?? "", interactively: interactively) { [weak self] in
            self?.answered($0)
        }
    }

    private func answered(_ answer: Result<Void, DaemonError>) {
        if case .failure(let error) = answer {
            // The daemon says why to all before it answers.
            let told = session.map { outcomes[$0] ?? nil } ?? outcomes.values.compactMap { $0 }.first
            let reason = error == .refused(.lockFailed) ? told : nil
            return end(.failure(reason.map(wording.lockFailed) ?? wording.failure(error)))
        }
        isAnswered = true
        do throws(SystemError) {
            try timers?.start(.patience, at: .now + Self.patience)
        } catch {
            return patienceEnded()
        }
        link?.readStatus()
        decide()
    }

    private func note(_ session: String, _ failure: String?) {
        guard isAsked else { return }
        outcomes.updateValue(failure, forKey: session)
        decide()
    }

    private func took(_ state: DaemonState) {
        guard isAsked else {
            lastLockBefore = state.lastLock
            return ask()
        }
        guard isAnswered else { return }
        // The daemon does not answer with the session that it took for the caller's own.
        if session == nil, let last = state.lastLock, last != lastLockBefore, last.reason == .request {
            session = last.session
        }
        if let session, state.sessions.contains(where: { $0.id == session && $0.isLocked }) {
            outcomes.updateValue(nil, forKey: session)
        }
        decide()
    }

    private func decide() {
        guard isAnswered, let session, let outcome = outcomes[session] else { return }
        end(outcome.map { .failure(wording.lockFailed($0)) } ?? .success(session))
    }

    private func patienceEnded() { end(.failure(wording.notConfirmed)) }

    private func end(_ result: Result<String, Failure>) {
        guard self.result == nil else { return }
        self.result = result
        loop.exit()
    }
}
