import FoundationEssentials
import Testing

@testable import Configuration

@Suite("kortvakt.conf")
struct SiteSettingsTests {
    @Test("without any file the defaults hold")
    func defaults() throws {
        let settings = try SiteSettings(etc: "/nonexistent/kortvakt")
        #expect(settings == SiteSettings())
        #expect(!settings.pinPolicy.allowsTrivial)
        #expect(settings.advice(kind: "reservkort", language: "sv") == nil)
    }

    @Test("a drop-in replaces single keys, and the drop-in sorted last has the last word")
    func dropIns() throws {
        let sandbox = try Sandbox()
        try sandbox.write(
            "[PINPolicy]\nAllowTrivial=false\n[Advice]\nText=a\nContact=b\n",
            to: "etc/kortvakt.conf"
        )
        try sandbox.write("[PINPolicy]\nAllowTrivial=false\n", to: "etc/kortvakt.conf.d/20-last.conf")
        try sandbox.write("[PINPolicy]\nAllowTrivial=true\n", to: "etc/kortvakt.conf.d/10-first.conf")
        #expect(try !sandbox.load().settings.pinPolicy.allowsTrivial)
        try sandbox.write("[PINPolicy]\nAllowTrivial=true\n", to: "etc/kortvakt.conf.d/30.conf")
        try sandbox.write("[Advice]\nText=c\n", to: "etc/kortvakt.conf.d/31.conf")
        let settings = try sandbox.load().settings
        #expect(settings.pinPolicy.allowsTrivial)
        #expect(settings.advice(kind: nil, language: "en") == Advice(text: "c", contact: "b"))
    }

    @Test("how early the end of a certificate is said")
    func expiry() throws {
        let sandbox = try Sandbox()
        let defaults = SiteSettings().expiryPolicy
        #expect(defaults.warnDays == 60 && defaults.warnDaysReservkort == 7)
        try sandbox.write("[Certificates]\nWarnDays=0\nWarnDaysReservkort=3650\n", to: "etc/kortvakt.conf")
        let policy = try sandbox.load().settings.expiryPolicy
        #expect(policy.warnDays == 0 && policy.warnDaysReservkort == 3650)
        for value in ["-1", "+1", "3651", "", "ten", "99999999999999999999", "1.5"] {
            try sandbox.write("[Certificates]\nWarnDays=\(value)\n", to: "etc/kortvakt.conf")
            #expect(sandbox.refusal() != nil, "\(value)")
        }
    }

    @Test("files that do not end in .conf, and hidden ones, are not read")
    func otherFiles() throws {
        let sandbox = try Sandbox()
        try sandbox.write("nonsense", to: "etc/kortvakt.conf.d/a.conf~")
        try sandbox.write("nonsense", to: "etc/kortvakt.conf.d/.a.conf")
        #expect(sandbox.refusal() == nil)
    }

    @Test(
        "advice is the kind's in the language, then the kind's, then the general one",
        arguments: [
            ("reservkort", "sv", "kind sv", "kind contact"),
            ("reservkort", "en", "kind", "kind contact"),
            ("siths", "sv", "general sv", "general contact"),
            ("siths", "nn", "general nb", "general contact"),
            (nil, "nb", "general nb", "general contact"),
            (nil, "en", "general", "general contact"),
        ] as [(String?, String, String, String)]
    )
    func advice(kind: String?, language: String, text: String, contact: String) throws {
        let sandbox = try Sandbox()
        try sandbox.write(
            """
            [Advice]
            Text=general
            Text[sv]=general sv
            Text[nb]=general nb
            Contact=general contact
            [Advice reservkort]
            Text=kind
            Text[sv]=kind sv
            Contact=kind contact
            """,
            to: "etc/kortvakt.conf"
        )
        let advice = try sandbox.load().settings.advice(kind: kind, language: language)
        #expect(advice == Advice(text: text, contact: contact))
    }

    @Test("a kind that says only whom to ask takes the text of the general advice")
    func fieldsFallBackApart() throws {
        let sandbox = try Sandbox()
        try sandbox.write("[Advice]\nText=t\nContact=c\n[Advice hp]\nContact=d\n", to: "etc/kortvakt.conf")
        #expect(
            try sandbox.load().settings.advice(kind: "hp", language: "nb") == Advice(text: "t", contact: "d")
        )
    }

    @Test("values with ; # = and åäö arrive whole")
    func punctuation() throws {
        let sandbox = try Sandbox()
        try sandbox.write(
            "[Advice]\nText=Ring växeln; be om \"IT\" # inte 1=2, åäö\r\n",
            to: "etc/kortvakt.conf"
        )
        #expect(
            try sandbox.load().settings.advice(kind: nil, language: "sv")?.text
                == "Ring växeln; be om \"IT\" # inte 1=2, åäö"
        )
    }

    @Test("the example file loads with every line made active, and documents every group and key")
    func example() throws {
        let url = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
            .appendingPathComponent("../../Sources/Configuration/kortvakt.conf.example")
        let example = try String(decoding: Data(contentsOf: url), as: UTF8.self)
        let sandbox = try Sandbox()
        try sandbox.write(example, to: "etc/kortvakt.conf")
        #expect(try sandbox.load().settings == SiteSettings())

        let lines = example.split(separator: "\n").map { line in
            line.hasPrefix("#") && !line.hasPrefix("# ") && line != "#" ? line.dropFirst() : line
        }
        try sandbox.write(lines.joined(separator: "\n"), to: "etc/kortvakt.conf")
        let settings = try sandbox.load().settings
        #expect(settings.advice(kind: nil, language: "nn")?.text?.contains("brukarstøtta") == true)
        for group in Schema.settings.groups {
            #expect(lines.contains("[\(group.name)]"))
            for key in group.keys {
                #expect(lines.contains { $0.hasPrefix("\(key.name)=") })
                for language in Schema.languages where key.isTranslated && language != "en" {
                    #expect(lines.contains { $0.hasPrefix("\(key.name)[\(language)]=") })
                }
            }
        }
    }
}
