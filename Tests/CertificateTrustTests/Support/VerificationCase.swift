import Testing

@testable import CertificateTrust

/// A certificate of the test PKI, what we say of it, and what `openssl verify` says at the same instant.
struct VerificationCase: Sendable, CustomTestStringConvertible {
    let name: String
    var purpose = Purpose.login
    var anchors = ["root"]
    var issuers = Fixtures.issuers
    /// Codes of our reasons, in any order; none for a trusted chain.
    var ours: [String] = []
    /// Error numbers of `openssl verify`, in any order; none for OK.
    var theirs: [Int32] = []
    /// Why one trusts and the other does not.
    var difference: String?

    var testDescription: String { "\(name) for \(purpose)" }

    init(
        _ name: String,
        _ purpose: Purpose = .login,
        anchors: [String] = ["root"],
        issuers: [String] = Fixtures.issuers,
        ours: [String] = [],
        theirs: [Int32] = [],
        difference: String? = nil
    ) {
        (self.name, self.purpose, self.anchors, self.issuers) = (name, purpose, anchors, issuers)
        (self.ours, self.theirs, self.difference) = (ours, theirs, difference)
    }

    private static let sslClientOnly = "openssl's sslclient takes a certificate without keyUsage for any use"
    private static let noSigning = "openssl has no purpose of signing by nonRepudiation; it is asked for any"
    private static let noStrength = "openssl verify judges no strength below security level 1"
    private static let ourChecks = "openssl verify has no such check"

    static let all: [VerificationCase] = good + uses + time + paths + strength

    static let good = [
        VerificationCase("login"), VerificationCase("hsaid2-login"), VerificationCase("personid3-login"),
        VerificationCase("personid3-signature", .signing), VerificationCase("function"),
        VerificationCase("p256"), VerificationCase("p384"), VerificationCase("ed25519"),
        VerificationCase("constrained-inside"), VerificationCase("explicit-policy"),
        VerificationCase("under-sha1-root", anchors: ["sha1-root"]), VerificationCase("root", .any),
        VerificationCase("addresses"), VerificationCase("hostile-name"),
        // Revocation is asked for separately.
        VerificationCase("revoked"), VerificationCase("under-revoked-ca"),
        VerificationCase("signature", .signing),
    ]

    static let uses = [
        VerificationCase("login", .signing, ours: ["key-usage"], difference: noSigning),
        VerificationCase("signature", ours: ["key-usage"], theirs: [26]),
        VerificationCase("encipherment", ours: ["key-usage"], theirs: [26]),
        VerificationCase("encipherment", .any),
        VerificationCase("server", ours: ["extended-key-usage"], theirs: [26]),
        VerificationCase("no-usage", ours: ["key-usage"], difference: sslClientOnly),
        VerificationCase("under-server-ca", ours: ["extended-key-usage"], theirs: [26]),
    ]

    static let time = [
        VerificationCase("reservkort-login", ours: ["expired"], theirs: [10]),
        VerificationCase("expired", ours: ["expired"], theirs: [10]),
        VerificationCase("not-yet-valid", ours: ["not-yet-valid"], theirs: [9]),
        VerificationCase("under-expired-ca", ours: ["expired"], theirs: [10]),
        VerificationCase(
            "expired-server",
            ours: ["expired", "extended-key-usage"],
            theirs: [10, 26]
        ),
    ]

    static let paths = [
        VerificationCase("login", issuers: [], ours: ["issuer-missing"], theirs: [20]),
        VerificationCase("by-impostor", ours: ["issuer-key-differs"], theirs: [20]),
        VerificationCase("by-impostor-unnamed", ours: ["signature-invalid"], theirs: [7]),
        VerificationCase(
            "by-impostor",
            issuers: ["impostor", "other-root"],
            ours: ["root-not-trusted"],
            theirs: [19]
        ),
        VerificationCase("self-signed", ours: ["self-signed", "key-usage"], theirs: [18]),
        VerificationCase(
            "under-login",
            ours: ["not-an-authority", "path-too-long"],
            theirs: [25, 26, 32, 79]
        ),
        VerificationCase("under-no-cert-sign", ours: ["may-not-issue"], theirs: [26, 32, 79]),
        VerificationCase("path-too-long", ours: ["path-too-long"], theirs: [25]),
        VerificationCase("constrained-outside", ours: ["name-not-permitted"], theirs: [47]),
        VerificationCase("constrained-excluded", ours: ["name-not-permitted"], theirs: [48]),
        VerificationCase("constrained-unsupported", ours: ["name-not-permitted"], theirs: [53]),
        VerificationCase("no-explicit-policy", ours: ["policy-missing"], theirs: [43]),
        VerificationCase("doubled-policy", ours: ["malformed"], theirs: [42]),
        VerificationCase("malformed", ours: ["malformed"], theirs: [20]),
        VerificationCase("unknown-critical", ours: ["unknown-critical-extension"], theirs: [34]),
        VerificationCase("under-explicit-ca", ours: ["other"], theirs: [94]),
    ]

    static let strength = [
        VerificationCase("md5", ours: ["weak-signature"], difference: noStrength),
        VerificationCase("sha1", ours: ["weak-signature"], difference: noStrength),
        VerificationCase("under-sha1-ca", ours: ["weak-signature"], difference: noStrength),
        VerificationCase("rsa1024", ours: ["weak-key"], difference: noStrength),
        VerificationCase("under-weak-ca", ours: ["weak-key"], difference: noStrength),
        VerificationCase("p224", ours: ["weak-key"], difference: noStrength),
        VerificationCase("exponent-one", ours: ["worthless-exponent"], difference: ourChecks),
        VerificationCase("roca", ours: ["roca-key"], difference: ourChecks),
    ]

}
