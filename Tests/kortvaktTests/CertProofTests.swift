import CardTesting
import FoundationEssentials
import Testing
import VirtualCards

/// `cert verify --prove`: whether the card holds the key of its certificate.
@Suite(.timeLimit(.minutes(10)))
struct CertProofTests {
    private let offline = ["--revocation", "off", "--prove"]

    @Test(arguments: FamilyCommandsTests.cards)
    func everyFamilysCardShowsThatItHoldsTheKey(card: FamilyCommandsTests.Card) async throws {
        try await Bench.withCard(card.profile.rawValue) { bench in
            let trust = try bench.writeTrust(["root", "issuer"])
            let before = try bench.read("state0")
            let run = try await bench.kortvakt(
                ["cert", "verify", "--trust", trust, "--stdin", "--json"] + offline,
                lines: ["246810"]
            )
            #expect(run.exitCode == 0, "\(run.said)")
            let certificates = try run.json()["certificates"]?.elements ?? []
            #expect(certificates.count == 1)
            #expect(certificates.first?["possession"] == .string("proven"))
            #expect(certificates.first?["result"] == .string("trusted"))
            #expect(try bench.read("state0") == before)
        }
    }

    @Test func aCopiedCertificateOnAnotherCardIsNotTrusted() async throws {
        var image = try CardImage()
        let key = try String(
            contentsOfFile: CardImage.pki + "/keys/reservkort-login.key.pem",
            encoding: .utf8
        )
        image.setLoginKey(key)
        try await Bench.run { [image] bench in
            try await bench.insert("siths", image.options(bench))
            let trust = try bench.writeTrust(["root", "issuer"])
            // Without a proof nothing is wrong with it.
            let plain = ["cert", "verify", "45", "--trust", trust]
            #expect(try await bench.kortvakt(plain + ["--revocation", "off"]).exitCode == 0)
            let run = try await bench.kortvakt(plain + offline + ["--stdin", "--json"], lines: ["246810"])
            #expect(run.exitCode == 9, "\(run.said)")
            let item = try run.json()["certificates"]?[0]
            #expect(item?["possession"] == .string("refuted"))
            #expect(item?["reasons"]?.elements.map { $0["code"]?.text } == ["key-not-held"])
            #expect(try bench.stored().tries == [3, 3, 10])
        }
    }

    @Test func aWrongPINProvesNothingAndCostsOneTry() async throws {
        try await Bench.withCard { bench in
            let run = try await bench.kortvakt(
                ["cert", "verify", "--stdin", "--json"] + offline,
                lines: ["864209"]
            )
            #expect(run.exitCode == 6)
            #expect(run.errorCode == "pin-wrong")
            #expect(try bench.stored().tries == [2, 3, 10])
        }
    }

    @Test func theSignatureKeyIsNeverAsked() async throws {
        try await Bench.withCard { bench in
            let run = try await bench.kortvakt(
                ["cert", "verify", "sign-2", "--stdin", "--json"] + offline,
                lines: ["135790"]
            )
            #expect(run.exitCode == 8)
            #expect(run.errorCode == "not-for-login")
            #expect(try bench.stored().tries == [3, 3, 10])
        }
    }

    /// Whoever has a key proven wants to log in with it, whatever else the certificate may be for.
    @Test func whatIsNoLoginCertificateIsNotTrustedForHavingAKey() async throws {
        var image = try CardImage()
        image.setLoginCertificate(try CardImage.der("server"))
        try await Bench.run { [image] bench in
            try await bench.insert("siths", image.options(bench))
            let trust = try bench.writeTrust(["root", "issuer"])
            let run = try await bench.kortvakt(
                ["cert", "verify", "45", "--trust", trust, "--stdin", "--json"] + offline,
                lines: ["246810"]
            )
            #expect(run.exitCode == 9, "\(run.said)")
            let item = try run.json()["certificates"]?[0]
            #expect(item?["purpose"] == .string("login"))
            let codes = item?["reasons"]?.elements.compactMap { $0["code"]?.text } ?? []
            #expect(codes.contains("extended-key-usage"))
        }
    }

