import CardTesting
import Testing

/// OpenSC's own driver for IDPrime cards at the software card of that family.
@Suite(.timeLimit(.minutes(5)))
struct IDPrimeJudgeTests {
    private static let select = "00A404000BA000000018800000000662"

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

    /// The answer to an empty VERIFY, which is how OpenSC asks these cards for a counter.
    private func counter(_ judge: OpenSC) async throws -> String {
        let said = try await judge.opensc("-s", Self.select, "-s", "00200011").said
        let last = said.split(separator: "\n").last { $0.hasPrefix("Received") } ?? ""
        return last.split(separator: "x").dropFirst().map { String($0.prefix(2)) }.joined()
    }
}
