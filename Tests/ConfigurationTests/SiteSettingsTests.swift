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

    @Test("how long revocation information without nextUpdate counts")
    func revocationMaxAge() throws {
        let sandbox = try Sandbox()
        #expect(SiteSettings().revocationMaxAgeHours == 24)
        try sandbox.write("[Certificates]\nWarnDays=0\n", to: "etc/kortvakt.conf")
        #expect(try sandbox.load().settings.revocationMaxAgeHours == 24)
        for hours in [0, 1, 8760] {
            try sandbox.write("[Certificates]\nRevocationMaxAgeHours=\(hours)\n", to: "etc/kortvakt.conf")
            #expect(try sandbox.load().settings.revocationMaxAgeHours == hours)
        }
        for value in ["-1", "8761", "", "24h", "0x18", "1.5"] {
            try sandbox.write("[Certificates]\nRevocationMaxAgeHours=\(value)\n", to: "etc/kortvakt.conf")
            #expect(sandbox.refusal()?.key == "RevocationMaxAgeHours", "\(value)")
        }
    }

    @Test("what is not said about locking has its default")
    func lockDefaults() throws {
        let sandbox = try Sandbox()
        try sandbox.write("[Lock]\nGraceSec=3\n", to: "etc/kortvakt.conf")
        var expected = LockSettings()
        #expect(expected.ignoredReaders == ["Virtual PCD*"] && expected.confirmSeconds == 5)
        expected.graceSeconds = 3
        #expect(try sandbox.load().settings.lock == expected)
    }

    @Test("everything about locking can be said")
    func lock() throws {
        let sandbox = try Sandbox()
        try sandbox.write(
            """
            [Lock]
            Bind=owner
            Owners=/etc/kortvakt/whose
            Revocation=online
            Action=terminate
            Escalate=terminate
            GraceSec=1
            ServicePatienceSec=2
            ConfirmSec=3
            RequireCardSec=86400
            LockOnSleep=false
            IgnoreReaders=
            Cards=pkcs15;Produkt åäö;
            [Reader "OMNIKEY *"]
            Seat=seat1
            [Reader Other ?]
            Seat=seat-usb-2

            """,
            to: "etc/kortvakt.conf"
        )
        let lock = try sandbox.load().settings.lock
        #expect((lock.bind, lock.action, lock.escalation) == (.owner, .terminate, .terminate))
        #expect(lock.owners == "/etc/kortvakt/whose" && !lock.locksOnSleep && lock.revocation == .online)
        #expect((lock.graceSeconds, lock.servicePatienceSeconds, lock.confirmSeconds) == (1, 2, 3))
        #expect(lock.requireCardSeconds == 86_400 && lock.ignoredReaders.isEmpty)
        #expect(lock.cards == ["pkcs15", "Produkt åäö"])
        let seats = lock.readerSeats.map { [$0.pattern, $0.seat] }
        #expect(seats == [["OMNIKEY *", "seat1"], ["Other ?", "seat-usb-2"]])
    }

    @Test(
        "a wrong word about locking refuses the file",
        arguments: [
            "Bind=absent", "Action=Lock", "Escalate=lock", "GraceSec=-1", "GraceSec=86401", "GraceSec=1s",
            "LockOnSleep=yes", "Owners=owners", "Cards=a;;b", "Lock=1", "Revocation=on",
            "IgnoreReaders=" + String(repeating: "å", count: 101),
        ]
    )
    func wrongLock(line: String) throws {
        let sandbox = try Sandbox()
        try sandbox.write("[Lock]\n\(line)\n", to: "etc/kortvakt.conf")
        #expect(sandbox.refusal()?.group == "Lock")
    }

    @Test(
        "a reader without a seat, or with none that there can be",
        arguments: ["", "Seat=", "Seat=desk", "Seat=seat"]
    )
    func wrongSeat(line: String) throws {
        let sandbox = try Sandbox()
        try sandbox.write("[Reader x]\n\(line)\n", to: "etc/kortvakt.conf")
        #expect(sandbox.refusal() != nil)
    }

    @Test(
        "a pattern that fits no reader",
        arguments: [
            "\"\"", String(repeating: "x", count: 201), "\"" + String(repeating: "å", count: 101) + "\"",
        ]
    )
    func wrongPattern(_ pattern: String) throws {
        let sandbox = try Sandbox()
        try sandbox.write("[Reader \(pattern)]\nSeat=seat1\n", to: "etc/kortvakt.conf")
        #expect(sandbox.refusal()?.reason == .unknownGroup)
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
            #expect(lines.contains { $0 == "[\(group.name)]" || $0.hasPrefix("[\(group.name) ") })
            for key in group.keys {
                #expect(lines.contains { $0.hasPrefix("\(key.name)=") })
                for language in Schema.languages where key.isTranslated && language != "en" {
                    #expect(lines.contains { $0.hasPrefix("\(key.name)[\(language)]=") })
                }
            }
        }
    }
}
