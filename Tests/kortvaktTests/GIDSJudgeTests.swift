import CardTesting
import Testing

/// OpenSC's own driver and tool for GIDS cards, and ours, at the same software card.
@Suite(.timeLimit(.minutes(10)))
struct GIDSJudgeTests {
    private static let key = "0123456789ABCDEF1032547698BADCFE23456789ABCDEF01"
    private static let otherKey = "FEDCBA98765432100123456789ABCDEFFEDCBA9876543210"

    @Test func openSCWorksWithTheCardByItsOwnDriver() async throws {
        try await Bench.withCard("gids") { bench in
            let judge = try OpenSC(bench, defaultDriver: false)
            #expect(try await judge.opensc("-n").said.contains("GIDS Smart Card"))
            let dump = try await judge.pkcs15("--dump").said
            #expect(dump.contains("Serial number  : 5b0975227999990000010a0b0c0d0e0f"))
            #expect(dump.contains("X.509 Certificate [Testina Provkort underskrift]"))
            for (id, name) in [("00", "login"), ("01", "signature")] {
                let certificate = try await judge.pkcs15("--read-certificate", id).out
                let whole = try await bench.tool(
                    "cat",
                    BuildFolder.sources + "/Fixtures/pki/certificates/\(name).pem"
                ).out
                let lines = certificate.split(separator: "\n").dropFirst().dropLast()
                #expect(lines.count > 20 && whole.contains(lines.joined(separator: "\n")))
            }
            let content = try await bench.tool("gids-tool").said
            #expect(content.contains("Found 7 entries") && content.contains("signature + decryption"))
            #expect(try await judge.accepts("246810", id: "80"))
            #expect(try await !judge.accepts("000000", id: "80"))
            #expect(try await judge.pkcs15("--list-pins").said.contains("Tries left     : 2"))
            #expect(try await judge.change("246810", to: "Ab-9 x", id: "80"))
            #expect(try await judge.accepts("Ab-9 x", id: "80"))
        }
    }

    @Test func bothSeeTheSameCountersAndTakeTheSameCodes() async throws {
        try await Bench.withCard("gids") { bench in
            let judge = try OpenSC(bench, defaultDriver: false)
            #expect(try await bench.tries()["80"] == 3)
            #expect(try await !judge.accepts("111111", id: "80"))
            #expect(try await bench.tries()["80"] == 2)
            let wrong = try await bench.kortvakt("pin", "verify", "--stdin", "--last-try", lines: ["975318"])
            #expect(wrong.exitCode == 6)
            #expect(try await judge.pkcs15("--list-pins").said.contains("Tries left     : 1"))
            let change = ["pin", "change", "--stdin", "--last-try"]
            #expect(try await bench.kortvakt(change, lines: ["246810", "804629"]).exitCode == 0)
            #expect(try await judge.accepts("804629", id: "80"))
            #expect(try await judge.change("804629", to: "246810", id: "80"))
            #expect(try await bench.kortvakt("pin", "verify", "--stdin", lines: ["246810"]).exitCode == 0)
        }
    }

    @Test func theAdministratorUnblocksByTheJudgesToolAndByTheResponseToOurChallenge() async throws {
        try await Bench.withCard("gids") { bench in
            let judge = try OpenSC(bench, defaultDriver: false)
            for _ in 0..<3 { #expect(try await !judge.accepts("111111", id: "80")) }
            #expect(try await bench.tries()["80"] == 0)
            let unblock = try await bench.tool(
                "gids-tool",
                "--unblock",
                "--admin-key",
                Self.key,
                "--pin",
                "975310"
            )
            #expect(unblock.said.contains("Unblock PIN done successfully"))
            #expect(try await bench.tries()["80"] == 3)
            #expect(try await bench.kortvakt("pin", "verify", "--stdin", lines: ["975310"]).exitCode == 0)

            for _ in 0..<3 { #expect(try await !judge.accepts("111111", id: "80")) }
            // The response by another key: the card says no, nothing else is sent, and the PIN stays blocked.
            #expect(
                try await OpenSSLDesk(bench: bench, key: Self.otherKey).unblock(bench, new: "804629") == 6
            )
            #expect(try await bench.tries()["80"] == 0)
            #expect(try await OpenSSLDesk(bench: bench, key: Self.key).unblock(bench, new: "804629") == 0)
            #expect(try await bench.tries()["80"] == 3)
            #expect(try await judge.accepts("804629", id: "80"))
        }
    }
}
