import Glibc
import Testing

@testable import Configuration

@Suite("a configuration file that is refused")
struct RefusalTests {
    struct Case: Sendable, CustomTestStringConvertible {
        let text: String
        var group: String?
        var key: String?
        let reason: ConfigurationError.Reason
        var testDescription: String { text.debugDescription }
    }

    @Test(
        "names its file, group, key and reason",
        arguments: [
            Case(text: "[Locks]\n", group: "Locks", reason: .unknownGroup),
            Case(text: "[PINPolicy x]\n", group: "PINPolicy x", reason: .unknownGroup),
            Case(text: "[Advice Reserv kort]\n", group: "Advice Reserv kort", reason: .unknownGroup),
            Case(text: "[Advice ]\n", group: "Advice ", reason: .unknownGroup),
            Case(text: "[advice]\n", group: "advice", reason: .unknownGroup),
            Case(text: "[Advice]\nText=a\n[PINPolicy]\n[Advice]\n", group: "Advice", reason: .doubledGroup),
            Case(text: "[Advice]\nText=a\nText=b\n", group: "Advice", key: "Text", reason: .doubledKey),
            Case(
                text: "[Advice]\nText[sv]=a\n Text[sv] =b\n",
                group: "Advice",
                key: "Text[sv]",
                reason: .doubledKey
            ),
            Case(text: "[Advice]\nTexts=a\n", group: "Advice", key: "Texts", reason: .unknownKey),
            Case(text: "[Advice]\nText[fi]=a\n", group: "Advice", key: "Text[fi]", reason: .unknownKey),
            Case(
                text: "[PINPolicy]\nAllowTrivial[sv]=true\n",
                group: "PINPolicy",
                key: "AllowTrivial[sv]",
                reason: .unknownKey
            ),
            Case(
                text: "[PINPolicy]\nAllowTrivial=yes\n",
                group: "PINPolicy",
                key: "AllowTrivial",
                reason: .wrongValue(expected: .boolean)
            ),
            Case(
                text: "[Advice]\nText=\n",
                group: "Advice",
                key: "Text",
                reason: .wrongValue(expected: .text)
            ),
            Case(
                text: "[Advice]\nText=a\\nb\n",
                group: "Advice",
                key: "Text",
                reason: .wrongValue(expected: .text)
            ),
            Case(
                text: "[Advice]\nText=a\\qb\n",
                group: "Advice",
                key: "Text",
                reason: .wrongValue(expected: .text)
            ),
            Case(
                text: "[Advice]\nText=\u{1B}[2J\n",
                group: "Advice",
                key: "Text",
                reason: .wrongValue(expected: .text)
            ),
            Case(
                text: "[Advice]\nText=" + String(repeating: "x", count: 2001),
                group: "Advice",
                key: "Text",
                reason: .wrongValue(expected: .text)
            ),
            Case(text: "\n# c\nnonsense\n", reason: .syntax(line: 3)),
            Case(text: "Text=a\n", reason: .syntax(line: 1)),
            Case(text: "[Advice\nText=a\n", reason: .syntax(line: 1)),
            Case(text: "[Advice]]\n", reason: .syntax(line: 1)),
            Case(text: "[]\n", reason: .syntax(line: 1)),
            Case(text: "[Advice]\n=a\n", reason: .syntax(line: 2)),
            Case(text: "[Advice]\nText=a\0b\n", reason: .notText),
            Case(text: String(repeating: "#\n", count: 600_000), reason: .tooLarge(limit: 1 << 20)),
        ]
    )
    func refused(_ wrong: Case) throws {
        let sandbox = try Sandbox()
        let file = try sandbox.write(wrong.text, to: "etc/kortvakt.conf.d/site.conf")
        let expected = ConfigurationError(
            file: file,
            group: wrong.group,
            key: wrong.key,
            reason: wrong.reason
        )
        #expect(sandbox.refusal() == expected)
    }

    @Test("is one that is not UTF-8")
    func notUTF8() throws {
        let sandbox = try Sandbox()
        try sandbox.write(Array("[Advice]\nText=".utf8) + [0xE5, 0x0A], to: "etc/kortvakt.conf")
        #expect(sandbox.refusal()?.reason == .notText)
    }

    @Test("T16: is one that others may write to", arguments: [0o664, 0o646, 0o666] as [mode_t])
    func wrongMode(mode: mode_t) throws {
        let sandbox = try Sandbox()
        try sandbox.write("[PINPolicy]\nAllowTrivial=true\n", to: "etc/kortvakt.conf", mode: mode)
        #expect(sandbox.refusal()?.reason == .wrongMode(mode: mode))
    }

    @Test("T16: is a folder of drop-ins that others may write to")
    func wrongFolderMode() throws {
        let sandbox = try Sandbox()
        unsafe chmod("\(sandbox.etc)/kortvakt.conf.d", 0o777)
        #expect(sandbox.refusal()?.reason == .wrongMode(mode: 0o777))
    }

    @Test("T16: is one that belongs to somebody else", .enabled(if: geteuid() == 0))
    func wrongOwner() throws {
        let sandbox = try Sandbox()
        let file = try sandbox.write("[PINPolicy]\n", to: "etc/kortvakt.conf")
        #expect(unsafe chown(file, 12345, 0) == 0)
        #expect(sandbox.refusal() == ConfigurationError(file: file, reason: .wrongOwner(userID: 12345)))
    }

    @Test("T16: is a pipe, a folder or a device in a file's place, without waiting for it")
    func notAFile() throws {
        let sandbox = try Sandbox()
        let file = "\(sandbox.etc)/kortvakt.conf"
        #expect(unsafe mkfifo(file, 0o644) == 0)
        #expect(sandbox.refusal() == ConfigurationError(file: file, reason: .notAFile))
        unsafe unlink(file)
        #expect(unsafe mkdir(file, 0o755) == 0)
        #expect(sandbox.refusal() == ConfigurationError(file: file, reason: .notAFile))
        unsafe rmdir(file)
        #expect(unsafe symlink("/dev/zero", file) == 0)
        #expect(sandbox.refusal() == ConfigurationError(file: file, reason: .notAFile))
    }

    @Test("T16: leaves nothing of what earlier files said, and the parts load apart")
    func partsLoadApart() throws {
        let sandbox = try Sandbox()
        try sandbox.write("[Advice]\nText=a\nText=b\n", to: "etc/kortvakt.conf")
        try sandbox.write("[Card a]\nATR=3B 00\nName=a\nSource=s\n", to: "share/cards.d/cards.conf")
        #expect(sandbox.refusal()?.reason == .doubledKey)
        #expect(try CardProducts(etc: sandbox.etc, share: sandbox.share).all.count == 1)
    }

    @Test("T16: no file of arbitrary bytes does worse than being refused")
    func arbitraryBytes() throws {
        var generator = SplitMix(state: 16)
        let pieces = [
            "[", "]", "=", "\n", "Advice", " ", "Text", "[sv]", "\\", "#", "a", "\r", "Card ", "ATR", "3B",
            "ü",
        ]
        for _ in 0..<5000 {
            let count = Int.random(in: 0..<24, using: &generator)
            let text = (0..<count).map { _ in pieces.randomElement(using: &generator) ?? "" }.joined()
            var sections = Sections()
            do {
                try sections.merge(text, file: "f", schema: .settings)
            } catch {
                #expect(error.file == "f")
            }
        }
    }
}

/// A generator that gives the same numbers in every run.
private struct SplitMix: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}