    /// nonRepudiation in an encoding that one reader takes and another does not.
    @Test func aKeyUsageThatIsNotReadForbidsASignature() async throws {
        var image = try CardImage()
        let der = try CardImage.der("signature")
        // KeyUsage as BER: the BIT STRING with a long length; the other lengths grow with it.
        let bits: [UInt8] = [0x04, 0x04, 0x03, 0x02, 0x06, 0x40]
        let position = try #require(der.indices.first { der[$0...].starts(with: bits) })
        var changed = der
        changed.replaceSubrange(position..<position + 6, with: [0x04, 0x04, 0x03, 0x81, 0x02, 0x06])
        image.setLoginCertificate(changed)
        try await Bench.run { [image] bench in
            try await bench.insert("siths", image.options(bench))
            let run = try await bench.kortvakt(
                ["cert", "verify", "45", "--stdin", "--json"] + offline,
                lines: ["246810"]
            )
            #expect(run.exitCode == 8, "\(run.said)")
            #expect(run.errorCode == "not-for-login")
            #expect(try bench.stored().tries == [3, 3, 10])
        }
    }

    @Test func theLastTryIsNotUsedUpByItself() async throws {
        try await Bench.withCard(StoredState(auth: 1)) { bench in
            let refused = try await bench.kortvakt(
                ["cert", "verify", "--stdin", "--json"] + offline,
                lines: ["246810"]
            )
            #expect(refused.exitCode == 8)
            #expect(refused.errorCode == "last-try")
            let allowed = try await bench.kortvakt(
                ["cert", "verify", "--stdin", "--last-try", "--json", "--trust", bench.writeTrust(["root"])]
                    + offline,
                lines: ["246810"]
            )
            // The issuer is missing; that the key is there is known.
            #expect(allowed.exitCode == 9, "\(allowed.said)")
            #expect(try allowed.json()["certificates"]?[0]?["possession"] == .string("proven"))
        }
    }

    @Test func aCardThatIsPulledWhileThePINIsTypedProvesNothing() async throws {
        try await Bench.run { bench in
            let card = try await bench.insert()
            var transcript = ""
            let code = try await Terminal.run(
                bench,
                ["cert", "verify"] + offline,
                transcript: &transcript
            ) { terminal in
                try await terminal.expect("3 tries left")
                try await bench.pull(card)
                try await terminal.type("246810\n")
            }
            #expect(code == 4, "\(transcript)")
            #expect(!transcript.contains("246810") && !transcript.contains("rusted"))
            #expect(try bench.stored().tries == [3, 3, 10])
        }
    }

    /// Removed before single commands: a proof is claimed only where the card has signed before it went.
    @Test func whatWasNotSignedIsNotProven() async throws {
        try await Bench.run { bench in
            let trust = try bench.writeTrust(["root", "issuer"])
            for number in stride(from: 1, through: 40, by: 3) {
                let card = try await bench.insert("siths", ["--fault", "remove-before:\(number)"])
                let run = try await bench.kortvakt(
                    ["cert", "verify", "--trust", trust, "--stdin", "--json"] + offline,
                    lines: ["246810"]
                )
                let item = try run.json()["certificates"]?[0]
                if run.exitCode == 0 {
                    // It met the fault after the signature, when only the logout was left, or not at all.
                    #expect(item?["possession"] == .string("proven") && number > 23, "\(number)")
                } else {
                    // After the PIN it is said that the card was removed, and not that no code was sent.
                    let isBeforePIN = number <= 23
                    #expect((isBeforePIN ? [4, 13] : [5]).contains(run.exitCode), "\(number): \(run.said)")
                    if run.exitCode != 13 {
                        #expect(run.said.contains("The card was removed"), "\(number): \(run.said)")
                        #expect(
                            run.said.contains("No code was sent") == isBeforePIN,
                            "\(number): \(run.said)"
                        )
                        #expect(!run.said.contains("replaced"))
                    }
                    #expect(item == nil)
                }
                try await bench.pull(card)
            }
        }
    }
}
