import CardTesting
import Testing

/// OpenSC signs with the login keys of the software cards by its own drivers, in the forms in which we ask for signatures.
@Suite(.timeLimit(.minutes(10)))
struct SigningJudgeTests {
    @Test(arguments: [
        ("siths-two-step", "45", "RSA-PKCS"), ("idprime-940", "0001", "SHA256-RSA-PKCS"),
        ("idprime-940", "0001", "SHA384-RSA-PKCS"), ("idprime-940", "0001", "SHA256-RSA-PKCS-PSS"),
        ("gids", "00", "RSA-PKCS"), ("openpgp", "03", "RSA-PKCS"), ("piv", "01", "RSA-PKCS"),
        ("piv", "01", "SHA256-RSA-PKCS-PSS"),
    ])
    func openSCSignsAndOpenSSLChecksTheSignature(profile: String, id: String, mechanism: String) async throws
    {
        try await Bench.withCard(profile) { bench in
            let judge = try OpenSC(bench, defaultDriver: false)
            let certificate = BenchFiles.fixture("pki/certificates/login.pem")
            let script = """
                cd '\(bench.folder)' && printf kortvakt > m &&
                (printf '\\060\\061\\060\\015\\006\\011\\140\\206\\110\\001\\145\\003\\004\\002\\001\\005\\000\\004\\040'
                 openssl dgst -sha256 -binary m) > di &&
                openssl x509 -in '\(certificate)' -noout -pubkey > pub
                """
            #expect(try await bench.tool("sh", "-c", script).exitCode == 0)
            let signing = try await judge.pkcs11(
                "--login",
                "--pin",
                "246810",
                "--sign",
                "--mechanism",
                mechanism,
                "--id",
                id,
                "--input-file",
                bench.folder + (mechanism == "RSA-PKCS" ? "/di" : "/m"),
                "--output-file",
                bench.folder + "/sig"
            )
            #expect(signing.exitCode == 0, "\(signing.said)")
            let hash = mechanism.contains("384") ? "sha384" : "sha256"
            let padding =
                mechanism.hasSuffix("PSS")
                ? "-sigopt rsa_padding_mode:pss -sigopt rsa_pss_saltlen:digest" : ""
            let check = try await bench.tool(
                "sh",
                "-c",
                "cd '\(bench.folder)' && openssl dgst -\(hash) \(padding) -verify pub -signature sig m"
            )
            #expect(check.exitCode == 0 && check.out.contains("Verified OK"), "\(check.said)")
            // The driver is the one for this card, and ours sees the same card after the session of theirs.
            if profile == "siths-two-step" {
                #expect(try await judge.opensc("-n").out.contains("SetCOS"))
            }
            #expect(try await bench.kortvakt("pin", "verify", "--stdin", lines: ["246810"]).exitCode == 0)
        }
    }
}
