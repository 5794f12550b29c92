import CardTesting
import FoundationEssentials
import Testing

/// `cert verify`: what is trusted, what is not, and what is said about it.
@Suite(.timeLimit(.minutes(10)))
struct CertVerifyTests {
    /// A card with this login certificate, a folder of trusted certificates, and how `cert verify 45` ends.
    private func verify(
        _ certificate: String,
        trust: [String] = ["root", "issuer"],
        authorities: [String] = [],
        _ options: [String] = [],
        _ check: @Sendable (Run, Bench) async throws -> Void
    ) async throws {
        var image = try CardImage()
        image.setLoginCertificate(try CardImage.der(certificate))
        for authority in authorities { image.addAuthority(try CardImage.der(authority)) }
        try await Bench.run { [image] bench in
            try await bench.insert("siths", image.options(bench))
            let path = try bench.writeTrust(trust)
            let run = try await bench.kortvakt(
                ["cert", "verify", "45", "--trust", path, "--revocation", "off"] + options
            )
            try await check(run, bench)
        }
    }

    @Test func aTrustedCertificateSaysWhoVouchesForIt() async throws {
        try await verify("login") { run, bench in
            #expect(run.exitCode == 0 && run.err.isEmpty, "\(run.said)")
            #expect(run.out.contains("Trusted: it is genuine and may be used to log in."))
            #expect(run.out.hasSuffix("\n\(Self.root) vouches for certificate 45 through \(Self.issuer)\n"))
            #expect(!run.out.contains(bench.folder))
        }
    }

    private static let root = "TEST SITHS e-id Root CA v2, which this computer trusts,"
    private static let issuer = "TEST SITHS e-id Person HSA-id 3 CA v1"

    @Test func theWayToTheRootIsSaidOnceForAllCertificatesThatShareIt() async throws {
        try await Bench.withCard { bench in
            let trust = try bench.writeTrust(["root", "issuer"])
            let command = ["cert", "verify", "--trust", trust, "--revocation", "off"]
            let run = try await bench.kortvakt(command)
            #expect(run.exitCode == 0, "\(run.said)")
            let line = "\(Self.root) vouches for certificates 45, sign-2 through \(Self.issuer)\n"
            #expect(run.out.components(separatedBy: "vouches for certificate").count == 2)
            #expect(run.out.hasSuffix("\n" + line) && !run.out.contains(trust), "\(run.out)")
            let verbose = try await bench.kortvakt(command + ["--verbose"])
            let files =
                "  \(Self.issuer): \(trust)/issuer.der\n  TEST SITHS e-id Root CA v2: \(trust)/root.der\n"
            #expect(verbose.out == run.out + files, "\(verbose.out)")
            let json = try await bench.kortvakt(command + ["--json"])
            #expect(try await bench.kortvakt(command + ["--json", "--verbose"]).out == json.out)
        }
    }

