internal import LoginSessions
internal import Texts

/// Maps what goes wrong with the lock service to exit code, stable name and words.
struct LockFailureWording {
    /// What was asked for.
    enum Wish: Equatable {
        case status
        /// The session that was named, `nil` for one's own.
        case lock(session: String?)
    }

    let texts: Texts
    let wish: Wish
    let json: Bool

    func failure(_ error: DaemonError) -> Failure {
        switch error {
        case .notRunning: make(14, "daemon-not-running", texts.lockServiceNotRunning)
        case .noBus(let number):
            // EPERM and EACCES.
            make([1, 13].contains(number) ? 12 : 14, "no-system-bus", noBus(number))
        case .noAnswer where wish == .status: make(1, "daemon-not-answering", texts.lockServiceSilent)
        case .noAnswer: make(1, "lock-unknown", texts.lockOutcomeUnknown)
        case .malformed: make(1, "daemon-malformed", texts.lockServiceStrange)
        case .refused(let refusal): refused(refusal)
        case .other(let name): make(1, "unexpected", texts.lockUnexpected(name))
        }
    }

    /// What the daemon tells of a lock that it had asked for.
    func lockFailed(_ reason: String) -> Failure {
        switch LockFailure(rawValue: reason) {
        case .accessDenied: make(1, "lock-failed", texts.lockDenied)
        case .logindFailed: make(1, "lock-failed", texts.lockRefused)
        case .notConfirmed, nil: notConfirmed
        }
    }

    var notConfirmed: Failure { make(1, "lock-not-confirmed", texts.lockNotConfirmed) }

    private func refused(_ refusal: RequestRefusal) -> Failure {
        switch refusal {
        case .accessDenied, .authorizationRequired:
            make(
                12,
                "not-permitted",
                wish == .status ? texts.lockServiceNotPermitted : texts.lockNotPermitted
            )
        case .noSuchSession:
            if case .lock(let session?) = wish {
                make(64, "no-such-session", texts.noSuchSession(session))
            } else {
                make(64, "no-such-session", texts.noOwnSession)
            }
        case .lockFailed, .cannotBeGuarded: make(1, "lock-failed", texts.lockRefused)
        case .noCard, .settingsRefused, .tooMany, .invalidArguments, .failed:
            make(1, "unexpected", texts.lockUnexpected(refusal.rawValue))
        }
    }

    private func noBus(_ number: Int32) -> Sentence { texts.noSystemBus(OutputFile.reason(number)) }

    private func make(_ exitCode: Int32, _ code: String, _ sentence: Sentence) -> Failure {
        Failure(exitCode, code, sentence, json: json)
    }
}
