/// What happened, and what to do next, for each way an operation can end without having done its work.
extension Texts {
    // MARK: Service, readers, card in the reader

    package var serviceNotRunning: Sentence {
        Sentence(
            text("The card service (pcscd) is not running."),
            text("Start it with: sudo systemctl start pcscd.socket")
        )
    }
    package var serviceStopped: Sentence {
        Sentence(
            text("The card service (pcscd) stopped in the middle."),
            text("Try again. If it happens again, look at: journalctl -u pcscd")
        )
    }
    package var serviceNotAnswering: Sentence {
        Sentence(
            text("The card service (pcscd) does not answer."),
            text("Restart it with: sudo systemctl restart pcscd.service")
        )
    }
    package var serviceStoppedAnswering: Sentence {
        Sentence(
            text("The card service (pcscd) stopped answering."),
            text("Restart it with: sudo systemctl restart pcscd.service")
        )
    }
    package var notPermitted: Sentence {
        Sentence(
            text("You are not allowed to use the card service."),
            text(
                "Log in at this computer itself, or ask the administrator to allow you the polkit actions access_pcsc and access_card."
            )
        )
    }
    package var noReader: Sentence {
        Sentence(text("There is no card reader."), text("Plug in a card reader and try again."))
    }
    package var readerGone: Sentence {
        Sentence(
            text("The card reader is gone or does not work."),
            text("Unplug it, plug it in again and try again.")
        )
    }
    package func noSuchReader(_ name: String) -> Sentence {
        Sentence(
            text("No reader, or more than one, is called “{name}”.", ["name": name]),
            text("Choose one of these with --reader:")
        )
    }
    package var severalCards: Sentence {
        Sentence(text("There is more than one card."), text("Choose one of these readers with --reader:"))
    }
    package var noCard: Sentence {
        Sentence(text("There is no card in the reader."), text("Insert the card and try again."))
    }
    package var cardRemoved: Sentence {
        Sentence(
            text("The card was removed. No code was sent to it."),
            text("Insert the card, leave it in and try again.")
        )
    }
    package var cardUnresponsive: Sentence {
        Sentence(
            text("The card does not answer."),
            text("Take it out, wipe the chip, and insert it with the chip first and upwards.")
        )
    }
    package func busy(_ programs: [String]) -> Sentence {
        Sentence(
            text("Another program keeps the card busy."),
            programs.isEmpty
                ? text("Close other programs that use the card, for example the web browser, and try again.")
                : text(
                    "These programs are connected to the card service: {programs}. Close those that use the card and try again.",
                    ["programs": programs.joined(separator: ", ")]
                )
        )
    }
    package var cardReset: Sentence {
        Sentence(
            text("Another program reset the card. No code was sent to it."),
            text("Close other programs that use the card and try again.")
        )
    }
    package func unexpected(_ detail: String) -> Sentence {
        Sentence(
            text("Something unexpected happened: {detail}.", ["detail": detail]),
            text("Look at the card with: kortvakt status")
        )
    }

    // MARK: The card itself

    package func notRecognised(atr: String) -> Sentence {
        Sentence(
            text("This card is not recognised (ATR {atr}).", ["atr": atr]),
            text("Kortvakt cannot check, change or unblock its PINs. Contact your service desk.")
        )
    }
    package func malformed(_ file: String) -> Sentence {
        Sentence(
            text("The card’s file {file} is missing or damaged.", ["file": file]),
            text("Nothing was changed. Show the card to your service desk.")
        )
    }
    package var senseless: Sentence {
        Sentence(
            text("The card gave an answer that makes no sense."),
            text("Nothing was changed. Show the card to your service desk.")
        )
    }
    package var commandNotAllowed: Sentence {
        Sentence(
            text(
                "This command was not sent: it would select another application than the one the code is for."
            ),
            text("Name the application with --application, or send the command on its own.")
        )
    }
    package func refusedStep(status: String) -> Sentence {
        Sentence(
            text("The card refused something that it should allow (status {status}).", ["status": status]),
            text("Nothing was changed. Show the card to your service desk.")
        )
    }

    package var notSupported: Sentence {
        Sentence(
            text("This card cannot do that."),
            text("Nothing was changed. Show the card to your service desk.")
        )
    }
    package func applicationNotFound(_ application: String) -> Sentence {
        Sentence(
            text("This card has no {application} application.", ["application": application]),
            text("Leave out --application, or insert the card that has it.")
        )
    }
    package var terminated: Sentence {
        Sentence(
            text("This application on the card has been terminated: it can no longer be used."),
            text("No code was sent to it. Show the card to your service desk.")
        )
    }
    package var derivedCodes: Sentence {
        Sentence(
            text("This card wants its codes in a derived form (KDF), which Kortvakt does not know."),
            text("No code was sent to it. Use the program that set up the card.")
        )
    }

    // MARK: Codes

