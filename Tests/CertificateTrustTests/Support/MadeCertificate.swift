import CardTesting
import FoundationEssentials
import Testing

@testable import CertificateTrust
@testable import X509

/// A certificate that the openssl command makes for one test, valid from today for 19 years.
enum MadeCertificate {
    /// `extensions` are lines of a section of openssl's configuration (x509v3_config), `sections` what they refer to.
    static func der(
        _ extensions: String,
        sections: String = "",
        serialNumber: String = "5EC0DE0000000777",
        key: String = "login",
        issuer: String = "issuer",
        digest: String = "sha256"
    ) async throws -> [UInt8] {
        let folder = try Folder()
        let settings = try folder.write(
            """
            [req]
            distinguished_name = none
            [none]
            [made]
            basicConstraints = critical, CA:false
            \(extensions)
            \(sections)
            """,
            to: "settings"
        )
        let issuerPEM = try folder.write(PEM.text(of: Fixtures.certificate(issuer)), to: "issuer.pem")
        let output = "\(folder.path)/made"
        let answer = try await OpenSSLCommand.run([
            "req", "-x509", "-new", "-config", settings, "-extensions", "made", "-subj", "/CN=Made",
            "-\(digest)",
            "-days", "7000", "-set_serial", "0x\(serialNumber)", "-key", Fixtures.keyPath(key), "-CA",
            issuerPEM,
            "-CAkey", Fixtures.keyPath(issuer), "-outform", "DER", "-out", output,
        ])
        try #require(answer.exitCode == 0, "\(answer.said)")
        return Array(try Data(contentsOf: URL(filePath: output)))
    }
}

/// An answer of `openssl ocsp`, made now.
enum MadeAnswer {
    /// `index` is what the responder knows, `signer` its certificate in DER.
    static func der(
        about certificate: Certificate,
        index: String = RevocationServer.index,
        signer: [UInt8]? = nil,
        key: String = "responder",
        digest: String = "sha1",
        _ options: [String] = ["-ndays", "1"]
    ) async throws -> [UInt8] {
        let folder = try Folder()
        let issuer = try folder.write(PEM.text(of: Fixtures.certificate("issuer")), to: "issuer.pem")
        let subject = try folder.write(PEM.text(of: certificate), to: "subject.pem")
        let responder = try folder.write(signer ?? Fixtures.der("responder"), to: "responder.der")
        let (question, output) = ("\(folder.path)/question", "\(folder.path)/answer")
        let asked = try await OpenSSLCommand.run([
            "ocsp", "-\(digest)", "-issuer", issuer, "-cert", subject, "-no_nonce", "-reqout", question,
        ])
        try #require(asked.exitCode == 0, "\(asked.said)")
        let made = try await OpenSSLCommand.run(
            [
                "ocsp", "-index", try folder.write(index, to: "index.txt"), "-CA", issuer, "-rsigner",
                responder,
                "-rkey", Fixtures.keyPath(key), "-reqin", question, "-respout", output,
            ] + options
        )
        try #require(made.exitCode == 0, "\(made.said)")
        return Array(try Data(contentsOf: URL(filePath: output)))
    }
}
