import FoundationEssentials
import Testing

@testable import CertificateTrust
@testable import X509

/// The test PKI.
enum Fixtures {
    static let pki = #filePath.split(separator: "/").dropLast(4).map { "/" + $0 }.joined() + "/Fixtures/pki"

    /// An instant at which what is good is valid: 2030-01-01T00:00:00Z.
    static let instant = Instant(seconds: 1_893_456_000)

    static func bytes(_ path: String) throws -> [UInt8] {
        Array(try Data(contentsOf: URL(filePath: "\(pki)/\(path)")))
    }

    /// Where the certificate is, made by make-trust-pki or by make-pki.
    static func path(_ name: String) -> String {
        let ours = "\(pki)/trust/certificates/\(name).der"
        return FileManager.default.fileExists(atPath: ours) ? ours : "\(pki)/certificates/\(name).der"
    }

    static func keyPath(_ name: String) -> String {
        let ours = "\(pki)/trust/keys/\(name).key.pem"
        return FileManager.default.fileExists(atPath: ours) ? ours : "\(pki)/keys/\(name).key.pem"
    }

    static func der(_ name: String) throws -> [UInt8] {
        Array(try Data(contentsOf: URL(filePath: path(name))))
    }

    static func certificate(_ name: String) throws -> Certificate { try Certificate(der: der(name)) }

    /// An input of the fuzz targets.
    static func kept(_ path: String) throws -> [UInt8] { try bytes("../fuzz-corpus/\(path)") }

    static func crl(_ name: String) throws -> [UInt8] { try bytes("trust/crls/\(name).crl") }

    /// Every issuer but the roots; each chain picks its own.
    static let issuers = [
        "issuer", "hsaid2-ca", "personid3-ca", "function-ca", "sub-ca", "constrained-ca", "policy-ca",
        "weak-ca",
        "sha1-ca", "explicit-ca", "no-cert-sign-ca", "server-ca", "expired-ca", "revoked-ca", "login",
    ]

    static func store(_ names: [String] = ["root"]) throws -> TrustStore {
        let folder = try Folder()
        for name in names { try folder.write(der(name), to: "\(name).der") }
        return try TrustStore.load(path: folder.path)
    }
}

/// A folder that goes away with the test.
final class Folder: Sendable {
    let path: String

    init() throws {
        path =
            FileManager.default.temporaryDirectory.appendingPathComponent("kortvakt-\(UUID().uuidString)")
            .path
        try FileManager.default.createDirectory(
            atPath: path,
            withIntermediateDirectories: true,
            attributes: [.posixPermissions: 0o755]
        )
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    /// Writes a file and returns its path.
    @discardableResult
    func write(_ bytes: [UInt8], to name: String, mode: Int = 0o644) throws -> String {
        let file = "\(path)/\(name)"
        try Data(bytes).write(to: URL(filePath: file))
        try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: file)
        return file
    }

    @discardableResult
    func write(_ text: String, to name: String, mode: Int = 0o644) throws -> String {
        try write(Array(text.utf8), to: name, mode: mode)
    }
}
