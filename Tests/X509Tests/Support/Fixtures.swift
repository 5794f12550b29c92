import CardTesting
import FoundationEssentials
import Subprocess

@testable import X509

/// Certificates of the test PKI, and ones with other names.
enum Fixtures {
    static func der(_ name: String) throws -> [UInt8] {
        let path = "\(BuildFolder.sources)/Fixtures/pki/trust/certificates/\(name).der"
        return Array(try Data(contentsOf: URL(filePath: path)))
    }

    static func certificate(_ name: String) throws -> Certificate { try Certificate(der: der(name)) }

    /// DER of a certificate whose subject and issuer have these attributes.
    static func named(_ attributes: [CertificateFields.Attribute]) throws -> [UInt8] {
        CertificateFields.replace(subject: attributes, issuer: attributes, in: try der("p256"))
    }

    /// What `openssl x509` says of it, and whether it can read it.
    static func openssl(_ der: [UInt8], _ options: [String]) async throws -> (said: String, isRead: Bool) {
        let path = FileManager.default.temporaryDirectory.path + "/kortvakt-\(UUID().uuidString).der"
        try Data(der).write(to: URL(filePath: path))
        defer { try? FileManager.default.removeItem(atPath: path) }
        let outcome = try await Subprocess.run(
            .name("openssl"),
            arguments: Arguments(["x509", "-in", path, "-inform", "DER", "-noout"] + options),
            environment: .custom(["PATH": "/usr/bin:/bin", "LC_ALL": "C"]),
            output: .string(limit: 1 << 20),
            error: .discarded
        )
        return (outcome.standardOutput, outcome.terminationStatus.isSuccess)
    }
}
