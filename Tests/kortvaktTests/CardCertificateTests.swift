import CardTesting
import FoundationEssentials
import Testing

/// What `cert` says of certificates by their place on the card, of more than it shows, and of those of other keys.
@Suite(.timeLimit(.minutes(10)))
struct CardCertificateTests {
    /// A PIV card whose slot 9E has a certificate as FIPS 201 wants it: valid, and not for client authentication.
    @Test func certificateOfCardAuthenticationIsTrusted() async throws {
        var image = try CardImage("piv")
        try image.setPIVCertificate("5FC101", CardImage.der("card-authentication"))
        try await Bench.run { [image] bench in
            try await bench.insert("piv", image.options(bench))
            let trust = try bench.writeTrust(["root", "issuer"])
            let all = ["cert", "verify", "--trust", trust, "--revocation", "off"]
            let run = try await bench.kortvakt(all + ["--json"])
            #expect(run.exitCode == 0, "\(run.said)")
            let certificates = try run.json()["certificates"]?.elements ?? []
            #expect(certificates.map { $0["id"]?.text } == ["9A", "9C", "9D", "9E"])
            #expect(certificates.map { $0["purpose"]?.text } == ["login", "signing", "any", "any"])
            let list = try await bench.kortvakt(["cert", "list"])
            let lines = list.out.split(separator: "\n").filter { $0.hasPrefix("9") }
            #expect(lines.map { $0.contains("  login  ") } == [true, false, false, false], "\(list.said)")
            for id in ["9E", "9D", "9C"] {
                let proof = try await bench.kortvakt(
                    all + [id, "--prove", "--stdin", "--json"],
                    lines: ["246810"]
                )
                #expect(proof.exitCode == 8 && proof.errorCode == "not-for-login", "\(proof.said)")
            }
        }
    }

    @Test func moreCertificatesThanAreShownAreSaid() async throws {
        var image = try CardImage()
        for id in 1...15 { image.addAuthority([0x30, 0x00], id: UInt8(id)) }
        try await Bench.run { [image] bench in
            try await bench.insert("siths", image.options(bench))
            let sentence = "The card has more certificates than are shown here."
            for command in [["cert", "list"], ["status"]] {
                let run = try await bench.kortvakt(command)
                #expect(run.out.contains(sentence), "\(run.said)")
                let swedish = try await bench.kortvakt(command + ["--lang", "sv"])
                #expect(swedish.out.contains("fler certifikat än de som visas"), "\(swedish.said)")
            }
            // The output of these is a verdict, and a file.
            for command in [["cert", "verify"], ["cert", "export", "--all"]] {
                let run = try await bench.kortvakt(command)
                #expect(run.err.contains(sentence), "\(run.said)")
            }
            let verified = try await bench.kortvakt(["cert", "verify", "--json"]).json()
            #expect(verified["moreCertificates"] == .bool(true))
            let list = try await bench.kortvakt(["cert", "list", "--json"]).json()
            #expect(list["moreCertificates"] == .bool(true) && list["certificates"]?.elements.count == 16)
            let status = try await bench.kortvakt(["status", "--json"]).json()
            #expect(status["readers"]?[0]?["card"]?["moreCertificates"] == .bool(true))
        }
        try await Bench.withCard { bench in
            #expect(try await !bench.kortvakt(["cert", "list"]).said.contains("more certificates"))
            let list = try await bench.kortvakt(["cert", "list", "--json"]).json()
            #expect(list["moreCertificates"] == .bool(false))
        }
    }

    @Test func openPGPCertificateOfAnotherKeyIsSaidBeforeThePIN() async throws {
        var image = try CardImage("openpgp")
        image.setOpenPGPKey(
            try String(contentsOfFile: CardImage.pki + "/keys/reservkort-login.key.pem", encoding: .utf8)
        )
        try await Bench.run { [image] bench in
            try await bench.insert("openpgp", image.options(bench))
            let before = try bench.read("state0")
            let prove =
                ["cert", "verify", "--trust", try bench.writeTrust(["root", "issuer"])]
                + ["--revocation", "off", "--prove", "--stdin"]
            let run = try await bench.kortvakt(prove + ["--json"], lines: ["246810"])
            #expect(run.exitCode == 9 && run.errorCode == "other-key", "\(run.said)")
            let words = try await bench.kortvakt(prove, lines: ["246810"])
            #expect(words.said.contains("Certificate 7F21 belongs to another key"), "\(words.said)")
            #expect(!words.said.contains("copied"))
            #expect(try bench.read("state0") == before)
        }
    }

    @Test func openPGPKeyOfEd25519IsProven() async throws {
        var image = try CardImage("openpgp")
        try image.setOpenPGPEd25519()
        try await Bench.run { [image] bench in
            try await bench.insert("openpgp", image.options(bench))
            let trust = try bench.writeTrust(["root", "issuer"])
            let run = try await bench.kortvakt(
                ["cert", "verify", "--trust", trust, "--revocation", "off", "--prove", "--stdin", "--json"],
                lines: ["246810"]
            )
            #expect(run.exitCode == 0, "\(run.said)")
            let item = try run.json()["certificates"]?[0]
            #expect(item?["possession"] == .string("proven") && item?["result"] == .string("trusted"))
        }
    }
}
