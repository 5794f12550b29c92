/// What `watch` says; names from outside stand at the end of a line, so that none can pass for something else.
extension Texts {
    package var helpWatch: String {
        text("Show what happens to readers, cards and locks as it happens, until Ctrl-C.")
    }
    package var helpWatchReader: String {
        text("Only readers of this name, of a part of it, or with this number as shown by status.")
    }
    package func nobodyCalled(_ name: String) -> String {
        text("No reader is called “{name}” so far; waiting for one.", ["name": name])
    }

    // MARK: The card service

    package var serviceReady: String { text("The card service (pcscd) is ready.") }
    package var serviceReadyWithoutReaders: String {
        text("The card service (pcscd) is ready. There is no card reader.")
    }
    package var serviceGone: String {
        text("The card service (pcscd) is gone. What is in the readers is not known until it is back.")
    }

    // MARK: Readers

    package func readerEmpty(_ reader: String) -> String {
        text("Reader without a card: {reader}", ["reader": reader])
    }
    package func readerOccupied(_ reader: String, product: String?) -> String {
        if let product {
            text("Reader with a card, {product}: {reader}", ["product": product, "reader": reader])
        } else {
            text("Reader with a card: {reader}", ["reader": reader])
        }
    }
    package func readerWithMuteCard(_ reader: String) -> String {
        text("Reader with a card that does not answer: {reader}", ["reader": reader])
    }
    package func readerBroken(_ reader: String) -> String {
        text("Reader that does not work: {reader}", ["reader": reader])
    }
    package func readerAdded(_ reader: String) -> String {
        text("Reader plugged in: {reader}", ["reader": reader])
    }
    package func readerRemoved(_ reader: String) -> String {
        text("Reader unplugged: {reader}", ["reader": reader])
    }
    package func readerFailed(_ reader: String) -> String {
        text("Reader does not work any more: {reader}", ["reader": reader])
    }
    package func readerRecovered(_ reader: String) -> String {
        text("Reader works again: {reader}", ["reader": reader])
    }

    // MARK: Cards

    package func cardInserted(_ reader: String, product: String?) -> String {
        if let product {
            text("Card inserted, {product}: {reader}", ["product": product, "reader": reader])
        } else {
            text("Card inserted: {reader}", ["reader": reader])
        }
    }
    package func muteCardInserted(_ reader: String) -> String {
        text("Card inserted, it does not answer: {reader}", ["reader": reader])
    }
    package func cardChanged(_ reader: String) -> String {
        text("Card answers in another way now: {reader}", ["reader": reader])
    }
    package func cardFellSilent(_ reader: String) -> String {
        text("Card does not answer any more: {reader}", ["reader": reader])
    }
    package func cardRemovedFrom(_ reader: String) -> String {
        text("Card removed: {reader}", ["reader": reader])
    }

    // MARK: Sessions

    package func sessionBegan(_ session: String) -> String {
        text("Session {session} began.", ["session": session])
    }
    package func sessionEnded(_ session: String) -> String {
        text("Session {session} ended.", ["session": session])
    }
    package func sessionUnlocked(_ session: String) -> String {
        text("Session {session} is open again.", ["session": session])
    }
    package func guardBegan(_ session: String, _ reader: String) -> String {
        text(
            "Session {session} is now guarded by the card in: {reader}",
            ["session": session, "reader": reader]
        )
    }
    package func guardEnded(_ session: String, _ reader: String) -> String {
        text(
            "Session {session} is no longer guarded by the card in: {reader}",
            ["session": session, "reader": reader]
        )
    }
    package func sessionLocked(_ session: String, _ reason: String, reader: String?) -> String {
        if let reader {
            text(
                "Session {session} is locked, {reason}: {reader}",
                ["session": session, "reason": reason, "reader": reader]
            )
        } else {
            text("Session {session} is locked, {reason}", ["session": session, "reason": reason])
        }
    }
    package func lockFailed(_ session: String, _ reason: String) -> String {
        text(
            "Session {session} could not be locked, {reason}",
            ["session": session, "reason": reason]
        )
    }
}