    package func wrong(_ pin: CodeName, remaining: Int?, isPUK: Bool) -> Sentence {
        guard let remaining else {
            return Sentence(
                text("Wrong {pin}.", pin.arguments),
                isPUK ? pukAttemptsNotCounted : attemptsNotCounted
            )
        }
        return Sentence(
            text(
                "Wrong {pin}. {count} try left.",
                "Wrong {pin}. {count} tries left.",
                count: remaining,
                pin.arguments
            ),
            remaining == 1
                ? text("Stop here unless you are sure: one more wrong try and the code is blocked.")
                : text("Check that it is the right card and the right code before you try again.")
        )
    }
    package func blocked(_ pin: CodeName, way: CodeName, command: String) -> Sentence {
        Sentence(
            text("{the_pin} is blocked.", pin.arguments),
            text(
                "Have {the_pin} ready and run: {command}",
                way.arguments.merging(["command": command]) { $1 }
            )
        )
    }
    package func blockedForDesk(_ pin: CodeName, command: String) -> Sentence {
        Sentence(
            text("{the_pin} is blocked.", pin.arguments),
            text("Call your service desk, and run this during the call: {command}", ["command": command])
        )
    }
    package func blockedResettingCode(_ pin: CodeName, command: String) -> Sentence {
        Sentence(
            text("{the_pin} is blocked, or has never been set.", pin.arguments),
            text(
                "The administrator PIN unblocks the card, with: {command}",
                ["command": command]
            )
        )
    }
    package func wrongResponse(remaining: Int?) -> Sentence {
        let next = text("Check with your service desk that it is the right card, then run the command again.")
        guard let remaining else { return Sentence(text("The response was not accepted."), next) }
        return Sentence(
            text(
                "The response was not accepted. {count} try left.",
                "The response was not accepted. {count} tries left.",
                count: remaining
            ),
            next
        )
    }
    package func afterCode(_ pin: CodeName) -> Sentence {
        Sentence(
            text("The card accepted {the_pin}, but not what was to come after it.", pin.arguments),
            text("Look at the card with: kortvakt status")
        )
    }
    package var challengeLost: Sentence {
        Sentence(
            text(
                "Another program used the card meanwhile, so the response is of no use any more. It was not sent."
            ),
            text("Close other programs that use the card, run the command again and ask for a new response.")
        )
    }
    package func blockedPINWithoutWay(_ pin: CodeName) -> Sentence {
        Sentence(
            text("{the_pin} is blocked, and Kortvakt knows no way to unblock it.", pin.arguments),
            text("Contact your service desk.")
        )
    }
    package func blockedPUK(_ pin: CodeName) -> Sentence {
        Sentence(
            text("{the_pin} is blocked. This card cannot be unblocked any more.", pin.arguments),
            text("Contact your service desk: you need a new card.")
        )
    }
    package func notActivated(_ pin: CodeName) -> Sentence {
        Sentence(
            text("This card has not been activated: {the_pin} cannot be used yet.", pin.arguments),
            text("Contact whoever gave you the card.")
        )
    }
    package func notAllowed(_ pin: CodeName, status: String) -> Sentence {
        Sentence(
            text(
                "The card does not allow this with {the_pin} (status {status}).",
                pin.arguments.merging(["status": status]) { $1 }
            ),
            text("Look at the tries left with: kortvakt status")
        )
    }
    package func changeNotAllowed(_ pin: CodeName) -> Sentence {
        Sentence(
            text("This card does not allow {the_pin} to be changed.", pin.arguments),
            text("Nothing was sent to the card. Contact your service desk.")
        )
    }
    package func unblockNotAllowed(_ pin: CodeName) -> Sentence {
        Sentence(
            text("This card does not allow {the_pin} to be unblocked.", pin.arguments),
            text("Nothing was sent to the card. Contact your service desk.")
        )
    }
    package func verifyNotAllowed(_ pin: CodeName) -> Sentence {
        Sentence(
            text("This card cannot check {the_pin} alone.", pin.arguments),
            text(
                "Nothing was sent to the card. It is checked when it is used to unblock or change something."
            )
        )
    }
    package func noUnblockingCode(_ pin: CodeName) -> Sentence {
        Sentence(
            text("This card has no PUK for {the_pin}.", pin.arguments),
            text("Nothing was sent to the card. Contact your service desk.")
        )
    }
    package func newCodeTooSimple(_ pin: CodeName) -> Sentence {
        Sentence(
            text("The new {pin} is too simple for this card.", pin.arguments),
            text("Choose another one, without repeated digits or digits in a row.")
        )
    }
    package func newCodeNotSet(_ pin: CodeName, status: String) -> Sentence {
        Sentence(
            text(
                "The unblocking code was accepted, but the card did not set the new {pin} (status {status}).",
                pin.arguments.merging(["status": status]) { $1 }
            ),
            text("Check the card with: kortvakt status")
        )
    }
    package func unblockingRefused(_ code: CodeName, status: String) -> Sentence {
        Sentence(
            text(
                "The card does not unblock with {the_pin} (status {status}). It may be switched off on this card.",
                code.arguments.merging(["status": status]) { $1 }
            ),
            text("Check the card with: kortvakt status")
        )
    }
    package func newCodeRefused(_ pin: CodeName, status: String) -> Sentence {
        Sentence(
            text(
                "The card did not accept the new {pin} (status {status}).",
                pin.arguments.merging(["status": status]) { $1 }
            ),
            text("Look at the tries left with: kortvakt status")
        )
    }
    package func unexpectedStatus(_ pin: CodeName, status: String) -> Sentence {
        Sentence(
            text(
                "The card answered {the_pin} with something unexpected (status {status}).",
                pin.arguments.merging(["status": status]) { $1 }
            ),
            text("It may have counted as a try. Look at the card before anything else with: kortvakt status")
        )
    }
    package func outcomeUnknown(_ pin: CodeName) -> Sentence {
        Sentence(
            text("{the_pin} was sent and no answer came: it is not known what the card did.", pin.arguments),
            text("Do not try again yet. Look at the card first with: kortvakt status")
        )
    }
    package func stillBlocked(_ pin: CodeName) -> Sentence {
        Sentence(
            text("The card reported success, but {the_pin} is still blocked.", pin.arguments),
            text("Do not try again: it could use up the PUK. Contact your service desk.")
        )
    }
}
