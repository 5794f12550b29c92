import Testing

@testable import Texts

@Suite("T19: text of others on the terminal")
struct PrintableTests {
    @Test(
        "what could steer a terminal or hide is spelled out",
        arguments: [
            ("Anna Åkesson", "Anna Åkesson"),
            ("e\u{301}", "e\u{301}"),
            ("\u{1B}[2J", "\\u{1B}[2J"),
            ("a\nb\r\tc", "a\\u{A}b\\u{D}\\u{9}c"),
            ("a\0b", "a\\u{0}b"),
            ("\u{7F}\u{9B}31m", "\\u{7F}\\u{9B}31m"),
            ("\u{202E}txt", "\\u{202E}txt"),
            (
                "\u{202A}\u{2066}\u{2069}\u{200E}\u{200F}\u{61C}",
                "\\u{202A}\\u{2066}\\u{2069}\\u{200E}\\u{200F}\\u{61C}"
            ),
            ("\u{2028}\u{2029}", "\\u{2028}\\u{2029}"),
            ("\u{200B}\u{FEFF}\u{AD}\u{3164}", "\\u{200B}\\u{FEFF}\\u{AD}\\u{3164}"),
            ("\u{FFFF}\u{10FFFF}\u{E000}\u{378}", "\\u{FFFF}\\u{10FFFF}\\u{E000}\\u{378}"),
            ("\u{E0041}", "\\u{E0041}"),
            ("a\u{301}\u{301}\u{301}\u{301}\u{301}", "a\u{301}\u{301}\u{301}\u{301}\\u{301}"),
            ("", ""),
        ]
    )
    func escaped(text: String, expected: String) {
        #expect(Array(Texts.printable(text).unicodeScalars) == Array(expected.unicodeScalars))
    }

    @Test("every code point comes out as something that only prints")
    func everyCodePoint() {
        for value in UInt32(0)...0x10FFFF {
            guard let scalar = Unicode.Scalar(value) else { continue }
            let shown = Texts.printable(String(scalar)).unicodeScalars
            let isHarmless = shown.allSatisfy { scalar in
                switch scalar.properties.generalCategory {
                case .control, .format, .lineSeparator, .paragraphSeparator, .privateUse, .unassigned: false
                default: true
                }
            }
            if !isHarmless || shown.isEmpty {
                Issue.record("U+\(String(value, radix: 16)) comes out as it is")
            }
        }
    }

    @Test("long text ends in an ellipsis at the limit", arguments: [0, 1, 2, 199, 200, 201, 70_000])
    func length(count: Int) {
        let shown = Texts.printable(String(repeating: "x", count: count))
        #expect(shown.count == min(count, 200))
        #expect(shown.hasSuffix("…") == (count > 200))
        #expect(Texts.printable(String(repeating: "\u{1B}", count: count)).count <= 200)
        #expect(Texts.printable(String(repeating: "\u{301}", count: count)).unicodeScalars.count <= 200)
        #expect(Texts.printable("abc", limit: 0) == "…")
        #expect(Texts.printable("abc", limit: 2) == "a…")
        #expect(Texts.printable("abc", limit: 3) == "abc")
    }

    @Test(
        "placeholders are filled once, printable, and unknown ones stay",
        arguments: [
            ("{a} and {b}", "A and {a}"),
            ("{a}{a}", "AA"),
            ("{c}", "{c}"),
            ("{", "{"),
            ("}{", "}{"),
            ("{{a}}", "{A}"),
            ("{a", "{a"),
            ("{}", "{}"),
            ("{\u{301}a}", "{\u{301}a}"),
            ("{e}", "\\u{1B}c"),
            ("%s %n {a}", "%s %n A"),
        ]
    )
    func placeholders(template: String, expected: String) {
        #expect(Texts.fill(template, ["a": "A", "b": "{a}", "e": "\u{1B}c"]) == expected)
    }
}
