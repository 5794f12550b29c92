import CardTesting

@testable import CertificateTrust

/// The server of the test PKI, asked by our own client.
struct WebServer: Sendable {
    private let server: RevocationServer

    var port: Int { server.port }
    var address: String { server.address }

    static func run(
        responder: String = "responder",
        index: String = RevocationServer.index,
        _ body: (WebServer) async throws -> Void
    ) async throws {
        try await RevocationServer.run(responder: responder, index: index) {
            try await body(WebServer(server: $0))
        }
    }

    func fetch(
        _ path: String,
        limit: Int = 60,
        maximumSize: Int = 1 << 20
    ) -> Result<[UInt8], CurlFetcher.Failure> {
        let fetcher = CurlFetcher(limit: limit)
        do throws(CurlFetcher.Failure) {
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
