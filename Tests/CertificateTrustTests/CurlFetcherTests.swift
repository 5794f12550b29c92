import CardTesting
import FoundationEssentials
import Glibc
import Testing

@testable import CertificateTrust
@testable import X509

/// Fetching from real servers on loopback, good and bad ones.
@Suite(.timeLimit(.minutes(10)))
struct CurlFetcherTests {
    /// Nobody listens on the discard port here.
    private static let nobody = "127.0.0.1:9"
    /// No name has a label of 64 characters, so no server is asked.
    private static let unknownHost = String(repeating: "a", count: 64) + ".test"

    private typealias Answer = Result<[UInt8], CurlFetcher.Failure>

    /// Long, because a busy machine starts programs slowly.
    private static func fetch(_ address: String, proxy: String? = nil, limit: Int = 60) -> Answer {
        let fetcher = CurlFetcher(proxy: proxy, limit: limit)
        do throws(CurlFetcher.Failure) {
            return .success(
                try fetcher.fetch(address, maximumSize: 1 << 20, deadline: fetcher.deadline())
            )
        } catch {
            return .failure(error)
        }
    }

    // MARK: Answers

    @Test(arguments: [
        "/testsithseidrootcav2.crl", "/pem", "/trailing", "/chunked", "/gzip", "/wrong-type",
    ])
    func crlIsReadHoweverItIsSent(path: String) async throws {
        try await WebServer.run { server in
            let session = Revocation(policy: .online, cache: nil, fetcher: CurlFetcher(limit: 60)).begin()
            let (list, bytes) = try session.list(at: "http://\(server.address)\(path)")
            #expect(throws: Never.self) { try list.get() }
            // What is kept is the list alone, in DER.
            #expect(try bytes == Fixtures.crl("root"))
        }
    }

    @Test func compressedAndChunkedBodiesAreDecoded() async throws {
        let root = try Fixtures.crl("root")
        try await WebServer.run { server in
            for path in ["/gzip", "/chunked", "/wrong-type"] {
                #expect(server.fetch(path) == .success(root), "\(path)")
            }
        }
    }

    @Test func schemeMayBeInCapitals() async throws {
        try await WebServer.run { server in
            #expect(Self.fetch("HTTP://\(server.address)/echo/a") == .success(Array("/echo/a".utf8)))
        }
    }

    /// One address is one request, whatever curl makes of these characters elsewhere.
    @Test func addressIsNotExpanded() async throws {
        try await WebServer.run { server in
            for path in ["/echo/{a,b}", "/echo/[1-9]", "/echo/-o/tmp/x", "/echo/@x"] {
                #expect(server.fetch(path) == .success(Array(path.utf8)))
            }
        }
    }

    // MARK: Limits

    @Test(arguments: ["/large", "/endless-chunks", "/bomb"])
    func endlessAnswerIsEndedAtTheLimit(path: String) async throws {
        try await WebServer.run { server in
            let start = ContinuousClock.now
            #expect(server.fetch(path, limit: 120) == .failure(.tooLarge(limit: 1 << 20)))
            #expect(ContinuousClock.now - start < .seconds(60))
        }
    }