    /// Two ways, and one certificate to which none leads.
    @Test func everyWayToARootIsSaidWithItsCertificates() async throws {
        var image = try CardImage()
        image.setLoginCertificate(try CardImage.der("hsaid2-login"))
        try await Bench.run { [image] bench in
            try await bench.insert("siths", image.options(bench))
            let trust = try bench.writeTrust(["root", "issuer"])
            let command = ["cert", "verify", "--trust", trust, "--revocation", "off"]
            let one = try await bench.kortvakt(command)
            #expect(one.exitCode == 9 && !one.out.contains("vouches for certificate 45"), "\(one.out)")
            #expect(one.out.contains("\(Self.root) vouches for certificate sign-2 through \(Self.issuer)\n"))
            try Data(CardImage.der("hsaid2-ca")).write(to: URL(filePath: trust + "/hsaid2-ca.der"))
            let both = try await bench.kortvakt(command)
            #expect(both.exitCode == 0, "\(both.said)")
            let other = "TEST SITHS e-id Person HSA-id 2 CA v1"
            #expect(
                both.out.contains("\(Self.root) vouches for certificate 45 through \(other)\n"),
                "\(both.out)"
            )
            #expect(both.out.contains("\(Self.root) vouches for certificate sign-2 through \(Self.issuer)\n"))
        }
    }

    @Test func theJSONHasTheKeysOfTheContract() async throws {
        try await verify("login", authorities: [], ["--json"]) { run, _ in
            #expect(run.exitCode == 0)
            let json = try run.json()
            #expect(json.keys == ["certificates", "error", "moreCertificates"])
            #expect(json["error"] == .null && json["moreCertificates"] == .bool(false))
            let item = try #require(json["certificates"]?[0])
            #expect(
                item.keys == [
                    "chain", "id", "possession", "purpose", "reasons", "result", "revocation",
                    "revocationChecks",
                ]
            )
            #expect(item["id"] == .string("45") && item["result"] == .string("trusted"))
            #expect(item["reasons"] == .array([]) && item["revocation"] == .string("unchecked"))
            #expect(item["possession"] == .string("unchecked"))
            #expect(
                item["chain"]?.elements.compactMap(\.text) == [
                    "Testina Provkort", "TEST SITHS e-id Person HSA-id 3 CA v1",
                    "TEST SITHS e-id Root CA v2",
                ]
            )
        }
    }

    @Test func withoutATrustedRootItIsSaidWhereToPutOne() async throws {
        try await Bench.withCard { bench in
            let folder = bench.folder + "/nothing"
            let run = try await bench.kortvakt("cert", "verify", "--trust", folder)
            #expect(run.exitCode == 9)
            #expect(run.out.contains(folder) && run.out.contains("--trust"))
            #expect(run.err.contains("2 certificates of 2 are not trusted."))
        }
    }

    /// The issuer lies on the card, where the card itself says so.
    @Test func anIssuerOnTheCardHelpsAndIsNotBelieved() async throws {
        try await verify("login", trust: ["root"], authorities: ["issuer"], ["--verbose"]) { run, _ in
            #expect(run.exitCode == 0, "\(run.said)")
            #expect(run.out.contains("\n  \(Self.issuer): on the card\n"))
        }
        // A root on the card is no reason to trust anything.
        try await verify("login", trust: ["other-root"], authorities: ["issuer", "root"], ["--json"]) {
            run,
            _ in
            #expect(run.exitCode == 9)
            let codes = try run.json()["certificates"]?[0]?["reasons"]?.elements.map { $0["code"]?.text }
            #expect(codes == ["root-not-trusted"])
        }
    }

    /// What is wrong with a certificate, with what is trusted, and what it is called.
    struct Case: Sendable, CustomTestStringConvertible {
        let certificate: String
        let code: String
        var trust = ["root", "issuer"]
        var testDescription: String { certificate + " " + trust.joined(separator: " ") }
    }

    static let cases = [
        Case(certificate: "login", code: "issuer-missing", trust: ["root"]),
        Case(certificate: "login", code: "root-not-trusted", trust: ["other-root", "issuer-and-root"]),
        Case(certificate: "by-impostor", code: "issuer-key-differs"),
        Case(certificate: "by-impostor-unnamed", code: "signature-invalid"),
        Case(certificate: "self-signed", code: "self-signed"),
        Case(certificate: "not-yet-valid", code: "not-yet-valid"),
        Case(certificate: "expired", code: "expired"),
        Case(certificate: "under-login", code: "not-an-authority", trust: ["root", "issuer", "login"]),
        Case(
            certificate: "under-no-cert-sign",
            code: "may-not-issue",
            trust: ["root", "no-cert-sign-ca"]
        ),
        Case(certificate: "path-too-long", code: "path-too-long", trust: ["root", "issuer", "sub-ca"]),
        Case(
            certificate: "constrained-outside",
            code: "name-not-permitted",
            trust: ["root", "constrained-ca"]
        ),
        Case(certificate: "no-explicit-policy", code: "policy-missing", trust: ["root", "policy-ca"]),
        Case(certificate: "unknown-critical", code: "unknown-critical-extension"),
        Case(certificate: "doubled-policy", code: "malformed"),
        Case(certificate: "no-usage", code: "key-usage"),
        Case(certificate: "server", code: "extended-key-usage"),
        Case(certificate: "rsa1024", code: "weak-key"),
        Case(certificate: "roca", code: "roca-key"),
        Case(certificate: "exponent-one", code: "worthless-exponent"),
        Case(certificate: "sha1", code: "weak-signature"),
        Case(certificate: "md5", code: "weak-signature"),
    ]

    @Test(arguments: cases)
    func whatIsWrongIsNamedWithWhatToDo(one: Case) async throws {
        let trust = one.trust.flatMap { $0 == "issuer-and-root" ? ["issuer"] : [$0] }
        let authorities = one.trust.contains("issuer-and-root") ? ["root"] : []
        try await verify(one.certificate, trust: trust, authorities: authorities, ["--json"]) { run, _ in
            let item = try #require(try run.json()["certificates"]?[0])
            let reasons = item["reasons"]?.elements ?? []
            #expect(run.exitCode == 9)
            #expect(item["result"] == .string("rejected"))
            #expect(reasons.contains { $0["code"]?.text == one.code }, "\(reasons)")
            for reason in reasons {
                #expect(reason["message"]?.text?.isEmpty == false)
                #expect(reason["advice"]?.text?.isEmpty == false)
            }
            #expect(try run.json()["error"]?["code"] == .string("certificate-not-trusted"))
        }
    }

    /// The issuer has a new key: its old certificate is in the folder, the new one on the card.
    @Test func anIssuerOfTheSameNameInTheFolderDoesNotHideTheOneOnTheCard() async throws {
        try await verify("login", trust: ["root", "impostor"], authorities: ["issuer"]) { run, _ in
            #expect(run.exitCode == 0, "\(run.said)")
        }
    }

    /// A certificate that calls itself an authority is not left out for that, and an issuer on the card is not judged apart.
    @Test func nothingThatCouldLogInIsPassedOver() async throws {
        var image = try CardImage()
        image.setLoginCertificate(try CardImage.der("hsaid2-ca"))
        image.addAuthority(try CardImage.der("issuer"))
        try await Bench.run { [image] bench in
            try await bench.insert("siths", image.options(bench))
            let trust = try bench.writeTrust(["root"])
            let run = try await bench.kortvakt(
                "cert",
                "verify",
                "--trust",
                trust,
                "--revocation",
                "off",
                "--json"
            )
            #expect(run.exitCode == 0, "\(run.said)")
            let judged = try run.json()["certificates"]?.elements ?? []
            #expect(judged.map { $0["id"]?.text } == ["45", "sign-2"])
            #expect(judged.map { $0["purpose"]?.text } == ["any", "signing"])
        }
    }

    @Test func aCardWithNothingButAnAuthorityIsJudgedToo() async throws {
        var image = try CardImage("reservkort")
        image.setLoginCertificate(try CardImage.der("other-root"))
        try await Bench.run { [image] bench in
            try await bench.insert("reservkort", image.options(bench))
            let trust = try bench.writeTrust(["root"])
            let run = try await bench.kortvakt("cert", "verify", "--trust", trust, "--json")
            #expect(run.exitCode == 9, "\(run.said)")
            #expect(try run.json()["certificates"]?.elements.count == 1)
        }
    }

    /// What is already known is said, whatever becomes of the card while others are asked for.
    @Test func aCardThatIsGoneWhenItsIssuersAreWantedLosesNoVerdict() async throws {
        try await Bench.run { bench in
            // One certificate takes 13 commands; the issuers are asked for after that.
            try await bench.insert("siths", ["--fault", "remove-before:16"])
            let trust = try bench.writeTrust(["root"])
            let run = try await bench.kortvakt(
                "cert",
                "verify",
                "45",
                "--trust",
                trust,
                "--revocation",
                "off",
                "--json"
            )
            #expect(run.exitCode == 9, "\(run.said)")
            let reasons = try run.json()["certificates"]?[0]?["reasons"]?.elements ?? []
            #expect(reasons.map { $0["code"]?.text } == ["issuer-missing"])
        }
    }

    @Test func aCertificateThatTheCardCannotGiveIsNotPassedOver() async throws {
        var image = try CardImage()
        // A SEQUENCE that is longer than its file.
        image.setLoginCertificate([0x30, 0x82, 0x40, 0x00, 0x01])
        try await Bench.run { [image] bench in
            try await bench.insert("siths", image.options(bench))
            let trust = try bench.writeTrust(["root", "issuer"])
            let run = try await bench.kortvakt(
                "cert",
                "verify",
                "--trust",
                trust,
                "--revocation",
                "off",
                "--json"
            )
            #expect(run.exitCode == 9)
            let results = try run.json()["certificates"]?.elements.map { $0["result"]?.text }
            #expect(results == ["rejected", "trusted"])
            // Nothing is given out for it either.
            let file = bench.folder + "/all.pem"
            let export = try await bench.kortvakt("cert", "export", "--all", "--output", file, "--json")
            #expect(export.exitCode == 5 && export.errorCode == "certificate-unreadable")
            #expect(!FileManager.default.fileExists(atPath: file))
        }
    }

    @Test func namesThatCouldSteerATerminalAreEscaped() async throws {
        try await verify("hostile-name") { run, _ in
            let controls = run.said.unicodeScalars.filter { scalar in
                scalar != "\n" && [.control, .format].contains(scalar.properties.generalCategory)
            }
            #expect(controls.isEmpty)
            #expect(run.out.contains("\\u{"))
        }
    }

    @Test func filesThatCannotBeUsedAreNamedAndTheOthersAre() async throws {
        try await Bench.withCard { bench in
            let trust = try bench.writeTrust(["root", "issuer"])
            let file = try bench.write("no certificate", to: "trust/notes.pem")
            let run = try await bench.kortvakt("cert", "verify", "--trust", trust, "--revocation", "off")
            #expect(run.exitCode == 0, "\(run.said)")
            #expect(run.err.contains(file))
            // A folder into which anybody can put a root is no source of trust.
            try FileManager.default.setAttributes([.posixPermissions: 0o777], ofItemAtPath: trust)
            let open = try await bench.kortvakt("cert", "verify", "--trust", trust, "--json")
            #expect(open.exitCode == 9)
            #expect(open.errorCode == "trust-store")
            #expect(open.err.contains("chmod"), "\(open.err)")
        }
    }

    @Test(arguments: ["sv", "nb", "nn", "en"])
    func itIsExplainedInEveryLanguage(language: String) async throws {
        try await Bench.withCard { bench in
            let trust = try bench.writeTrust(["root"])
            let run = try await bench.kortvakt("cert", "verify", "--trust", trust, "--lang", language)
            #expect(run.exitCode == 9)
            #expect(run.out.contains("NOT trusted") == (language == "en"), "\(run.out)")
            #expect(run.out.contains("http://aia.siths.test/testsithseidpersonhsaid3cav1.cer"))
        }
    }
}

extension Bench {
    /// A folder that holds these certificates of the test PKI.
    func writeTrust(_ names: [String]) throws -> String {
        let trust = folder + "/trust"
        try FileManager.default.createDirectory(
            atPath: trust,
            withIntermediateDirectories: true,
            attributes: [.posixPermissions: 0o755]
        )
        for name in names {
            let file = "\(trust)/\(name).der"
            try Data(try CardImage.der(name)).write(to: URL(filePath: file))
            try FileManager.default.setAttributes([.posixPermissions: 0o644], ofItemAtPath: file)
        }
        return trust
    }
}
