import CardTesting
import FoundationEssentials
import Testing

/// `cert verify` and revocation, asked over the network, which ends on this machine.
@Suite(.timeLimit(.minutes(10)))
struct CertRevocationTests {
    /// A card with this login certificate, and a server of lists and answers as its proxy.
    private func withCard(
        _ certificate: String,
        _ body:
            @Sendable (_ verify: @Sendable ([String]) async throws -> Run, Bench, RevocationServer)
            async throws -> Void
    ) async throws {
        var image = try CardImage()
        image.setLoginCertificate(try CardImage.der(certificate))
        try await RevocationServer.run { [image] server in
            try await Bench.run { bench in
                try await bench.insert("siths", image.options(bench))
                let trust = try bench.writeTrust(["root", "issuer"])
                try await body(
                    { options in
                        try await bench.kortvakt(
                            ["cert", "verify", "45", "--trust", trust] + options,
                            environment: [
                                "http_proxy": "http://\(server.address)",
                                "CACHE_DIRECTORY": bench.folder + "/cache",
                            ]
                        )
                    },
                    bench,
                    server
                )
            }
        }
    }

    private func state(_ run: Run) throws -> String? {
        try run.json()["certificates"]?[0]?["revocation"]?.text
    }

    @Test func whatCouldNotBeCheckedIsUnknownAndNeverGood() async throws {
        try await withCard("login") { verify, bench, _ in
            // Nothing was fetched, and by default nothing is.
            let plain = try await verify(["--json"])
            #expect(plain.exitCode == 0, "\(plain.said)")
            #expect(try state(plain) == "unknown")
            #expect(!FileManager.default.fileExists(atPath: bench.folder + "/cache"))
            let required = try await verify(["--require-revocation", "--json"])
            #expect(required.exitCode == 9)
            #expect(try state(required) == "unknown")
            let reasons = try required.json()["certificates"]?[0]?["reasons"]?.elements ?? []
            #expect(Set(reasons.compactMap { $0["code"]?.text }) == ["revocation-unknown"])
            #expect(reasons.allSatisfy { $0["advice"]?.text?.contains("--revocation online") == true })
            let text = try await verify([])
            #expect(text.out.contains("could not be found out") && text.out.contains("--revocation online"))
            let off = try await verify(["--revocation", "off", "--json"])
            #expect(try state(off) == "unchecked")
        }
    }

    @Test func whatWasFetchedIsUsedLaterAndItsAgeIsSaid() async throws {
        try await withCard("login") { verify, bench, _ in
            let online = try await verify(["--revocation", "online", "--require-revocation", "--json"])
            #expect(online.exitCode == 0, "\(online.said)")
            #expect(try state(online) == "good")
            let checks = try online.json()["certificates"]?[0]?["revocationChecks"]?.elements ?? []
            #expect(checks.map { $0["source"]?.text } == ["ocsp", "crl"])
            let keys: Set = [
                "subject", "status", "source", "address", "made", "validUntil", "fetched", "cached",
                "obstacles",
            ]
            #expect(checks.allSatisfy { $0.keys == keys })
            #expect(checks.allSatisfy { $0["cached"] == .bool(false) && $0["made"] != .null })

            let later = try await verify(["--require-revocation", "--json"])
            #expect(later.exitCode == 0, "\(later.said)")
            #expect(try state(later) == "good")
            let kept = try later.json()["certificates"]?[0]?["revocationChecks"]?.elements ?? []
            #expect(kept.allSatisfy { $0["cached"] == .bool(true) && $0["fetched"] != .null })

            // As if it had been fetched the day before yesterday.
            let cache = bench.folder + "/cache"
            let files = try FileManager.default.subpathsOfDirectory(atPath: cache).filter { $0.contains("/") }
            #expect(files.count == 2 && files.allSatisfy { !$0.contains("/.") })
            for file in files {
                let date = Date(timeIntervalSinceNow: -2.5 * 86_400)
                let path = "\(cache)/\(file)"
                try FileManager.default.setAttributes([.modificationDate: date], ofItemAtPath: path)
            }
            let text = try await verify([])
            #expect(text.out.contains("2 days ago"), "\(text.out)")
        }
    }

    @Test func aRevokedCertificateIsNotTrusted() async throws {
        try await withCard("revoked") { verify, _, _ in
            let run = try await verify(["--revocation", "online", "--json"])
            #expect(run.exitCode == 9)
            #expect(try state(run) == "revoked")
            let reasons = try run.json()["certificates"]?[0]?["reasons"]?.elements ?? []
            #expect(reasons.map { $0["code"]?.text } == ["revoked"])
            // What is known stays known without the network.
            let later = try await verify([])
            #expect(later.exitCode == 9)
            #expect(later.out.contains("2026-03-01"), "\(later.out)")
        }
    }

