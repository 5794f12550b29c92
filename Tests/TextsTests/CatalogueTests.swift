import FoundationEssentials
import Testing

@Suite("the translations")
struct CatalogueTests {
    @Test("are complete, not fuzzy, keep every placeholder, and say what the sources say")
    func complete() {
        let result = run("'\(sourceTree)/Tests/tools/translations' check")
        #expect(result.succeeded, "\(result.output)")
    }

    @Test(
        "do not pass with",
        arguments: [
            ("a sentence left out", "msgid \"Blocked: {pin}.\"\nmsgstr \"L {pin}.\"", "", "not defined"),
            ("an empty translation", "msgstr \"L {pin}.\"", "msgstr \"\"", "untranslated"),
            ("a fuzzy one", "#, python-brace-format", "#, fuzzy, python-brace-format", "reviewed"),
            ("a placeholder forgotten", "msgstr \"L {pin}.\"", "msgstr \"L.\"", "'pin'"),
            ("a placeholder invented", "msgstr \"L {pin}.\"", "msgstr \"L {pin} {x}.\"", "'x'"),
        ]
    )
    func damaged(name: String, old: String, new: String, complaint: String) throws {
        let root = FileManager.default.temporaryDirectory.appendingPathComponent(
            "kortvakt-\(UUID().uuidString)"
        ).path
        defer { try? FileManager.default.removeItem(atPath: root) }
        for folder in ["Sources/Texts/po", "Sources/kortvakt"] {
            try FileManager.default.createDirectory(
                atPath: "\(root)/\(folder)",
                withIntermediateDirectories: true
            )
        }
        func write(_ text: String, to path: String) throws {
            try Data(text.utf8).write(to: URL(fileURLWithPath: "\(root)/Sources/\(path)"))
        }
        let tool = "'\(sourceTree)/Tests/tools/translations'"
        try write("func a() { text(\"Blocked: {pin}.\", [\"pin\": pin]) }\n", to: "Texts/A.swift")
        #expect(run("\(tool) update '\(root)'").succeeded)
        for language in ["sv", "nb", "nn"] {
            let path = "\(root)/Sources/Texts/po/\(language).po"
            let empty = try String(decoding: Data(contentsOf: URL(fileURLWithPath: path)), as: UTF8.self)
            let parts = empty.components(separatedBy: "msgid \"Blocked: {pin}.\"\nmsgstr \"\"")
            try write(
                parts.joined(separator: "msgid \"Blocked: {pin}.\"\nmsgstr \"L {pin}.\""),
                to: "Texts/po/\(language).po"
            )
        }
        let good = run("\(tool) check '\(root)'")
        #expect(good.succeeded, "\(good.output)")

        let path = "\(root)/Sources/Texts/po/nn.po"
        let text = try String(decoding: Data(contentsOf: URL(fileURLWithPath: path)), as: UTF8.self)
        try write(text.components(separatedBy: old).joined(separator: new), to: "Texts/po/nn.po")
        let bad = run("\(tool) check '\(root)'")
        #expect(!bad.succeeded)
        #expect(bad.output.contains(complaint), "\(bad.output)")
    }

    @Test("do not pass when a source says something new, or cannot be translated")
    func newSentence() throws {
        let root = FileManager.default.temporaryDirectory.appendingPathComponent(
            "kortvakt-\(UUID().uuidString)"
        ).path
        defer { try? FileManager.default.removeItem(atPath: root) }
        for folder in ["Sources/Texts/po", "Sources/kortvakt"] {
            try FileManager.default.createDirectory(
                atPath: "\(root)/\(folder)",
                withIntermediateDirectories: true
            )
        }
        let tool = "'\(sourceTree)/Tests/tools/translations'"
        #expect(run("\(tool) update '\(root)' && \(tool) check '\(root)'").succeeded)
        let source = URL(fileURLWithPath: "\(root)/Sources/kortvakt/A.swift")
        try Data("let a = texts.text(\"New.\")\n".utf8).write(to: source)
        #expect(run("\(tool) check '\(root)'").output.contains("make po"))
        try Data("let a = texts.text(\"New \\(1).\")\n".utf8).write(to: source)
        #expect(run("\(tool) check '\(root)'").output.contains("A.swift:1: an interpolation"))
    }
}
