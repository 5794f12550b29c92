import Testing

/// Other programs at the same card.
@Suite(.timeLimit(.minutes(10)))
struct BusyTests {
    static let commands: [[String]] = [
        ["status"], ["pin", "verify", "--stdin"], ["pin", "change", "--stdin"],
        ["pin", "unblock", "--pin", "auth", "--stdin"], ["apdu", "00A4040C"],
    ]

    @Test(arguments: commands, ["exclusive", "transaction"])
    func aCardThatAnotherProgramKeepsIsGivenUpAndTheProgramsAreNamed(
        command: [String],
        holding: String
    ) async throws {
        try await Bench.withCard { bench in
            try await bench.whileAnother(holding) { pid, _ in
                let run = try await bench.kortvakt(command + ["--json"], lines: ["111222", "975310"])
                // The other program still has the card.
                #expect(run.exitCode == 11, "\(run.said)")
                let json = try run.json()
                let error = json["error"] ?? json["readers"]?[0]?["card"]?["error"]
                #expect(error?["code"] == .string("card-busy"))
                #expect(error?["message"]?.text?.contains("python3 (\(pid))") == true, "\(run.said)")
            }
            #expect(try bench.stored() == StoredState())
            // What was given up is not done later.
            #expect(try await bench.kortvakt("pin", "verify", "--stdin", lines: ["246810"]).exitCode == 0)
        }
    }

    @Test func aProgramThatIsOnlyConnectedIsNotInTheWay() async throws {
        try await Bench.withCard { bench in
            try await bench.whileAnother("shared") { _, _ in
                let run = try await bench.kortvakt("pin", "verify", "--stdin", lines: ["246810"])
                #expect(run.exitCode == 0)
                // The card was not reset under the other's feet, and that is said.
                #expect(run.err.contains("python3"))
                let change = try await bench.kortvakt(
                    "pin",
                    "change",
                    "--stdin",
                    lines: ["246810", "975310"]
                )
                #expect(change.exitCode == 0)
            }
            #expect(try bench.stored().authPIN == "975310")
        }
    }

    @Test(arguments: [
        (["pin", "verify"], ["246810"]), (["pin", "change"], ["246810", "975310", "975310"]),
        (["pin", "unblock", "--pin", "auth"], ["13572468", "975310", "975310"]),
    ])
    func aResetByAnotherProgramWhileThePersonTypesSpendsNothing(
        command: [String],
        codes: [String]
    ) async throws {
        try await Bench.withCard { bench in
            try await bench.whileAnother("shared") { _, reset in
                let exitCode = try await Terminal.run(bench, command) { terminal in
                    for (index, code) in codes.enumerated() {
                        try await terminal.expect(["tries left: ", "digits: ", "once more: "][index])
                        if index == codes.count - 1 { try await reset() }
                        try await terminal.type(code + "\r")
                    }
                }
                #expect(exitCode == 0 || exitCode == 11)
                let stored = try bench.stored()
                #expect(stored.tries[0] == 3 && stored.tries[2] == 10)
                let expected = exitCode == 0 && codes.count > 1 ? "975310" : "246810"
                #expect(stored.authPIN == expected)
            }
        }
    }

    @Test func resetsAtAnyMomentLoseNothing() async throws {
        try await Bench.withCard { bench in
            try await bench.whileAnother("resetting") { _, _ in
                var pins = ["246810", "975310"]
                for _ in 1...5 {
                    let status = try await bench.kortvakt("status")
                    #expect(status.exitCode == 0 || status.exitCode == 11, "\(status.said)")
                    let run = try await bench.kortvakt("pin", "change", "--stdin", lines: pins)
                    let stored = try bench.stored()
                    #expect([0, 11, 13].contains(run.exitCode), "\(run.exitCode) \(run.said)")
                    #expect(stored.tries == [3, 3, 10])
                    if run.exitCode != 13 { #expect(stored.authPIN == pins[run.exitCode == 0 ? 1 : 0]) }
                    if stored.authPIN == pins[1] { pins.reverse() }
                }
            }
        }
    }
}
