import CardTesting
import Testing

/// OpenSC's own driver for IDPrime cards at the software card of that family.
@Suite(.timeLimit(.minutes(10)))
struct IDPrimeJudgeTests {
    private static let select = "00A404000BA000000018800000000662"
    /// `Kortvakt-provnyckel-3DES`, and another one.
    private static let key = "4B6F727476616B742D70726F766E79636B656C2D33444553"
    private static let otherKey = "4B6F727476616B742D70726F766E79636B656C2D33444558"

    @Test func openSCWorksWithTheCardByItsOwnDriver() async throws {
        try await Bench.withCard("idprime-940") { bench in
            let judge = try OpenSC(bench, defaultDriver: false)
            #expect(try await judge.opensc("-n").said.contains("Gemalto IDPrime (OSv4)"))
            let list = try await judge.pkcs15("--list-pins").said
            #expect(list.contains("Reference      : 17 (0x11)") && list.contains("stored_len:16"))
            let dump = try await judge.pkcs15("--dump").said
            #expect(dump.contains("Serial number  : 4b760000000000009400000000000001"))
            #expect(dump.contains("PKCS#15 Card [Programvarukort]"))
            for (id, name) in [("0001", "login"), ("0002", "signature")] {
                let certificate = try await judge.pkcs15("--read-certificate", id).out
                let whole = try await bench.tool(
                    "cat",
                    BuildFolder.sources + "/Fixtures/pki/certificates/\(name).pem"
                ).out
                #expect(certificate.contains("BEGIN CERTIFICATE"))
                #expect(
                    whole.contains(
                        certificate.split(separator: "\n").dropFirst().dropLast().joined(separator: "\n")
                    )
                )
            }
            #expect(try await judge.accepts("246810", id: "11"))
            #expect(try await !judge.accepts("000000", id: "11"))
            #expect(try await counter(judge) == "63C2")
            #expect(try await judge.change("246810", to: "Ab-9", id: "11"))
            #expect(try await judge.accepts("Ab-9", id: "11"))
            #expect(try await counter(judge) == "63C3")
        }
    }

    @Test func whatWeDoOpenSCConfirms() async throws {
        try await Bench.withCard("idprime-940") { bench in
            let judge = try OpenSC(bench, defaultDriver: false)
            func agree(_ status: String, _ tries: Int) async throws {
                #expect(try await counter(judge) == status)
                #expect(try await bench.tries() == ["11": tries, "83": 3])
            }
            try await agree("63C3", 3)
            #expect(try await bench.kortvakt("pin", "verify", "--stdin", lines: ["246810"]).exitCode == 0)
            #expect(try await bench.kortvakt("pin", "verify", "--stdin", lines: ["246811"]).exitCode == 6)
            try await agree("63C2", 2)
            let change = try await bench.kortvakt("pin", "change", "--stdin", lines: ["246810", "Ab-9x"])
            #expect(change.exitCode == 0)
            try await agree("63C3", 3)
            #expect(try await judge.accepts("Ab-9x", id: "11"))
            #expect(try await !judge.accepts("246810", id: "11"))
            try await agree("63C2", 2)
            let last = ["pin", "verify", "--stdin", "--last-try"]
            for code in [6, 7] {
                #expect(try await bench.kortvakt(last, lines: ["246810"]).exitCode == Int32(code))
            }
            try await agree("6983", 0)

            let options = ["--pin", "11", "--untested"]
            let impostor = OpenSSLDesk(bench: bench, key: Self.otherKey)
            #expect(try await impostor.unblock(bench, options, new: "864209") == 6)
            try await agree("6983", 0)
            let desk = OpenSSLDesk(bench: bench, key: Self.key)
            #expect(try await desk.unblock(bench, options, new: "864209") == 0)
            try await agree("63C3", 3)
            #expect(try await judge.accepts("864209", id: "11"))
        }
    }

    @Test func whatOpenSCDoesWeSee() async throws {
        try await Bench.withCard("idprime-940") { bench in
            let judge = try OpenSC(bench, defaultDriver: false)
            #expect(try await judge.change("246810", to: "975310", id: "11"))
            #expect(try await bench.kortvakt("pin", "verify", "--stdin", lines: ["975310"]).exitCode == 0)
            for left in (0..<3).reversed() {
                #expect(try await !judge.accepts("246810", id: "11"))
                #expect(try await bench.tries()["11"] == left)
            }
            #expect(try await bench.pins()["11"]?["blocked"] == .bool(true))
            #expect(try await bench.kortvakt("pin", "verify", "--stdin", lines: ["975310"]).exitCode == 7)
        }
    }

    /// The answer to an empty VERIFY, which is how OpenSC asks these cards for a counter.
    private func counter(_ judge: OpenSC) async throws -> String {
        let said = try await judge.opensc("-s", Self.select, "-s", "00200011").said
        let last = said.split(separator: "\n").last { $0.hasPrefix("Received") } ?? ""
        return last.split(separator: "x").dropFirst().map { String($0.prefix(2)) }.joined()
    }
}
