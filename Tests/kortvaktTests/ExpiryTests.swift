import FoundationEssentials
import Testing

/// Warnings that a certificate's time is nearly over, in `status` and in `cert`, by the machine's clock.
@Suite(.timeLimit(.minutes(10)))
struct ExpiryTests {
    /// A card whose login certificate openssl has just made, valid for so many days from now on.
    private func withCard(
        days: Int,
        _ body: @Sendable (Bench) async throws -> Void
    ) async throws {
        try await Bench.run { bench in
            let (key, der) = (bench.folder + "/new.key", bench.folder + "/new.der")
            let made = try await bench.tool(
                "openssl",
                "req",
                "-x509",
                "-newkey",
                "rsa:2048",
                "-nodes",
                "-keyout",
                key,
                "-outform",
                "DER",
                "-out",
                der,
                "-days",
                "\(days)",
                "-subj",
                "/CN=Testina Provkort",
                "-addext",
                "keyUsage=critical,digitalSignature"
            )
            #expect(made.exitCode == 0, "\(made.said)")
            var image = try CardImage()
            image.setLoginCertificate(Array(try Data(contentsOf: URL(filePath: der))))
            try await bench.insert("siths", image.options(bench))
            try await body(bench)
        }
    }

    private func warning(_ run: Run) throws -> (state: String?, days: Int?) {
        let json = try run.json()
        let list = json["readers"]?[0]?["card"]?["certificates"] ?? json["certificates"]
        let certificate = list?.elements.first { $0["id"]?.text == "45" }
        return (certificate?["expiry"]?.text, certificate?["daysLeft"]?.int)
    }

    /// Days of validity, and whether that is soon; up to 90 days in all it is the certificate of a reservkort.
    @Test(arguments: [(6, true), (8, false), (80, false), (100, false)])
    func aWarningComesInTime(days: Int, isSoon: Bool) async throws {
        try await withCard(days: days) { bench in
            for command in [["status"], ["cert", "list"], ["cert", "show", "45"]] {
                let run = try await bench.kortvakt(command + ["--json"])
                #expect(run.exitCode == 0)
                let said = try warning(run)
                #expect(said.state == (isSoon ? "expires-soon" : nil), "\(command)")
                // The last day has begun unless this is the very second in which the certificate was made.
                #expect(isSoon ? [days - 1, days].contains(said.days) : said.days == nil, "\(command)")
                let text = try await bench.kortvakt(command)
                #expect(text.out.contains("Order a new card") == isSoon, "\(text.out)")
            }
        }
    }

    @Test func theSiteDecidesHowEarly() async throws {
        try await withCard(days: 100) { bench in
            let run = try await bench.kortvakt(
                ["status", "--json"],
                settings: "[Certificates]\nWarnDays=120\n"
            )
            let said = try warning(run)
            #expect(said.state == "expires-soon" && [99, 100].contains(said.days), "\(run.said)")
        }
    }

    @Test func whatHasExpiredIsSaidToHaveExpired() async throws {
        var image = try CardImage()
        image.setLoginCertificate(try CardImage.der("expired"))
        try await Bench.run { [image] bench in
            try await bench.insert("siths", image.options(bench))
            let run = try await bench.kortvakt("status", "--json")
            #expect(run.exitCode == 0)
            #expect(try warning(run).state == "expired")
            let text = try await bench.kortvakt("cert", "list")
            #expect(text.out.contains("Expired on "))
        }
    }
}
