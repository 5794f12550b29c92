import FoundationEssentials
import Testing

/// GnuPG and OpenSC are asked before and after each of our operations, and we after each of their own.
@Suite(.timeLimit(.minutes(10)))
struct OpenPGPJudgeTests {
    private func list(_ bench: Bench) async throws -> [Int?] {
        let pins = try await bench.pins()
        return ["PW1", "RC", "PW3"].map { pins[$0]?["remainingTries"]?.int }
    }

    /// The counters that `pkcs15-tool --list-pins` prints: PW1 in both modes, then PW3.
    private func openSC(_ bench: Bench) async throws -> [Int] {
        try await bench.tool("pkcs15-tool", "--list-pins").out.split(separator: "\n")
            .filter { $0.hasPrefix("\tTries left") }
            .compactMap { $0.split(separator: ":").last.flatMap { Int($0.filter(\.isNumber)) } }
    }

    @Test func theirProgramsWorkWithTheCard() async throws {
        try await Bench.withCard("openpgp") { bench in
            let status = try await GnuPG(bench).status()
            #expect(status.exitCode == 0)
            #expect(status.out.contains("Application ID ...: D276000124010304FF7E0BADC0DE0000"))
            #expect(status.out.contains("PIN retry counter : 3 3 3"))
            #expect(status.out.contains("Max. PIN lengths .: 127 127 127"))
            let info = try await bench.tool("openpgp-tool", "--card-info", "--user-info", "--key-info")
            #expect(info.exitCode == 0 && info.out.contains("Serial number:   0BADC0DE"))
            let card = try await bench.tool("opensc-tool", "-n")
            #expect(card.out.contains("OpenPGP card"))
            for (key, id, name) in [("03", "7F21", "login"), ("01", "7F21-2", "signature")] {
                let certificate = try await bench.tool("pkcs15-tool", "--read-certificate", key)
                let path = BenchFiles.fixture("pki/certificates/\(name).pem")
                let pem = try String(decoding: Data(contentsOf: URL(filePath: path)), as: UTF8.self)
                #expect(certificate.out.contains(pem.suffix(1_000)), "\(certificate.said)")
                // After theirs and ours the first certificate is the current one.
                let ours = try await bench.kortvakt("cert", "export", id)
                #expect(ours.out.contains(pem.suffix(1_000)), "\(ours.said)")
            }
            let ours = try await bench.kortvakt("status", "--json").json()
            let found = ours["readers"]?.elements.compactMap { $0["card"] }.first { $0 != .null }
            #expect(found?["serialNumber"] == .string("FF7E0BADC0DE"))
            #expect(found?["certificates"]?.elements.map { $0["id"]?.text } == ["7F21", "7F21-2"])
            for (mode, pin) in [("CHV1", "246810"), ("CHV2", "246810"), ("CHV3", "86421357")] {
                let run = try await bench.tool("openpgp-tool", "--verify", mode, "--pin", pin)
                #expect(run.exitCode == 0)
            }
        }
    }

    @Test func whatWeDoTheyConfirmAndTheCountersAgree() async throws {
        try await Bench.withCard("openpgp") { bench in
            let gpg = try GnuPG(bench)
            func agree(_ tries: [Int], line: Int = #line) async throws {
                let location = SourceLocation(fileID: #fileID, filePath: #filePath, line: line, column: 1)
                #expect(try await list(bench) == tries, sourceLocation: location)
                #expect(try await gpg.tries() == tries, sourceLocation: location)
                #expect(
                    try await openSC(bench) == [tries[0], tries[0], tries[2]],
                    sourceLocation: location
                )
            }
            func ours(_ arguments: String..., lines: [String]) async throws -> Int32 {
                try await bench.kortvakt(["pin"] + arguments + ["--stdin"], lines: lines).exitCode
            }
            try await agree([3, 3, 3])
            #expect(try await ours("verify", lines: ["246810"]) == 0)
            #expect(try await ours("verify", lines: ["111222"]) == 6)
            try await agree([2, 3, 3])
            #expect(try await ours("change", lines: ["246810", "975310"]) == 0)
            try await agree([3, 3, 3])
            #expect(try await gpg.accepts("975310"))
            #expect(try await !gpg.accepts("246810"))
            #expect(try await ours("verify", lines: ["111222"]) == 6)
            // The last try is not spent without being asked for.
            #expect(try await ours("verify", lines: ["975310"]) == 8)
            #expect(try await ours("verify", "--last-try", lines: ["111222"]) == 7)
            try await agree([0, 3, 3])
            #expect(try await !gpg.accepts("975310"))

            #expect(
                try await ours("unblock", "--with", "resetting-code", lines: ["11112222", "864202"]) == 6
            )
            try await agree([0, 2, 3])
            #expect(
                try await ours("unblock", "--with", "resetting-code", lines: ["97531864", "864202"]) == 0
            )
            try await agree([3, 3, 3])
            #expect(try await gpg.accepts("864202"))
            #expect(try await ours("unblock", "--with", "admin", lines: ["11112222", "975310"]) == 6)
            try await agree([3, 3, 2])
            #expect(try await ours("unblock", "--with", "admin", lines: ["86421357", "975310"]) == 0)
            try await agree([3, 3, 3])
            #expect(try await gpg.accepts("975310"))
            #expect(try await ours("change", "--pin", "admin", lines: ["86421357", "97531246"]) == 0)
            let reset = try await gpg.card("PASSWD --reset OPENPGP.1", "97531246", "135791")
            #expect(reset.accepted)
            #expect(try await ours("verify", lines: ["135791"]) == 0)
        }
    }

    @Test func whatTheyDoWeSee() async throws {
        try await Bench.withCard("openpgp") { bench in
            let gpg = try GnuPG(bench)
            func verifies(_ pin: String) async throws -> Bool {
                try await bench.kortvakt("pin", "verify", "--stdin", lines: [pin]).exitCode == 0
            }
            #expect(try await gpg.card("PASSWD OPENPGP.1", "246810", "975310").accepted)
            #expect(try await verifies("975310"))
            for left in [2, 1, 0] {
                #expect(try await !gpg.accepts("111222"))
                #expect(try await list(bench) == [left, 3, 3])
            }
            #expect(try await bench.pins()["PW1"]?["blocked"] == .bool(true))
            #expect(try await !gpg.card("PASSWD OPENPGP.2", "11112222", "864202").accepted)
            #expect(try await list(bench) == [0, 2, 3])
            #expect(try await gpg.card("PASSWD OPENPGP.2", "97531864", "864202").accepted)
            #expect(try await list(bench) == [3, 3, 3])
            #expect(try await verifies("864202"))
            // A new resetting code, and then PW1 by OpenSC.
            #expect(try await gpg.card("PASSWD --reset OPENPGP.2", "86421357", "13579111").accepted)
            let unblocked = try await bench.tool(
                "pkcs15-tool",
                "--unblock-pin",
                "--auth-id",
                "02",
                "--puk",
                "13579111",
                "--new-pin",
                "975310"
            )
            #expect(unblocked.exitCode == 0)
            let changed = try await bench.tool(
                "pkcs15-tool",
                "--change-pin",
                "--auth-id",
                "02",
                "--pin",
                "975310",
                "--new-pin",
                "135791"
            )
            #expect(changed.exitCode == 0)
            #expect(try await verifies("135791"))
            #expect(try await !verifies("975310"))
            #expect(try await openSC(bench) == [2, 2, 3])
        }
    }
}
