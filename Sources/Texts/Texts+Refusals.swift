/// What is refused here, before anything reaches the card.
extension Texts {
    package func empty(_ pin: CodeName) -> Sentence {
        refused(text("No {pin} was entered.", pin.arguments))
    }
    package func tooShort(_ pin: CodeName, _ range: String) -> Sentence {
        refused(
            text(
                "{the_pin} is too short; this card takes {range}.",
                pin.arguments.merging(["range": range]) { $1 }
            )
        )
    }
    package func tooLong(_ pin: CodeName, _ range: String) -> Sentence {
        refused(
            text(
                "{the_pin} is too long; this card takes {range}.",
                pin.arguments.merging(["range": range]) { $1 }
            )
        )
    }
    package func notDigits(_ pin: CodeName) -> Sentence {
        refused(text("{the_pin} may hold digits only.", pin.arguments))
    }
    package func notText(_ pin: CodeName) -> Sentence {
        refused(text("{the_pin} holds a character that cannot be used.", pin.arguments))
    }
    package func newNotText(_ pin: CodeName) -> Sentence {
        refused(text("The new {pin} holds a character that cannot be used.", pin.arguments))
    }
    package func newEmpty(_ pin: CodeName) -> Sentence {
        refused(text("No new {pin} was entered.", pin.arguments))
    }
    package func newTooShort(_ pin: CodeName, _ range: String) -> Sentence {
        refused(
            text(
                "The new {pin} is too short; this card takes {range}.",
                pin.arguments.merging(["range": range]) { $1 }
            )
        )
    }
    package func newTooLong(_ pin: CodeName, _ range: String) -> Sentence {
        refused(
            text(
                "The new {pin} is too long; this card takes {range}.",
                pin.arguments.merging(["range": range]) { $1 }
            )
        )
    }
    package func newNotDigits(_ pin: CodeName) -> Sentence {
        refused(text("The new {pin} may hold digits only.", pin.arguments))
    }
    package func confirmationDiffers(_ pin: CodeName) -> Sentence {
        refused(text("The two entries of the new {pin} differ.", pin.arguments))
    }
    package func sameAsOld(_ pin: CodeName) -> Sentence {
        refused(text("The new {pin} is the same as the old one.", pin.arguments))
    }
    package func trivial(_ pin: CodeName) -> Sentence {
        Sentence(
            text(
                "The new {pin} is too easy to guess: one repeated digit, or digits in a row.",
                pin.arguments
            ),
            text("Nothing was sent to the card. Choose another one.")
        )
    }
    package func lastTry(_ pin: CodeName) -> Sentence {
        Sentence(
            text("Only one try is left for {the_pin}. Nothing was sent to the card.", pin.arguments),
            text("If you are sure of it, use the last try with --last-try; a wrong one blocks it.")
        )
    }
    package func lastPUKTry(_ pin: CodeName) -> Sentence {
        Sentence(
            text("Only one try is left for {the_pin}. Nothing was sent to the card.", pin.arguments),
            text(
                "If you are sure of it, use the last try with --last-puk-try; if it is wrong, the card can never be unblocked again."
            )
        )
    }
    package var untestedForm: Sentence {
        Sentence(
            text("It is not known how this card is unblocked. Nothing was sent to it."),
            text("To try the usual way, at the risk of one try, use --untested.")
        )
    }
    package func blockedOrNeverSet(_ pin: CodeName) -> Sentence {
        Sentence(
            text("{the_pin} is blocked, or has never been set.", pin.arguments),
            text("The card does not tell which. Contact your service desk.")
        )
    }
    package var untestedCodeForm: Sentence {
        Sentence(
            text("It is not known in which form this card takes its codes. Nothing was sent to it."),
            text("To try the usual form, at the risk of one try, use --untested.")
        )
    }
    package func whichUnblockingCode(_ codes: String) -> Sentence {
        Sentence(
            text("Several codes can unblock this PIN."),
            text("Name one of these with --with: {codes}", ["codes": codes])
        )
    }
    package func noSuchUnblockingCode(_ name: String, _ codes: String) -> Sentence {
        Sentence(
            text("Nothing called “{name}” unblocks this PIN.", ["name": name]),
            text("Name one of these with --with: {codes}", ["codes": codes])
        )
    }
    package func responseFormat(digits: Int) -> Sentence {
        refused(
            text(
                "The response must have exactly {count} hexadecimal digits (0 to 9, A to F).",
                ["count": "\(digits)"]
            )
        )
    }
    package func whichPIN(_ pins: String) -> Sentence {
        Sentence(
            text("It cannot be told which PIN is meant."),
            text("Name one of these with --pin: {pins}", ["pins": pins])
        )
    }
    package func noSuchPIN(_ name: String, _ pins: String) -> Sentence {
        Sentence(
            text("This card has no code “{name}”.", ["name": name]),
            text("Name one of these with --pin: {pins}", ["pins": pins])
        )
    }
    package var notACommand: Sentence {
        Sentence(
            text("That is no command: at least four bytes in hexadecimal are needed."),
            text("Example: kortvakt apdu 00A4040C")
        )
    }
    package var codeInTheClear: Sentence {
        Sentence(
            text("A code must not stand in a command. Nothing was sent to the card."),
            text(
                "Write the four bytes of the header and then {pin}, {puk} or {new}, for example: 00200081{pin}"
            )
        )
    }
    package var selectBeforeCode: Sentence {
        Sentence(
            text("A SELECT must not stand before a command with a code. Nothing was sent to the card."),
            text("Leave it out: the card’s own application is selected first.")
        )
    }
    package var applicationWithoutCode: Sentence {
        Sentence(
            text(
                "--application chooses where a code goes, and none of these commands has one. Nothing was sent to the card."
            ),
            text("Leave it out, or begin with the SELECT command of that application.")
        )
    }
    package var noTerminal: Sentence {
        Sentence(
            text("There is no terminal to ask for the code."),
            text("Run this in a terminal, or give the codes line by line with --stdin.")
        )
    }
    package var cancelled: Sentence {
        Sentence(text("Cancelled. No code was sent to the card."), text("Start again when you are ready."))
    }
    package func cannotWrite(_ file: String, _ reason: String) -> Sentence {
        Sentence(
            text("The file {file} cannot be written: {reason}.", ["file": file, "reason": reason]),
            text("Choose another file.")
        )
    }

    package func resultLost(_ reason: String) -> Sentence {
        Sentence(
            text("The result could not be written: {reason}.", ["reason": reason]),
            text("Look at where the output goes, and try again.")
        )
    }

    private func refused(_ what: String) -> Sentence {
        Sentence(what, text("No try was spent. Try again."))
    }
}
