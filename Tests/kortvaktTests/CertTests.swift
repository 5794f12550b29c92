import FoundationEssentials
import Testing

/// `cert list`, `show` and `export`: what is on the card, with OpenSSL as the judge of what is given out.
@Suite(.timeLimit(.minutes(10)))
struct CertTests {
    @Test func certificatesAreListedAsStatusShowsThem() async throws {
        try await Bench.withCard { bench in
            let list = try await bench.kortvakt("cert", "list", "--json")
            #expect(list.exitCode == 0, "\(list.said)")
            let status = try await bench.kortvakt("status", "--json")
            let shown = try status.json()["readers"]?[0]?["card"]?["certificates"]?.elements ?? []
            let listed = try list.json()["certificates"]?.elements ?? []
            #expect(listed.map { $0["id"]?.text } == ["45", "sign-2"])
            for (one, other) in zip(listed, shown) {
                #expect(one.keys == other.keys)
                for key in one.keys where key != "pin" { #expect(one[key] == other[key], "\(key)") }
                // Which PIN opens a key stands in other files, and nobody asked for it.
                #expect(one["pin"] == .null && other["pin"] != .null)
            }
            #expect(try list.json()["temporaryCard"] == .bool(false))
            let text = try await bench.kortvakt("cert", "list")
            #expect(text.out.contains("45  login  valid until 2049-12-31"))
            #expect(text.err.isEmpty)
        }
    }

    @Test func everythingThatACertificateSaysIsShown() async throws {
        try await Bench.withCard { bench in
            let text = try await bench.kortvakt("cert", "show", "45")
            #expect(text.exitCode == 0, "\(text.said)")
            for fact in [
                "login PIN (Legitimering)", "SE2321000000-1A2B", "9752279999900000012", "RSA, 2048 bits",
                "digitalSignature", "1.3.6.1.5.5.7.3.2 (TLS Web Client Authentication)", "1.2.752.74.8.31",
                "3, going by the name of the issuer, a test issuer", "http://ocsp1pp.siths.test",
                "2026-01-01 to 2049-12-31", "testina.provkort@testregionen.example.test",
                "title=Testsjuksköterska",
            ] {
                #expect(text.out.contains(fact), "\(fact)")
            }
            let json = try await bench.kortvakt("cert", "show", "45", "--json")
            let certificate = try #require(try json.json()["certificates"]?[0])
            #expect(certificate["pin"] == .string("01"))
            let details = try #require(certificate["details"])
            #expect(details["key"]?["kind"] == .string("rsa") && details["key"]?["bits"] == .number(2048))
            #expect(
                details.keys == [
                    "key", "extendedKeyUsage", "policies", "personalNumber", "lifetime", "levelOfAssurance",
                    "testIssuer", "principalNames", "emailAddresses", "crlAddresses", "ocspAddresses",
                    "fingerprint",
                ]
            )
            #expect(details["levelOfAssurance"] == .number(3) && details["personalNumber"] == .null)
            #expect(details["lifetime"] == .string("ordinary"))
            // Another program's word for the same certificate.
            let judge = try await bench.tool(
                "openssl",
                "x509",
                "-inform",
                "DER",
                "-in",
                CardImage.pki + "/certificates/login.der",
                "-noout",
                "-fingerprint",
                "-sha256"
            )
            let fingerprint = judge.out.split(separator: "=").last?.filter(\.isHexDigit)
            #expect(details["fingerprint"]?.text == fingerprint)
        }
    }

    @Test func personalNumbersAreMaskedUnlessTheyAreAskedFor() async throws {
        var image = try CardImage()
        image.setLoginCertificate(try CardImage.der("personid3-login"))
        try await Bench.run { [image] bench in
            try await bench.insert("siths", image.options(bench))
            for command in [
                ["cert", "show", "45"], ["cert", "list"], ["status"], ["cert", "verify", "45"],
            ] {
                for json in [[], ["--json"]] {
                    let run = try await bench.kortvakt(command + json)
                    #expect(run.exitCode == (command.contains("verify") ? 9 : 0), "\(run.said)")
                    #expect(!run.said.contains("191212121212"), "\(command)")
                    let whole = try await bench.kortvakt(command + json + ["--show-personal-data"])
                    let isNamed = command != ["cert", "verify", "45"] || json.isEmpty
                    #expect(whole.out.contains("191212121212") == isNamed, "\(command) \(json)")
                    #expect(run.out.contains("19121212****") == isNamed, "\(command) \(json)")
                }
            }
        }
    }

