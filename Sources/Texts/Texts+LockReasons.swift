/// Why a session was locked or not, as the end of a line.
extension Texts {
    package var becauseCardRemoved: String { text("card removed") }
    package var becauseReaderUnplugged: String { text("reader unplugged") }
    package var becauseCardMoved: String { text("card out for a moment") }
    package var becauseCardExchanged: String { text("another card inserted") }
    package var becauseServiceLost: String { text("card service gone") }
    package var becauseGoneAfterSleep: String { text("card gone after sleep") }
    package var becauseGoneAfterRestart: String { text("card gone while the lock service was away") }
    package var becauseNoCard: String { text("no card for too long") }
    package var becauseSleep: String { text("the computer went to sleep") }
    package var becauseStateUnreadable: String { text("what guarded it before is not known") }
    package var becauseRequest: String { text("somebody asked for it") }
    package var becauseLogindRestarted: String { text("the login service was restarted") }
    package var becauseOther: String { text("a reason that this version does not know") }

    package var notConfirmed: String { text("nothing says that it is locked") }
    package var systemDenies: String { text("the system does not permit it") }
    package var systemFailed: String { text("the system did not do it") }
}
