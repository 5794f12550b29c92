import FoundationEssentials
import Glibc
import Testing

@testable import Texts

/// Catalogues of a few sentences of its own, made by msgfmt, that go away with the test.
private final class Catalogues: Sendable {
    let path: String

    init() throws {
        path =
            FileManager.default.temporaryDirectory.appendingPathComponent("kortvakt-\(UUID().uuidString)")
            .path
        let sentences: [(Language, String, String, String)] = [
            (
                .sv, "Kortet {name} är låst.", "{count} försök kvar ({name})",
                "{count} försök kvar ({name}), flera"
            ),
            (
                .nb, "Kortet {name} er sperret.", "{count} forsøk igjen ({name})",
                "{count} forsøk igjen ({name}), flere"
            ),
            (
                .nn, "Kortet {name} er sperra.", "{count} forsøk att ({name})",
                "{count} forsøk att ({name}), fleire"
            ),
        ]
        for (language, locked, one, many) in sentences {
            let folder = "\(path)/\(language.rawValue)/LC_MESSAGES"
            try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
            let catalogue = """
                msgid ""
                msgstr "Content-Type: text/plain; charset=UTF-8\\nPlural-Forms: nplurals=2; plural=(n != 1);\\n"
                msgid "The card {name} is blocked."
                msgstr "\(locked)"
                msgid "{count} try left ({name})"
                msgid_plural "{count} tries left ({name})"
                msgstr[0] "\(one)"
                msgstr[1] "\(many)"

                """
            try Data(catalogue.utf8).write(to: URL(fileURLWithPath: "\(folder)/kortvakt.po"))
            let made = run("msgfmt -o \(folder)/kortvakt.mo \(folder)/kortvakt.po")
            try #require(made.succeeded, "\(made.output)")
        }
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }
}

@Suite("the language of the texts", .serialized)
struct TextsTests {
    @Test(
        "each language speaks although its locale is not generated, one after the other in one process",
        arguments: [
            ("sv", "Kortet A är låst.", "1 försök kvar (A)", "2 försök kvar (A), flera"),
            ("nb", "Kortet A er sperret.", "1 forsøk igjen (A)", "2 forsøk igjen (A), flere"),
            ("no", "Kortet A er sperret.", "1 forsøk igjen (A)", "2 forsøk igjen (A), flere"),
            ("nn", "Kortet A er sperra.", "1 forsøk att (A)", "2 forsøk att (A), fleire"),
            ("en", "The card A is blocked.", "1 try left (A)", "2 tries left (A)"),
        ]
    )
    func languages(language: String, blocked: String, one: String, two: String) throws {
        let catalogues = try Catalogues()
        let texts = Texts(language: language, folder: catalogues.path)
        let plural = {
            texts.text("{count} try left ({name})", "{count} tries left ({name})", count: $0, ["name": "A"])
        }
        #expect(texts.text("The card {name} is blocked.", ["name": "A"]) == blocked)
        #expect(plural(1) == one)
        #expect(plural(2) == two)
        #expect(texts.text("Not translated.") == "Not translated.")
        #expect(texts.text("") == "")
    }

    @Test("two of them alternate, each in its language")
    func alternating() throws {
        let catalogues = try Catalogues()
        let swedish = Texts(language: "sv", folder: catalogues.path)
        let english = Texts(language: "en", folder: catalogues.path)
        for _ in 0..<3 {
            #expect(swedish.text("The card {name} is blocked.") == "Kortet {name} är låst.")
            #expect(english.text("The card {name} is blocked.") == "The card {name} is blocked.")
        }
    }

    @Test("without catalogues the sentences are English")
    func noCatalogues() {
        #expect(
            Texts(language: "sv", folder: "/nonexistent").text("The card {name} is blocked.").hasPrefix(
                "The card"
            )
        )
    }

    @Test(
        "the environment's language is",
        arguments: [
            ([:], .en),
            (["LANG": "sv_SE.UTF-8"], .sv),
            (["LANG": "no_NO.UTF-8"], .nb),
            (["LANG": "nn_NO"], .nn),
            (["LANG": "de_DE.UTF-8"], .en),
            (["LANG": "sv_SE.UTF-8", "LC_ALL": ""], .sv),
            (["LANG": "sv_SE.UTF-8", "LC_MESSAGES": "nb_NO.UTF-8"], .nb),
            (["LANG": "sv_SE.UTF-8", "LC_MESSAGES": "nb_NO.UTF-8", "LC_ALL": "C"], .en),
            (["LANG": "de_DE.UTF-8", "LANGUAGE": "fi:nn:sv"], .nn),
            (["LANG": "C", "LANGUAGE": "sv"], .en),
            (["LANG": "C.UTF-8", "LANGUAGE": "sv"], .sv),
            (["LANG": "nonsense"], .en),
            (["LANG": "@"], .en),
        ] as [([String: String], Language)]
    )
    func environment(variables: [String: String], language: Language) {
        #expect(Language { variables[$0] } == language)
    }
}
