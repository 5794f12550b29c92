internal import Subprocess

/// `Programs/server.py` for the time of a test: revocation lists and OCSP of the test PKI on loopback, and a proxy.
package struct RevocationServer: Sendable {
    package let port: Int

    package var address: String { "127.0.0.1:\(port)" }

    /// Certificates of the issuer that its responder knows, in the form of `openssl ca`.
    package static let index =
        "V\t491231235959Z\t\t5EC0DE0000000001\tunknown\t/CN=login\n"
        + "R\t491231235959Z\t260301120000Z,keyCompromise\t5EC0DE0000000203\tunknown\t/CN=revoked\n"

    /// `responder` is whose key answers, or `mute` for one that never does; `index` is what it knows, `pki` the test PKI or
    /// a copy with other lists.
    package static func run(
        responder: String = "responder",
        index: String = Self.index,
        pki: String = BuildFolder.sources + "/Fixtures/pki",
        _ body: (RevocationServer) async throws -> Void
    ) async throws {
        let outcome = try await Subprocess.run(
            .name("python3"),
            arguments: [
                "-I", BuildFolder.sources + "/Tests/CardTesting/Programs/server.py",
                pki, index, responder,
            ],
            environment: .custom(["PATH": "/usr/bin:/bin", "LC_ALL": "C"]),
            input: .inputWriter,
            output: .sequence,
            error: .discarded
        ) { execution -> Result<Void, any Error> in
            var lines = execution.standardOutput.strings().makeAsyncIterator()
            let said = try await lines.next() ?? ""
            let result: Result<Void, any Error>
            do {
                try await body(RevocationServer(port: Int(said.filter(\.isNumber)) ?? 0))
                result = .success(())
            } catch {
                result = .failure(error)
            }
            try await execution.standardInputWriter.finish()
            return result
        }
        try outcome.closureResult.get()
    }
}
