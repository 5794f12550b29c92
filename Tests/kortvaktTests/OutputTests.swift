import CardTesting
import FoundationEssentials
import Testing
import VirtualReaders

/// What comes out: JSON with stable keys, languages, traces, raw commands.
@Suite(.timeLimit(.minutes(10)))
struct OutputTests {
    private static let pinKeys: Set<String> = [
        "id", "role", "label", "kind", "blocked", "remainingTries", "maximumTries", "minimumLength",
        "maximumLength", "unblockedBy",
    ]

    @Test(arguments: ["siths", "siths-t1", "siths-two-step", "reservkort", "fineid"])
    func statusHasItsKeysAndUnknownIsNull(profile: String) async throws {
        try await Bench.withCard(profile) { bench in
            let run = try await bench.kortvakt("status", "--json")
            #expect(run.exitCode == 0 && run.err.isEmpty)
            let readers = try run.json()["readers"]?.elements ?? []
            #expect(readers.count == 2 && readers[1]["card"] == .null)
            #expect(readers.allSatisfy { $0.keys == ["name", "card"] })
            let card = try #require(readers.first?["card"])
            #expect(
                card.keys.isSuperset(of: [
                    "atr", "family", "product", "evidence", "label", "serialNumber", "pins", "certificates",
                ])
            )
            #expect(card["family"] == .string("pkcs15"))
            let pins = card["pins"]?.elements ?? []
            #expect(pins.count == (profile == "reservkort" ? 2 : 3))
            #expect(pins.allSatisfy { $0.keys == Self.pinKeys })
            #expect(pins.contains { $0["role"]?.text == "auth" })
            let tellsCounters = profile != "siths-two-step"
            #expect(pins.allSatisfy { ($0["remainingTries"] != .null) == tellsCounters })
            #expect(pins.allSatisfy { ($0["blocked"] != .null) == tellsCounters })
            let certificates = card["certificates"]?.elements ?? []
            #expect(certificates.count == (profile == "reservkort" ? 1 : 2))
            for certificate in certificates {
                #expect(
                    certificate.keys.isSuperset(of: [
                        "id", "label", "subject", "issuer", "serialNumber", "notBefore", "notAfter",
                        "keyUsage", "hsaID", "cardNumber", "pin",
                    ])
                )
                #expect(certificate["notAfter"]?.text?.hasSuffix("Z") == true)
                #expect(pins.contains { $0["id"] == certificate["pin"] })
            }
            // Another program reads it too.
            let path = try bench.write(run.out, to: "status.json")
            #expect(try await bench.tool("python3", "-I", "-m", "json.tool", path).exitCode == 0)
        }
    }

    @Test func everyCommandThatSucceedsPrintsOneDocument() async throws {
        try await Bench.withCard(StoredState(sign: 0)) { bench in
            let list = try await bench.kortvakt("pin", "list", "--json")
            #expect(try list.json()["pins"]?.elements.allSatisfy { $0.keys == Self.pinKeys } == true)
            let runs: [(command: [String], lines: [String], done: String)] = [
                (["verify"], ["246810"], "verify"), (["change"], ["246810", "975310"], "change"),
                (["unblock"], ["13572468", "864202"], "unblock"),
            ]
            for sample in runs {
                let command = ["pin"] + sample.command + ["--stdin", "--json"]
                let run = try await bench.kortvakt(command, lines: sample.lines)
                #expect(run.exitCode == 0, "\(run.said)")
                let json = try run.json()
                #expect(json["done"]?.text == sample.done)
                #expect(json["pins"]?.elements.allSatisfy { $0.keys == Self.pinKeys } == true)
            }
            let apdu = try await bench.kortvakt("apdu", "--json", "00A4040C", "00FF0000")
            #expect(try apdu.json()["responses"]?.elements.count == 2)
        }
    }

    @Test func everyUsageErrorIsJSONTooWhereItWasAskedFor() async throws {
        try await Bench.withCard { bench in
            let existing = try bench.write("mine", to: "existing")
            let commands: [[String]] = [
                ["apdu", "--json", "xyz"], ["apdu", "--json", "0020008106313233343536"], ["apdu", "--json"],
                ["status", "--json", "--lang", "de"], ["status", "--json", "--nonsense"],
                ["pin", "verify", "--json", "--stdin", "--pin", "nobody"],
                ["status", "--json", "--reader", "nobody"],
            ]
            for command in commands {
                let run = try await bench.kortvakt(command)
                #expect(run.exitCode == 64, "\(command) \(run.said)")
                #expect(run.errorCode == "usage", "\(command) \(run.said)")
            }
            for command in [["status"], ["pin", "verify", "--stdin"], ["apdu", "00A4040C"]] {
                let run = try await bench.kortvakt(
                    command + ["--json", "--trace", existing],
                    lines: ["246810"]
                )
                #expect(run.exitCode == 1)
                #expect(run.errorCode == "trace-file", "\(command) \(run.said)")
            }
            #expect(try bench.read("existing") == "mine")
        }
    }

    @Test func aTraceIsPrivateNewAndTellsTheCommandsWithoutTheCodes() async throws {
        try await Bench.withCard { bench in
            let path = bench.folder + "/trace"
            let command = ["pin", "verify", "--stdin", "--trace"]
            #expect(try await bench.kortvakt(command + [path], lines: ["246810"]).exitCode == 0)
            let trace = try bench.read("trace")
            #expect(trace.contains("00A4040C0CA000000063504B43532D3135"))
            #expect(trace.contains("00200081") && trace.contains("secret") && !trace.contains("323436"))
            #expect(try await bench.tool("stat", "-c", "%a", path).out == "600\n")
            // Neither a file nor what a link leads to is overwritten.
            #expect(try await bench.kortvakt(command + [path], lines: ["111222"]).exitCode == 1)
            #expect(try bench.read("trace") == trace)
            #expect(
                try await bench.tool("ln", "-s", bench.folder + "/target", bench.folder + "/link").exitCode
                    == 0
            )
            let link = try await bench.kortvakt(command + [bench.folder + "/link"], lines: ["111222"])
            #expect(link.exitCode == 1)
            #expect(try bench.stored().tries == [3, 3, 10])
        }
    }

    @Test func rawCommandsGoThroughAndCodesOnlyInTheirPlaces() async throws {
        try await Bench.withCard { bench in
            let run = try await bench.kortvakt("apdu", "00A4040C0CA000000063504B43532D3135", "00 20 00 81")
            #expect(run.exitCode == 0 && run.out == "9000\n63C3\n")
            for refused in [
                "0020008106323436383130", "00240081 0C 323436383130 393735333130", "002C0081 01 31",
                "0020008106{pin}", "00B00000{pin}", "00200081{pin}{pin}{pin}", "00200081{secret}",
                "00200081{pin",
                "0020", "", "zz", "002000810632343638310",
            ] {
                let run = try await bench.kortvakt("apdu", "--stdin", refused, lines: ["246810"])
                #expect(run.exitCode == 64, "\(refused): \(run.said)")
                #expect(run.out.isEmpty)
            }
            let select = try await bench.kortvakt(
                "apdu",
                "--stdin",
                "00A4040C0CA000000063504B43532D3135",
                "00200081{pin}",
                lines: ["246810"]
            )
            #expect(select.exitCode == 64)
            #expect(try bench.stored() == StoredState())
            // A wrong code ends the run, and is one try.
            let wrong = try await bench.kortvakt(
                "apdu",
                "--stdin",
                "00200081{pin}",
                "00200081{pin}",
                lines: ["111222", "111222"]
            )
            #expect(wrong.exitCode == 6)
            #expect(try bench.stored().tries == [2, 3, 10])
            #expect(
                try await bench.kortvakt("apdu", "--stdin", "00200081{pin}", lines: ["12345"]).exitCode == 8
            )
            #expect(
                try await bench.kortvakt(
                    "apdu",
                    "--stdin",
                    "00240081{pin}{new}",
                    lines: ["246810", "975310"]
                )
                .exitCode == 0
            )
            #expect(try bench.stored().authPIN == "975310")
        }
        try await Bench.withCard(StoredState(auth: 1, puk: 1)) { bench in
            let last = try await bench.kortvakt("apdu", "--stdin", "00200081{pin}", lines: ["246810"])
            #expect(last.exitCode == 8)
            let puk = try await bench.kortvakt(
                "apdu",
                "--stdin",
                "--last-try",
                "002C0081{puk}{new}",
                lines: ["13572468", "975310"]
            )
            #expect(puk.exitCode == 8)
            #expect(try bench.stored().tries == [1, 3, 1])
        }
    }

    @Test func theLanguageIsThatOfTheOptionElseOfTheEnvironment() async throws {
        try await Bench.withCard { bench in
            var helps: [String: String] = [:]
            for language in ["en", "sv", "nb", "nn"] {
                let option = try await bench.kortvakt("status", "--lang", language)
                #expect(option.exitCode == 0)
                let locale = ["LC_ALL": "", "LANG": "\(language)_XX.UTF-8"]
                let environment = try await bench.kortvakt(["status"], environment: locale)
                #expect(environment.out == option.out)
                // The option wins over the environment.
                let other = ["LC_ALL": "", "LANG": language == "sv" ? "nb_NO.UTF-8" : "sv_SE.UTF-8"]
                let both = try await bench.kortvakt(["status", "--lang", language], environment: other)
                #expect(both.out == option.out)
                helps[language] = option.out
            }
            #expect(Set(helps.values).count == 4)
            #expect(try await bench.kortvakt("status", "--lang", "xx").exitCode == 64)
            // JSON is the same in every language, but for messages.
            let english = try await bench.kortvakt("status", "--json")
            let swedish = try await bench.kortvakt("status", "--json", "--lang", "sv")
            #expect(english.out == swedish.out)
            let errors = try await [nil, "sv"].asyncMap { language in
                let option = language.map { ["--lang", $0] } ?? []
                let command = ["pin", "verify", "--stdin", "--json"] + option
                return try await bench.kortvakt(command, lines: ["1"]).json()["error"]
            }
            #expect(errors[0]?["code"] == errors[1]?["code"])
            #expect(errors[0]?["message"] != errors[1]?["message"])
        }
    }

    /// Two cards with something wrong: each reader's own words, the first decides the exit code.
    @Test func statusSaysWhatIsWrongInEachReader() async throws {
        try await Bench.run { bench in
            try await bench.insert("siths", ["--fault", "unknown"], slot: 0)
            try await bench.insert("siths", ["--fault", "truncate-files:3"], slot: 1)
            for options in [[], ["--json"]] {
                let run = try await bench.kortvakt(["status"] + options)
                #expect(run.exitCode == 5, "\(run.said)")
                let first = try #require(run.err.firstRange(of: bench.service.readerName(slot: 0)))
                let second = try #require(run.err.firstRange(of: bench.service.readerName(slot: 1)))
                #expect(run.err[first.upperBound..<second.lowerBound].contains("not recognised"))
                #expect(run.err[second.upperBound...].contains("EF."))
                guard !options.isEmpty else { continue }
                #expect(try run.json()["error"]?["code"] == .string("card-not-recognised"))
            }
        }
    }
}

extension Array {
    fileprivate func asyncMap<T>(_ transform: (Element) async throws -> T) async throws -> [T] {
        var result: [T] = []
        for element in self { result.append(try await transform(element)) }
        return result
    }
}