    @Test func anIdThatTheCardDoesNotHaveIsSaid() async throws {
        try await Bench.withCard { bench in
            for command in ["show", "verify", "export"] {
                let run = try await bench.kortvakt("cert", command, "46", "--json")
                #expect(run.exitCode == 64)
                #expect(run.errorCode == "usage")
                #expect(run.err.contains("kortvakt cert list"))
            }
        }
    }

    @Test func aCertificateIsExportedAsItIs() async throws {
        try await Bench.withCard { bench in
            let expected = try CardImage.der("login")
            let file = bench.folder + "/login.der"
            let run = try await bench.kortvakt("cert", "export", "45", "--format", "der", "--output", file)
            #expect(run.exitCode == 0 && run.said.isEmpty, "\(run.said)")
            #expect(Array(try Data(contentsOf: URL(filePath: file))) == expected)

            let pem = try await bench.kortvakt("cert", "export", "45")
            let path = try bench.write(pem.out, to: "login.pem")
            let judge = try await bench.tool("openssl", "x509", "-in", path, "-outform", "DER", "-out", file)
            #expect(judge.exitCode == 0, "\(judge.said)")
            #expect(Array(try Data(contentsOf: URL(filePath: file))) == expected)

            let all = try await bench.kortvakt("cert", "export", "--all")
            let blocks = all.out.components(separatedBy: "-----BEGIN CERTIFICATE-----").count - 1
            #expect(all.exitCode == 0 && blocks == 2)
            let bundle = try bench.write(all.out, to: "all.pem")
            let count = try await bench.tool("openssl", "storeutl", "-noout", "-certs", bundle)
            #expect(count.out.contains("Total found: 2"))
        }
    }

    @Test func aFileThatIsThereIsNotOverwrittenWithoutBeingTold() async throws {
        try await Bench.withCard { bench in
            let file = try bench.write("mine\n", to: "mine.pem")
            let refused = try await bench.kortvakt("cert", "export", "45", "--output", file, "--json")
            #expect(refused.exitCode == 8)
            #expect(refused.errorCode == "file-exists")
            #expect(refused.err.contains("--force"))
            #expect(try bench.read("mine.pem") == "mine\n")
            let replaced = try await bench.kortvakt("cert", "export", "45", "--output", file, "--force")
            #expect(replaced.exitCode == 0, "\(replaced.said)")
            #expect(try bench.read("mine.pem").hasPrefix("-----BEGIN CERTIFICATE-----\n"))

            // A link is replaced, and what it leads to is left alone.
            let target = try bench.write("target\n", to: "target")
            let link = bench.folder + "/link.pem"
            try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: target)
            #expect(try await bench.kortvakt("cert", "export", "45", "--output", link).exitCode == 8)
            #expect(
                try await bench.kortvakt("cert", "export", "45", "--output", link, "--force").exitCode == 0
            )
            #expect(try bench.read("target") == "target\n")

