import Glibc
import Testing

@testable import LoginSessions

struct JournalTests {
    @Test func everyEntryHasAnIdOfItsOwn() {
        let ids = JournalMessage.allCases.map(\.id)
        #expect(Set(ids).count == ids.count)
        for id in ids {
            #expect(id.count == 32 && id.allSatisfy { $0.isHexDigit && !$0.isUppercase })
        }
    }

    @Test func entryTellsWhoAndWhatInFields() {
        let entry = Journal.entry(
            .lockAsked,
            [
                .session("3"), .reader("Reader\nMESSAGE=x \u{1B}[31m"), .reason(.cardRemoved),
                .asked(microseconds: 812),
            ]
        )
        #expect(
            entry == [
                "MESSAGE=A session was asked to lock: session 3, reader 'Reader\u{FFFD}MESSAGE=x \u{FFFD}[31m', "
                    + "card-removed, asked after 812 µs.",
                "MESSAGE_ID=\(JournalMessage.lockAsked.id)",
                "PRIORITY=5",
                "KORTVAKT_SESSION=3",
                "KORTVAKT_READER=Reader\u{FFFD}MESSAGE=x \u{FFFD}[31m",
                "KORTVAKT_REASON=card-removed",
                "KORTVAKT_ASKED_USEC=812",
            ]
        )
    }

    /// libsystemd throws an entry away, and says nothing, where there is no journal.
    @Test(.enabled(if: !hasJournal, "there is a journal here"))
    func withoutJournalEntriesGoToStandardError() async {
        let result = await #expect(processExitsWith: .success, observing: [\.standardErrorContent]) {
            Journal().write(.started, [.version("1.2.3")])
            exit(0)
        }
        let said = result.map { String(decoding: $0.standardErrorContent, as: UTF8.self) } ?? ""
        #expect(said.contains("kortvaktd has started: version 1.2.3.\n"))
    }
}

private let hasJournal = unsafe access("/run/systemd/journal/socket", F_OK) == 0