    /// As long as the administrator says in kortvakt.conf.
    @Test func aListWithoutNextUpdateCountsForAWhile() async throws {
        try await Bench.withCard { bench in
            let pki = try await pki(withListMadeAt: Date(timeIntervalSinceNow: -90 * 60), bench)
            // The responder knows no certificate, so that the list is asked.
            try await RevocationServer.run(index: "", pki: pki) { server in
                let trust = try bench.writeTrust(["root", "issuer"])
                for (settings, status) in [
                    ("", "good"), ("RevocationMaxAgeHours=1\n", "unknown"),
                    ("RevocationMaxAgeHours=2\n", "good"), ("RevocationMaxAgeHours=0\n", "unknown"),
                ] {
                    let run = try await bench.kortvakt(
                        ["cert", "verify", "45", "--trust", trust, "--revocation", "online", "--json"],
                        settings: "[Certificates]\n\(settings)",
                        environment: [
                            "http_proxy": "http://\(server.address)",
                            "CACHE_DIRECTORY": bench.folder + "/cache",
                        ]
                    )
                    let check = try run.json()["certificates"]?[0]?["revocationChecks"]?[0]
                    #expect(check?["status"] == .string(status), "\(settings): \(run.said)")
                    let obstacles = check?["obstacles"]?.elements.compactMap(\.text) ?? []
                    let isTooOld = obstacles.contains { $0.contains("does not say until when it counts") }
                    #expect(isTooOld == (status == "unknown"), "\(obstacles)")
                }
            }
        }
    }

    /// A copy of the test PKI whose issuer's list was made at `date` and has no nextUpdate.
    private func pki(withListMadeAt date: Date, _ bench: Bench) async throws -> String {
        let pki = bench.folder + "/pki"
        _ = try await bench.tool("cp", "-r", CardImage.pki, pki)
        let path = pki + "/trust/crls/issuer.crl"
        let old = Array(try Data(contentsOf: URL(filePath: path)))
        let parts = Calendar(identifier: .gregorian).dateComponents(in: .gmt, from: date)
        let numbers = [parts.year.map { $0 % 100 }, parts.month, parts.day, parts.hour, parts.minute, 0]
        let digits = numbers.map { ($0 ?? 0) < 10 ? "0\($0 ?? 0)" : "\($0 ?? 0)" }.joined()
        let list = CertificateFields.listWithoutNextUpdate(old, thisUpdate: digits + "Z")
        let (content, signature) = (bench.folder + "/list", bench.folder + "/signature")
        try Data(list).write(to: URL(filePath: content))
        let signed = try await bench.tool(
            "openssl",
            "dgst",
            "-sha256",
            "-sign",
            CardImage.pki + "/keys/issuer.key.pem",
            "-out",
            signature,
            content
        )
        try #require(signed.exitCode == 0, "\(signed.said)")
        let value = Array(try Data(contentsOf: URL(filePath: signature)))
        let new = CertificateFields.replace(list: list, signature: value, in: old)
        try Data(new).write(to: URL(filePath: path))
        return pki
    }

    @Test func aServerThatIsNotThereChangesNoVerdict() async throws {
        try await Bench.withCard { bench in
            let trust = try bench.writeTrust(["root", "issuer"])
            let run = try await bench.kortvakt(
                ["cert", "verify", "45", "--trust", trust, "--revocation", "online", "--json"],
                environment: [
                    // Nobody listens on the discard port.
                    "http_proxy": "http://127.0.0.1:9", "CACHE_DIRECTORY": bench.folder + "/cache",
                ]
            )
            #expect(run.exitCode == 0, "\(run.said)")
            #expect(try state(run) == "unknown")
            let checks = try run.json()["certificates"]?[0]?["revocationChecks"]?.elements ?? []
            #expect(checks.count == 2)
            #expect(checks.allSatisfy { $0["obstacles"]?.elements.isEmpty == false })
            // Nobody is told to do what was done just now.
            #expect(!run.said.contains("--revocation online"))
            let text = try await bench.kortvakt(
                ["cert", "verify", "45", "--trust", trust, "--revocation", "online", "--require-revocation"],
                environment: [
                    "http_proxy": "http://127.0.0.1:9", "CACHE_DIRECTORY": bench.folder + "/cache",
                ]
            )
            #expect(text.exitCode == 9 && !text.said.contains("--revocation online"), "\(text.said)")
        }
    }

    /// Over TCP the C library waits for an answer without end, so the program ends only by giving it up.
    @Test func aNameServerThatDoesNotAnswerIsGivenUp() async throws {
        try await Bench.withCard { bench in
            let trust = try bench.writeTrust(["root", "issuer"])
            let script = """
                ip link set lo up && mount -t tmpfs none /etc &&
                printf 'nameserver 127.0.0.1\\noptions use-vc\\n' >/etc/resolv.conf &&
                exec python3 -I -c '
                import socket, subprocess, sys
                silent = socket.create_server(("127.0.0.1", 53), backlog=64)
                sys.exit(subprocess.run(sys.argv[1:]).returncode)
                ' "$@"
                """
            let command = [
                "unshare", "--user", "--map-root-user", "--net", "--mount", "sh", "-c", script, "sh",
                Bench.kortvakt, "cert", "verify", "45", "--trust", trust, "--revocation", "online", "--json",
            ]
            let environment = ["CACHE_DIRECTORY": bench.folder + "/cache"]
            let run = try await Run.run(
                command,
                environment: bench.environment.merging(environment) { one, _ in one }
            )
            #expect(run.exitCode == 0, "\(run.said)")
            #expect(try state(run) == "unknown")
        }
    }
}
