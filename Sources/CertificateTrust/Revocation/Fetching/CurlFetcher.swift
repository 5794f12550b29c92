internal import CLinux
internal import Glibc
internal import Subprocess
internal import SystemPackage
internal import X509

/// Fetches over http with the installed `curl`, bounded in time and size.
///
/// Blocks the calling thread. Revocation lists and answers are signed, so http needs no protection; https is not used
/// (RFC 5280, 8, warns of it). Redirections are not followed: only addresses that a certificate names are asked. Ending the
/// child ends everything that it does, name resolution included.
package struct CurlFetcher: Sendable {
    package enum Failure: Error, Hashable, Sendable {
        /// https, which would need a certificate to be checked for checking a certificate.
        case secure
        case notAnAddress
        case timedOut
        /// The time was over before it was this one's turn.
        case notAsked
        case unknownHost
        case unknownProxy
        /// The server or proxy refuses the connection, or there is no route to it.
        case notConnected
        /// The proxy wants a user and password, or refuses those it got (407).
        case proxyAuthentication
        case redirected
        /// Another HTTP status than 200.
        case status(Int)
        case tooLarge(limit: Int)
        /// Empty, cut, not HTTP, or badly compressed.
        case brokenAnswer
        case notInstalled
        case notStarted(errno: Int32)
        /// curl's exit code, 128 and the number of the signal that ended it, and what it said.
        case curl(exitCode: Int32, message: String)
    }

    /// For everything that one question to this library fetches.
    package static let standardLimit = 20

    /// For the name, and for the server or the proxy to accept the connection.
    private static let connectLimit = Duration.seconds(5)

    /// `HOST:PORT` or a URL of a proxy; `nil` takes `http_proxy` and `no_proxy` of the environment.
    let proxy: String?
    /// In seconds.
    let limit: Int

    package init(proxy: String? = nil, limit: Int = standardLimit) {
        (self.proxy, self.limit) = (proxy, max(1, limit))
    }

    func deadline() -> ContinuousClock.Instant { .now + .seconds(limit) }

    /// GET, or POST where there is a `body`; at most `maximumSize` bytes, decoded.
    func fetch(
        _ address: String,
        body: (type: String, bytes: [UInt8])? = nil,
        maximumSize: Int,
        deadline: ContinuousClock.Instant
    ) throws(Failure) -> [UInt8] {
        guard WebAddress.isUsable(address), let scheme = WebAddress.scheme(of: address) else {
            throw .notAnAddress
        }
        guard scheme == .http else { throw .secure }
        let left = deadline - ContinuousClock.now
        guard left > .zero else { throw .timedOut }
        let arguments = arguments(for: address, bodyType: body?.type, within: left)
        let bytes = body?.bytes ?? []
        let answer = BlockingTask.run(until: deadline) { () async -> Result<[UInt8], Failure> in
            do throws(Failure) {
                return .success(try await Self.run(arguments, input: bytes, maximumSize: maximumSize))
            } catch {
                return .failure(error)
            }
        }
        guard let answer else { throw .timedOut }
        return try answer.get()
    }

    // MARK: curl

    private func arguments(for address: String, bodyType: String?, within left: Duration) -> [String] {
        // `-q` counts only as the first: no .curlrc. `--globoff`: an address with {} or [] is one address.
        var arguments = [
            "-q", "--silent", "--show-error", "--proto", "=http", "--max-redirs", "0",
            "--globoff", "--compressed", "--max-time", Self.seconds(left), "--connect-timeout",
            Self.seconds(min(left, Self.connectLimit)), "--write-out", "%{stderr}\n%{http_code}",
        ]
        if let proxy { arguments += ["--proxy", proxy, "--noproxy", ""] }
        if let bodyType {
            arguments += [
                "--data-binary", "@-", "--header", "Content-Type: \(bodyType)", "--header", "Expect:",
            ]
        }
        return arguments + ["--url", address]
    }

    /// As curl takes it, for which 0 would be without end.
    private static func seconds(_ duration: Duration) -> String {
        "\(max(0.001, duration / .seconds(1)))"
    }

    /// What curl needs and nothing else.
    ///
    /// It does not read `HTTP_PROXY` in capitals, which in CGI the other side sets (CVE-2016-5385).
    private static func environment() -> Environment {
        var variables: [Environment.Key: String] = ["LC_ALL": "C"]
        for name in ["PATH", "http_proxy", "no_proxy", "NO_PROXY", "all_proxy", "ALL_PROXY"] {
            guard let value = unsafe getenv(name) else { continue }
            variables[Environment.Key(stringLiteral: name)] = unsafe String(cString: value)
        }
        return .custom(variables)
    }

    private static func run(
        _ arguments: [String],
        input: [UInt8],
        maximumSize: Int
    ) async throws(Failure) -> [UInt8] {
        do {
            let outcome = try await Subprocess.run(
                .name("curl"),
                arguments: Arguments(arguments),
                environment: environment(),
                input: .array(input),
                output: .sequence,
                error: .string(limit: 1 << 16)
            ) { execution in
                limitMemory(of: execution.processIdentifier.value)
                var bytes: [UInt8] = []
                for try await buffer in execution.standardOutput {
                    unsafe buffer.withUnsafeBytes { unsafe bytes.append(contentsOf: $0) }
                    // Subprocess ends the child. curl 7.88's own limit lets chunked and compressed bodies through.
                    guard bytes.count <= maximumSize else { throw Failure.tooLarge(limit: maximumSize) }
                }
                return bytes
            }
            let lines = outcome.standardError.split(separator: "\n")
            switch outcome.terminationStatus {
            case .exited(0): try check(status: lines.last.flatMap { Int($0) })
            case .exited(let code): throw failure(code, lines.first ?? "")
            case .signaled(let signal): throw Failure.curl(exitCode: 128 + signal, message: "")
            }
            return outcome.closureResult
        } catch let failure as Failure {
            throw failure
        } catch {
            throw failure(toStart: error)
        }
    }

    /// curl 7.88 keeps headers behind a body in memory without end, which no count of the body notices.
    ///
    /// Where the system forbids it (the daemon's sandbox), the service's own limit holds.
    private static func limitMemory(of process: pid_t) {
        _ = kv_limit_address_space(process, maximumMemory)
    }

    /// Address space of the child in bytes, its libraries included.
    private static let maximumMemory: UInt64 = 256 << 20

    // MARK: Failures

    private static func check(status: Int?) throws(Failure) {
        guard let status else { throw .brokenAnswer }
        switch status {
        case 200: break
        case 300..<400: throw .redirected
        case 407: throw .proxyAuthentication
        default: throw .status(status)
        }
    }

    /// By curl(1), “Exit codes”.
    private static func failure(_ exitCode: Int32, _ line: Substring) -> Failure {
        switch exitCode {
        case 3: .notAnAddress
        case 5: .unknownProxy
        case 6: .unknownHost
        case 7: .notConnected
        // 1: HTTP/0.9. 8: no HTTP. 18: cut. 23: badly compressed. 52: empty. 55, 56: broken off. 61: compressed otherwise.
        case 1, 8, 18, 23, 52, 55, 56, 61: .brokenAnswer
        case 28: .timedOut
        default: .curl(exitCode: exitCode, message: printable(line))
        }
    }

    /// The line may hold what a server sent.
    private static func printable(_ line: Substring) -> String {
        String(line.unicodeScalars.prefix(200).map { (0x20...0x7E).contains($0.value) ? Character($0) : "?" })
    }

    private static func failure(toStart error: any Error) -> Failure {
        switch error {
        case let error as SubprocessError where error.code == .executableNotFound: .notInstalled
        case let error as SubprocessError: .notStarted(errno: error.underlyingError?.rawValue ?? 0)
        default: .notStarted(errno: 0)
        }
    }
}
