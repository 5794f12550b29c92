/// What is said while a code is asked for.
extension Texts {
    package func enter(_ pin: CodeName, _ state: String) -> String {
        text("{pin}, {state}: ", pin.arguments.merging(["state": state]) { $1 }).startingUpperCase
    }
    package func enterNew(_ pin: CodeName, _ range: String) -> String {
        text("New {pin}, {range}: ", pin.arguments.merging(["range": range]) { $1 })
    }
    package func enterAgain(_ pin: CodeName) -> String { text("New {pin} once more: ", pin.arguments) }

    package var cardHasAnswered: String { text("The card has answered. Kortvakt is finishing; please wait.") }

    package var attemptsNotCounted: String {
        text("This card does not tell how many tries are left; three in all are usual.")
    }
    package var pukAttemptsNotCounted: String {
        text(
            "This card does not tell how many PUK tries are left. Be careful: too many wrong ones and it can never be unblocked again."
        )
    }
    package var responsesNotCounted: String {
        text(
            "This card does not tell how many wrong responses it takes. Be careful: after too many of them it can never be unblocked again."
        )
    }
    package func planUnblock(_ pin: CodeName, _ state: String) -> String {
        text("To be unblocked: {the_pin}, {state}.", pin.arguments.merging(["state": state]) { $1 })
    }
    package func planCode(_ pin: CodeName, _ state: String, _ range: String) -> String {
        text(
            "You need {the_pin}, {range}: {state}.",
            pin.arguments.merging(["range": range, "state": state]) { $1 }
        )
    }
    package var planResponse: String {
        text(
            "Only your service desk can unblock this card: you read a challenge out to them, and they give you the response. Leave the card in the reader meanwhile, and do not use it in other programs."
        )
    }
    package func challenge(_ digits: String) -> String {
        text("Challenge: {challenge}", ["challenge": digits])
    }
    package func enterResponse(digits: Int) -> String {
        text("Response, {count} hexadecimal digits: ", ["count": "\(digits)"])
    }
    package var whichUnblocking: String { text("Which of these codes do you have?") }
    package func planNew(_ pin: CodeName, _ range: String) -> String {
        text("You choose a new {pin}, {range}.", pin.arguments.merging(["range": range]) { $1 })
    }
    package var evidenceTested: String {
        text("The way to unblock this card has been tested on such a card.")
    }
    package var evidenceDocumented: String {
        text("The way to unblock this card is documented, but not tested on such a card.")
    }
    package var evidenceUnknown: String {
        text("The way to unblock this card is not known. The usual way may fail and cost one try.")
    }
    package var askUntested: String { text("Try the usual way?") }
    package var dateWarning: String { text("The new PIN looks like a date. Dates are easy to guess.") }
    package var askUntestedCodeForm: String {
        text(
            "It is not known in which form this card takes its codes. Use the usual form, at the risk of one try?"
        )
    }
    package var askDate: String { text("Use it anyway?") }
    package var askOther: String { text("Unblock it too? You enter the PUK anew.") }
    package var yesNo: String { text("yes/no") }
    /// Words that count as yes, in this language, separated by spaces.
    package var yesWords: String { text("y yes") }
    package var whichBlocked: String { text("Which PIN shall be unblocked?") }
    package var number: String { text("Number: ") }
    package var reading: String { text("Reading the card. Leave it in the reader.") }

    package var cardIsWorking: String {
        text("The card is working. Press Ctrl-C once more to give up waiting for it.")
    }

    package func verified(_ pin: CodeName) -> String {
        text("{the_pin} is right.", pin.arguments).startingUpperCase
    }
    package func changed(_ pin: CodeName) -> String {
        text("{the_pin} has been changed.", pin.arguments).startingUpperCase
    }
    package func unblocked(_ pin: CodeName, _ state: String) -> String {
        text(
            "{the_pin} is unblocked and the new code holds: {state}.",
            pin.arguments.merging(["state": state]) { $1 }
        ).startingUpperCase
    }
    package func pukAfterwards(_ pin: CodeName, _ state: String) -> String {
        text("{the_pin}: {state}.", pin.arguments.merging(["state": state]) { $1 }).startingUpperCase
    }
    package func otherBlocked(_ pin: CodeName) -> String {
        text("{the_pin} is blocked as well.", pin.arguments).startingUpperCase
    }
    package func leftVerified(_ programs: [String]) -> String {
        programs.isEmpty
            ? text("Other programs use the card, so it was not reset. Take it out when you are done.")
            : text(
                "Other programs use the card ({programs}), so it was not reset. Take it out when you are done.",
                ["programs": programs.joined(separator: ", ")]
            )
    }
    package var mayBeVerified: String {
        text("The card could not be reset and may remember the code. Take it out when you are done.")
    }
}