    @Test func endlessAnswersTakeNoMemory() async throws {
        try await WebServer.run { server in
            let address = server.address
            await #expect(processExitsWith: .success) { [address = address as String] in
                // In KiB. What getrusage(2) says of this process began with the one that started it.
                func peak() throws -> Int {
                    let status = try String(contentsOfFile: "/proc/self/status", encoding: .utf8)
                    return try #require(status.firstMatch(of: /VmHWM:\s+(\d+) kB/).flatMap { Int($0.1) })
                }
                let before = try peak()
                func childrenPeak() -> Int {
                    var children = rusage()
                    unsafe _ = getrusage(RUSAGE_CHILDREN.rawValue, &children)
                    return children.ru_maxrss
                }
                for path in ["/large", "/endless-chunks", "/bomb"] {
                    _ = Self.fetch("http://\(address)\(path)")
                }
                let after = try peak()
                #expect(after - before < 32_768)
                #expect(childrenPeak() - after < 32_768)
                // curl keeps the headers behind a body, as far as its address space goes: 256 MiB.
                _ = Self.fetch("http://\(address)/endless-trailer")
                #expect(childrenPeak() < 262_144)
            }
        }
    }

    @Test(arguments: ["/drip", "/mute"])
    func slowServerIsEndedAtTheDeadline(path: String) async throws {
        try await WebServer.run { server in
            let start = ContinuousClock.now
            #expect(server.fetch(path, limit: 2) == .failure(.timedOut))
            // The server would go on for a minute.
            #expect(ContinuousClock.now - start < .seconds(30))
        }
    }

    @Test func nothingIsAskedAfterTheDeadline() {
        let fetcher = CurlFetcher(proxy: Self.nobody, limit: 1)
        #expect(throws: CurlFetcher.Failure.timedOut) {
            try fetcher.fetch("http://a.test/", maximumSize: 10, deadline: .now - .seconds(1))
        }
    }

    /// Tests and programs may call from threads of Swift's runtime.
    @Test func blockedThreadsOfTheRuntimeBlockNoFetch() async throws {
        try await WebServer.run { server in
            let address = server.address
            await #expect(processExitsWith: .success) { [address = address as String] in
                let answers = await withTaskGroup(of: Answer.self) { group in
                    for _ in 0..<(4 * sysconf(Int32(_SC_NPROCESSORS_ONLN))) {
                        group.addTask { Self.fetch("http://\(address)/echo/a") }
                    }
                    return await group.reduce(into: []) { $0.append($1) }
                }
                #expect(answers.allSatisfy { $0 == .success(Array("/echo/a".utf8)) })
            }
        }
    }

    // MARK: Refusals

    /// The first are refused before curl starts, the last by curl.
    @Test(arguments: [
        "", "file:///etc/passwd", "FILE:///etc/passwd", "-o/tmp/x", "ldap://a.test/", "http://",
        "http://user@a.test/", "http://a.test/\n", "http://a.test:99999/", "http://a.test:port/",
        "http://[::1/",
    ])
    func otherAddressesAreRefused(address: String) {
        #expect(Self.fetch(address, proxy: Self.nobody) == .failure(.notAnAddress))
    }

    @Test func failuresAreToldApart() async throws {
        #expect(Self.fetch("https://a.test/") == .failure(.secure))
        #expect(Self.fetch("http://\(Self.unknownHost)/") == .failure(.unknownHost))
        #expect(Self.fetch("http://a.test/", proxy: Self.unknownHost) == .failure(.unknownProxy))
        #expect(Self.fetch("http://\(Self.nobody)/") == .failure(.notConnected))
        #expect(Self.fetch("http://a.test/", proxy: Self.nobody) == .failure(.notConnected))
        try await WebServer.run { server in
            #expect(server.fetch("/status/404") == .failure(.status(404)))
            #expect(server.fetch("/status/503") == .failure(.status(503)))
            for path in ["/cut", "/empty", "/not-http", "/broken-gzip"] {
                #expect(server.fetch(path) == .failure(.brokenAnswer), "\(path)")
            }
            // It speaks no TLS.
            guard
                case .failure(.curl(35, let message)) = Self.fetch(
                    "http://a.test/",
                    proxy: "https://\(server.address)"
                )
            else {
                Issue.record("no failure of the proxy")
                return
            }
            #expect(message.hasPrefix("curl: (35)"))
        }
    }

    @Test(arguments: ["/redirect", "/redirect-to-file", "/redirect-to-https"])
    func redirectionIsNotFollowed(path: String) async throws {
        try await WebServer.run { server in
            #expect(server.fetch(path) == .failure(.redirected))
            #expect(server.count() == 1)
        }
    }

    @Test func withoutTimeTheOthersAreNotAsked() {
        let session = Revocation(
            policy: .online,
            cache: nil,
            fetcher: CurlFetcher(proxy: Self.nobody, limit: 1)
        ).begin()
        var failures: [CurlFetcher.Failure] = []
        for number in 0..<1_000 where failures.last != .notAsked {
            do throws(CurlFetcher.Failure) {
                _ = try session.list(at: "http://\(number).test/")
            } catch {
                failures.append(error)
            }
        }
        #expect(failures.last == .notAsked)
        #expect(failures.count > 1)
    }

    // MARK: The environment, in processes of their own

    @Test func proxyOfTheEnvironmentIsUsed() async throws {
        try await WebServer.run { server in
            let address = server.address
            await #expect(processExitsWith: .success) { [address = address as String] in
                unsafe setenv("http_proxy", "http://\(address)", 1)
                #expect(Self.fetch("http://a.test/echo/a") == .success(Array("/echo/a".utf8)))
                // As in CGI, where the other side sets it (CVE-2016-5385).
                unsafe unsetenv("http_proxy")
                unsafe setenv("HTTP_PROXY", "http://\(address)", 1)
                #expect(Self.fetch("http://\(Self.unknownHost)/echo/a") == .failure(.unknownHost))
                unsafe setenv("ALL_PROXY", "http://\(address)", 1)
                #expect(Self.fetch("http://a.test/echo/a") == .success(Array("/echo/a".utf8)))
            }
        }
    }

    @Test func userAndPasswordGoToTheProxy() async throws {
        try await WebServer.run { server in
            let address = server.address
            await #expect(processExitsWith: .success) { [address = address as String] in
                func fetch(_ credentials: String) -> Answer {
                    unsafe setenv("http_proxy", "http://\(credentials)\(address)", 1)
                    return Self.fetch("http://closed.test/echo/a")
                }
                #expect(fetch("kort:h%40mlig@") == .success(Array("/echo/a".utf8)))
                #expect(fetch("kort:fel@") == .failure(.proxyAuthentication))
                #expect(fetch("") == .failure(.proxyAuthentication))
            }
        }
    }

    @Test func hostsWithoutProxyAreAskedDirectly() async throws {
        try await WebServer.run { server in
            let port = server.port
            await #expect(processExitsWith: .success) { [port = port as Int] in
                unsafe setenv("http_proxy", "http://127.0.0.1:9", 1)
                func fetch(_ host: String, _ hosts: String, as name: String = "no_proxy") -> Answer {
                    unsafe setenv(name, hosts, 1)
                    defer { unsafe unsetenv(name) }
                    return Self.fetch("http://\(host):\(port)/echo/a")
                }
                let answer = Answer.success(Array("/echo/a".utf8))
                #expect(fetch("127.0.0.1", "*") == answer)
                #expect(fetch("127.0.0.1", "10.0.0.0/8, 127.0.0.0/8") == answer)
                #expect(fetch("127.0.0.1", "127.0.0.0/8", as: "NO_PROXY") == answer)
                #expect(fetch("crl.hospital.localhost", "a.test,.hospital.localhost") == answer)
                #expect(fetch("127.0.0.1", "10.0.0.0/8,.hospital.localhost") == .failure(.notConnected))
                #expect(fetch("crl.hospital.localhost", ".other.localhost") == .failure(.notConnected))
            }
        }
    }

    @Test func curlrcIsNotRead() async throws {
        let folder = try Folder()
        let stolen = "\(folder.path)/stolen"
        try folder.write("proxy = \"\(Self.nobody)\"\noutput = \"\(stolen)\"\n", to: ".curlrc")
        try await WebServer.run { server in
            let (address, home) = (server.address, folder.path)
            await #expect(processExitsWith: .success) {
                [address = address as String, home = home as String] in
                for name in ["HOME", "CURL_HOME", "XDG_CONFIG_HOME"] { unsafe setenv(name, home, 1) }
                #expect(Self.fetch("http://\(address)/echo/a") == .success(Array("/echo/a".utf8)))
            }
        }
        #expect(!FileManager.default.fileExists(atPath: stolen))
    }

    @Test func withoutCurlThatIsSaid() async throws {
        let folder = try Folder()
        let path = folder.path
        await #expect(processExitsWith: .success) { [path = path as String] in
            unsafe setenv("PATH", path, 1)
            #expect(Self.fetch("http://\(Self.nobody)/") == .failure(.notInstalled))
        }
        // No program, though it may be executed.
        try folder.write("no program", to: "curl", mode: 0o755)
        await #expect(processExitsWith: .success) { [path = path as String] in
            unsafe setenv("PATH", path, 1)
            #expect(Self.fetch("http://\(Self.nobody)/") == .failure(.notStarted(errno: ENOEXEC)))
        }
    }

    /// What curl says may come from a server.
    @Test func messageIsPrintableAndShort() async throws {
        let folder = try Folder()
        let script = "#!/bin/sh\nprintf '\\033[31m\\303\\245%0300d\\nmore' 7 >&2\nexit 99\n"
        try folder.write(script, to: "curl", mode: 0o755)
        let path = folder.path
        await #expect(processExitsWith: .success) { [path = path as String] in
            unsafe setenv("PATH", path, 1)
            let message = "?[31m?" + String(repeating: "0", count: 194)
            #expect(
                Self.fetch("http://\(Self.nobody)/") == .failure(.curl(exitCode: 99, message: message))
            )
        }
    }
}
