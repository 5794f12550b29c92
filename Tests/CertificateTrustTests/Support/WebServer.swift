import Subprocess

@testable import CertificateTrust

/// `Programs/server.py` for the time of a test.
struct WebServer: Sendable {
    let port: Int

    var address: String { "127.0.0.1:\(port)" }

    /// Certificates of the issuer that its responder knows, in the form of `openssl ca`.
    static let index =
        "V\t491231235959Z\t\t5EC0DE0000000001\tunknown\t/CN=login\n"
        + "R\t491231235959Z\t260301120000Z,keyCompromise\t5EC0DE0000000203\tunknown\t/CN=revoked\n"

    static func run(
        responder: String = "responder",
        _ body: (WebServer) async throws -> Void
    ) async throws {
        let folder = try Folder()
        let index = try folder.write(Self.index, to: "index.txt")
        let program =
            #filePath.split(separator: "/").dropLast(2).map { "/" + $0 }.joined() + "/Programs/server.py"
        let outcome = try await Subprocess.run(
            .name("python3"),
            arguments: ["-I", program, Fixtures.pki, index, responder],
            environment: .custom(["PATH": "/usr/bin:/bin", "LC_ALL": "C"]),
            input: .inputWriter,
            output: .sequence,
            error: .discarded
        ) { execution -> Result<Void, any Error> in
            var lines = execution.standardOutput.strings().makeAsyncIterator()
            let said = try await lines.next() ?? ""
            let result: Result<Void, any Error>
            do {
                let digits = said.filter(\.isNumber)
                try await body(WebServer(port: Int(digits) ?? 0))
                result = .success(())
            } catch {
                result = .failure(error)
            }
            try await execution.standardInputWriter.finish()
            return result
        }
        try outcome.closureResult.get()
    }

    func fetch(
        _ path: String,
        limit: Int = 5,
        maximumSize: Int = 1 << 20
    ) -> Result<[UInt8], WebFetcher.Failure> {
        let fetcher = WebFetcher(limit: limit)
        do throws(WebFetcher.Failure) {
            return .success(
                try fetcher.fetch(
                    "http://\(address)\(path)",
                    maximumSize: maximumSize,
                    deadline: fetcher.deadline()
                )
            )
        } catch {
            return .failure(error)
        }
    }

    /// How often it was asked.
    func count() -> Int? {
        guard case .success(let bytes) = fetch("/count") else { return nil }
        return bytes.last.map(Int.init)
    }
}
