import Presence
import Testing

struct StateTextTests {
    private let guards = [
        SavedGuard(
            session: SessionID("c2"),
            reader: ReaderName(bytes: [0xFF, 0x0A, 0x20, 0x00]),
            counter: 65_535,
            identity: CardIdentity(hash: "a b\nend")
        ),
        SavedGuard(session: SessionID("14"), reader: ReaderName("Reader 00"), counter: nil, identity: nil),
    ]

    private func read(_ text: String) -> RestoredState { StateText.state(from: Array(text.utf8)) }

    @Test func whatIsWrittenIsRead() {
        #expect(read(StateText.text(of: guards)) == .guards(guards))
        #expect(read(StateText.text(of: [])) == .none)
    }

    @Test func textThatIsCutOffIsUnreadable() {
        let text = Array(StateText.text(of: guards).utf8)
        for count in 0..<text.count {
            #expect(StateText.state(from: Array(text.prefix(count))) == .unreadable)
        }
    }

    @Test func everyChangedByteIsSeenOrChangesOnlyAValue() {
        let text = Array(StateText.text(of: guards).utf8)
        for index in text.indices {
            var changed = text
            changed[index] ^= 0x10
            #expect(StateText.state(from: changed) != .guards(guards))
        }
    }

    @Test(arguments: [
        "", "\n", "kortvakt guards 1\nend", "kortvakt guards 2\nend\n", "kortvakt guards 1\nend\n\n",
        "kortvakt guards 1\nend\nend\n", "kortvakt guards 1\n6332 52 1\nend\n",
        "kortvakt guards 1\n6332 52 1 - -\nend\n", "kortvakt guards 1\n6332 52 65536 -\nend\n",
        "kortvakt guards 1\n6332 52 -1 -\nend\n", "kortvakt guards 1\n633 52 1 -\nend\n",
        "kortvakt guards 1\n633G 52 1 -\nend\n", "kortvakt guards 1\n- 52 1 -\nend\n",
        "kortvakt guards 1\nFF 52 1 -\nend\n", "kortvakt guards 1\nff 52 1 -\nend\n",
        "kortvakt guards 1\n6332  1 -\nend\n",
    ])
    func everythingElseIsUnreadable(_ text: String) {
        #expect(read(text) == .unreadable)
    }

    @Test func textOfAnySizeIsRefusedWithoutReadingIt() {
        let text = "kortvakt guards 1\n" + String(repeating: "6332 52 1 -\n", count: 400_000) + "end\n"
        #expect(text.utf8.count > StateText.maximumSize && read(text) == .unreadable)
    }
}