            let nowhere = bench.folder + "/none/login.pem"
            #expect(try await bench.kortvakt("cert", "export", "45", "--output", nowhere).exitCode == 1)
            let left = try FileManager.default.contentsOfDirectory(atPath: bench.folder)
            #expect(!left.contains { $0.hasSuffix(".new") })
        }
    }

    @Test func aPipeIsNotTurnedIntoAFileAndAModeIsKept() async throws {
        try await Bench.withCard { bench in
            let pipe = bench.folder + "/pipe"
            _ = try await bench.tool("mkfifo", pipe)
            let refused = try await bench.kortvakt("cert", "export", "45", "--output", pipe, "--force")
            #expect(refused.exitCode == 1)
            #expect(try await bench.tool("test", "-p", pipe).exitCode == 0)
            let file = try bench.write("mine", to: "mine.pem")
            try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: file)
            #expect(
                try await bench.kortvakt("cert", "export", "45", "--output", file, "--force").exitCode == 0
            )
            let mode = try FileManager.default.attributesOfItem(atPath: file)[.posixPermissions] as? Int
            #expect(mode == 0o600)
            let dash = try await bench.kortvakt("cert", "export", "45", "--output", "-")
            #expect(dash.out.hasPrefix("-----BEGIN CERTIFICATE-----"))
        }
    }

    @Test func resultsThatCouldNotBeWrittenAreNoSuccess() async throws {
        try await Bench.withCard { bench in
            let full = try await bench.tool("sh", "-c", "exec \"$0\" cert list >/dev/full", Bench.kortvakt)
            #expect(full.exitCode == 1)
            #expect(full.err.contains("could not be written"))
            // A closed stream is not given to a file of ours.
            let trace = bench.folder + "/trace"
            let closed = try await bench.tool(
                "sh",
                "-c",
                "exec \"$0\" cert list --trace \"$1\" >&-",
                Bench.kortvakt,
                trace
            )
            #expect(closed.exitCode == 1)
            #expect(try !bench.read("trace").contains("held by"))
            // Nobody wants to read on: that is no failure.
            let head = try await bench.tool(
                "bash",
                "-c",
                "set -o pipefail; \"$0\" cert list | true; exit ${PIPESTATUS[0]}",
                Bench.kortvakt
            )
            #expect(head.exitCode == 0, "\(head.said)")
        }
    }

    @Test func whatCannotBeMeantIsWrongUsage() async throws {
        try await Bench.withCard { bench in
            for arguments in [
                ["export"], ["export", "45", "--all"], ["export", "--all", "--format", "der"],
                ["export", "45", "--format", "txt"], ["show"],
                ["verify", "--revocation", "off", "--require-revocation"], ["verify", "--stdin"],
                ["verify", "--last-try"], ["verify", "--prove", "--last-puk-try"],
                ["verify", "--revocation", "perhaps"],
            ] {
                let run = try await bench.kortvakt(["cert"] + arguments)
                #expect(run.exitCode == 64, "\(arguments): \(run.said)")
                #expect(run.out.isEmpty)
            }
        }
    }

    @Test func whatIsNoCertificateIsShownAsSuchAndGivenOutAsItIs() async throws {
        var image = try CardImage()
        let nonsense: [UInt8] = [0x30, 0x05, 0x02, 0x03, 0x01, 0x02, 0x03]
        image.setLoginCertificate(nonsense)
        try await Bench.run { [image] bench in
            try await bench.insert("siths", image.options(bench))
            let list = try await bench.kortvakt("cert", "list")
            #expect(list.exitCode == 0 && list.out.contains("45  certificate that cannot be read"))
            let show = try await bench.kortvakt("cert", "show", "45")
            #expect(show.exitCode == 0 && show.out.contains("Problem"), "\(show.said)")
            let verify = try await bench.kortvakt("cert", "verify", "45", "--json")
            #expect(verify.exitCode == 9)
            let reason = try verify.json()["certificates"]?[0]?["reasons"]?[0]
            #expect(reason?["code"] == .string("not-a-certificate"))
            let file = bench.folder + "/out.der"
            _ = try await bench.kortvakt("cert", "export", "45", "--format", "der", "--output", file)
            #expect(Array(try Data(contentsOf: URL(filePath: file))) == nonsense)
        }
    }

    @Test func noCodeIsAskedForAndNoTryIsSpent() async throws {
        try await Bench.withCard { bench in
            for arguments in [["list"], ["show", "45"], ["verify"], ["export", "--all"]] {
                _ = try await bench.kortvakt(["cert"] + arguments)
            }
            #expect(try bench.stored().tries == [3, 3, 10])
        }
    }
}
