/// What `lock status` and `lock now` say.
extension Texts {
    package var helpLock: String {
        text("Show which sessions are guarded by a card, or lock this session now.")
    }
    package var helpLockStatus: String {
        text("Show the sessions, the cards that guard them, and the last lock.")
    }
    package var helpLockNow: String { text("Lock this session now.") }
    package var helpLockSession: String {
        text("Another session, as lock status shows it; you may be asked for a password.")
    }

    // MARK: What is so

    package func lockServiceRuns(_ version: String) -> String {
        text("The lock service (kortvaktd) is running, version {version}.", ["version": version])
    }
    package var noSessions: String {
        text("Nobody is logged in at this computer's screen: there is no session that a card could guard.")
    }
    package func sessionIsLocked(_ session: String) -> String {
        text("Session {session} is locked.", ["session": session])
    }
    package func sessionIsUnguarded(_ session: String) -> String {
        text("Session {session} is open, and no card guards it.", ["session": session])
    }
    /// `family` is the card's, `nil` where it is not known.
    package func sessionIsGuarded(_ session: String, _ reader: String, family: String?) -> String {
        if let family {
            text(
                "Session {session} is open, guarded by the card ({family}) in: {reader}",
                ["session": session, "family": family, "reader": reader]
            )
        } else {
            text(
                "Session {session} is open, guarded by the card in: {reader}",
                ["session": session, "reader": reader]
            )
        }
    }

    // MARK: Why nothing guards

    package var seesNoReader: String {
        text("The lock service sees no card reader. Plug one in. To see what is wrong: kortvakt status")
    }
    package var seesNoCard: String {
        text("The lock service sees no card. Insert your card, then it guards your session.")
    }
    package var cardsDoNotGuard: String {
        text(
            "A card is in a reader, and no card guards: the administrator decides which do, with [Lock] in /etc/kortvakt/kortvakt.conf."
        )
    }
    package var cardsGuardOthers: String {
        text(
            "The cards in the readers guard other sessions: a card guards those on the screen of its reader."
        )
    }

    // MARK: The last lock

    package func lastLock(_ session: String, _ time: String, _ reason: String, reader: String?) -> String {
        if let reader {
            text(
                "Last lock: session {session}, {time}, {reason}: {reader}",
                ["session": session, "time": time, "reason": reason, "reader": reader]
            )
        } else {
            text(
                "Last lock: session {session}, {time}, {reason}",
                ["session": session, "time": time, "reason": reason]
            )
        }
    }
    package func lockAsked(_ time: String) -> String {
        text("after {time} the system was told to lock it", ["time": time])
    }
    package func lockAnswered(_ time: String) -> String {
        text("after {time} the system had passed that on", ["time": time])
    }
    package func lockReached(_ time: String) -> String {
        text("after {time} it was locked", ["time": time])
    }
    package var lockNotReached: String { text("it has not said that it is locked") }
    /// A span of time: milliseconds, with a decimal where there are few.
    package func milliseconds(_ number: String) -> String { text("{number} ms", ["number": number]) }
    package func seconds(_ number: String) -> String { text("{number} s", ["number": number]) }

    // MARK: Lock now

    package var waitingForLock: String { text("Locking…") }
}

/// What goes wrong with the lock service, and what to do.
extension Texts {
    package var lockServiceNotRunning: Sentence {
        Sentence(
            text("The lock service (kortvaktd) is not running: it locks no screen when a card is pulled."),
            text("Start it with: sudo systemctl enable --now kortvaktd")
        )
    }
    package func noSystemBus(_ reason: String) -> Sentence {
        Sentence(
            text(
                "The system bus (D-Bus) cannot be reached ({reason}), so nothing is known of the lock service (kortvaktd).",
                ["reason": reason]
            ),
            text("Look at: systemctl status dbus")
        )
    }
    package var lockServiceSilent: Sentence {
        Sentence(
            text("The lock service (kortvaktd) does not answer."),
            text("Restart it with: sudo systemctl restart kortvaktd")
        )
    }
    package var lockServiceStrange: Sentence {
        Sentence(
            text("The lock service (kortvaktd) answers in a way that this program does not understand."),
            text("Install the same version of both, and restart it with: sudo systemctl restart kortvaktd")
        )
    }
    package var lockServiceNotPermitted: Sentence {
        Sentence(
            text("You are not allowed to ask the lock service (kortvaktd)."),
            text("Log in at this computer itself, or ask the administrator.")
        )
    }
    package var lockNotPermitted: Sentence {
        Sentence(
            text("You are not allowed to lock this session: it is somebody else's."),
            text("Ask the administrator to lock it.")
        )
    }
    package func noSuchSession(_ session: String) -> Sentence {
        Sentence(
            text("There is no session {session}.", ["session": session]),
            text("The sessions are shown by: kortvakt lock status")
        )
    }
    package var noOwnSession: Sentence {
        Sentence(
            text("It is not clear which session is yours."),
            text("Name it with --session; the sessions are shown by: kortvakt lock status")
        )
    }
    package var lockRefused: Sentence {
        Sentence(
            text("The session could not be locked."),
            text("Lock the screen yourself. Why it failed is in: journalctl -u kortvaktd")
        )
    }
    package var lockDenied: Sentence {
        Sentence(
            text("The system does not permit the lock service (kortvaktd) to lock the session."),
            text("Lock the screen yourself, and have the polkit rule of kortvaktd installed again.")
        )
    }
    package var lockNotConfirmed: Sentence {
        Sentence(
            text("The session was told to lock, and has not said that it is locked."),
            text(
                "Look at the screen. If it is open, lock it yourself: no screen locker runs in the session, or it tells nobody."
            )
        )
    }
    package var lockOutcomeUnknown: Sentence {
        Sentence(
            text(
                "The lock service (kortvaktd) ended or did not answer; whether the session is locked is not known."
            ),
            text("Look at the screen. If it is open, lock it yourself.")
        )
    }
    package func lockUnexpected(_ detail: String) -> Sentence {
        Sentence(
            text("Something unexpected happened: {detail}.", ["detail": detail]),
            text("Look at: journalctl -u kortvaktd")
        )
    }
}
