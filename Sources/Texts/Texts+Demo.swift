/// The story that `demo` tells.
extension Texts {
    package var demoIntroduction: String {
        text(
            "This shows how a blocked card is unblocked. The card and its reader are software; nothing real is touched."
        )
    }
    package var demoOpenPort: String {
        text(
            "This system permits no private network: while the demo runs, the virtual reader can be reached from outside."
        )
    }
    package var demoInsert: String { text("A card is put into the reader.") }
    package func demoWrong(_ code: String) -> String {
        text("Its holder has forgotten the PIN and tries {code}.", ["code": code])
    }
    package func demoLast() -> String {
        text("Kortvakt does not use up the last try by itself; here it is told to.")
    }
    package func demoUnblock(_ puk: String, _ new: String) -> String {
        text("The PUK from the letter is {puk}. The new PIN shall be {new}.", ["puk": puk, "new": new])
    }
    package var demoNewPIN: String { text("The new PIN works.") }
    package var demoTrust: String {
        text("Is its certificate for logging in genuine? That depends on whom this computer trusts.")
    }
    package var demoPull: String { text("The card is pulled out.") }
    package var demoEnd: String {
        text("That was the demo. With a card of your own, begin with: kortvakt status")
    }
    package func demoInteractive(_ auth: String, _ sign: String, _ puk: String) -> String {
        text(
            "You are in a shell where kortvakt talks to a software card: login PIN {auth}, signature PIN {sign}, PUK {puk}. Leave it with: exit",
            ["auth": auth, "sign": sign, "puk": puk]
        )
    }
    package func demoInteractiveTrust(_ command: String) -> String {
        text("Its certificates are checked against their issuers with: {command}", ["command": command])
    }
    package var demoEnded: Sentence {
        Sentence(text("The demo was ended."), text("Nothing is left behind."))
    }
    package var demoUnavailable: Sentence {
        Sentence(
            text(
                "The parts for the demo are not here: the software card, or the driver of the virtual reader."
            ),
            text("Run this in the source folder: make demo")
        )
    }
    package func demoFailed(_ reason: String) -> Sentence {
        Sentence(
            text("The demo could not be started: {reason}", ["reason": reason]),
            text(
                "It needs pcscd, systemd-socket-activate and util-linux. In the source folder, make demo installs them."
            )
        )
    }
}
