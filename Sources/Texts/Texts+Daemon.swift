/// What kortvaktd says to whoever starts it by hand.
extension Texts {
    package var helpDaemon: String {
        text("Locks the session when its card leaves the reader; started by systemd.")
    }
    package var helpCheckConfig: String {
        text(
            "Say whether the settings can be used, and what is wrong with them; as root for all that the daemon needs."
        )
    }
    package var helpConfigFolder: String { text("The folder of kortvakt.conf.") }

    package var settingsInOrder: String { text("The settings are in order.") }
    package func ownersWithoutTrust(_ path: String) -> Sentence {
        Sentence(
            text("The settings ask whose card it is, and no certificate is trusted, so every card guards."),
            text("Put your issuers' root certificates into {path}.", ["path": path])
        )
    }
    package var terminationDenied: Sentence {
        Sentence(
            text("The settings end sessions, and polkit does not permit this to the daemon."),
            text(
                "Copy kortvakt-terminate.rules.example (in share/doc/kortvakt) to /etc/polkit-1/rules.d/51-kortvakt-terminate.rules, or set Action=lock and Escalate=none."
            )
        )
    }
    package var terminationUnchecked: Sentence {
        Sentence(
            text(
                "The settings end sessions, and it cannot be found out whether polkit permits this to the daemon."
            ),
            text("Run this as root on the machine itself, with the daemon installed and polkit running.")
        )
    }
}
