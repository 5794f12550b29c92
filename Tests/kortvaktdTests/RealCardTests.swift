import CardTesting
import FoundationEssentials
import Glibc
import LoginSessions
import SessionTesting
import Subprocess
import SystemPackage
import Testing
import VirtualReaders

/// With pcscd and software cards that can be identified.
@Suite(.timeLimit(.minutes(10)))
struct RealCardTests {
    /// A bench with a card service of its own beside it; cards are put into its two slots.
    private static func run(
        settings: String = "",
        login: [String] = [DaemonBench.session],
        _ body: (DaemonBench, PrivateCardService) async throws -> Void
    ) async throws {
        try await DaemonBench.run(settings: "IgnoreReaders=None\n" + settings, login: login) { bench in
            try await PrivateCardService.run(driver: SharedCardService.driver, name: "Reader") { service in
                try await body(bench, service)
            }
        }
    }

    private static func insert(
        _ profile: String,
        _ service: PrivateCardService,
        slot: Int = 0,
        _ options: [String] = []
    ) async throws -> RunningCard {
        try await service.insertCard(BuildFolder.products + "/kortvakt-card", slot: slot) { address in
            [profile, "--connect", address] + options
        }
    }

    private static func identified(_ family: String, slot: Int = 0) -> String {
        "['Reader 00 0\(slot)', True, '\(family)', True, True]"
    }

    /// A name for the user, and the numbers of the card and of its holder.
    private static let secrets = [
        "anna-testanvandare", "9752278400000000001", "SE2321000000-1A2B", "1A2B", "Testina", "provkort",
        "Provkort",
    ]

    @Test func sameCardMayComeBackInTimeAndAnotherMayNot() async throws {
        let session = "add 3 seat0 \(getuid()) anna-testanvandare active"
        try await Self.run(settings: "GraceSec=30\n", login: [session]) { bench, service in
            let daemonsFolder = ["PCSCLITE_CSOCK_NAME": service.socketPath]
            let card = try await Self.insert("siths", service)
            var said: [String] = []
            try await bench.daemon(environment: daemonsFolder) { daemon in
                try await bench.signal(Self.identified("pkcs15"))
                _ = await card.remove()
                try await daemon.writes("A guarding card is missing")
                _ = try await Self.insert("siths", service)
                try await daemon.writes("A missing card is there again")
                #expect(try await bench.asked("Lock", "3") == [0])
                said = await daemon.journal.all
            }
            // It is known again by what it is, also after a crash.
            try await bench.daemon(environment: daemonsFolder) { daemon in
                try await daemon.writes("A missing card is there again")
                try await bench.signal(Self.identified("pkcs15"))
                #expect(try await bench.asked("Lock", "3") == [0])
                said += await daemon.journal.all
            }
            for secret in Self.secrets {
                #expect(!said.contains { $0.contains(secret) }, "\(secret)")
            }
            #expect(said.contains { $0.contains("A card guards a session") })
        }
    }

    /// The issuer's name is a BMPString, as some certification authorities write it.
    @Test func issuerThatCardsNamesGuardsInEveryTypeOfString() async throws {
        try await Self.run(settings: "Cards=Utfärdare CA\n") { bench, service in
            func hexadecimal(_ bytes: [UInt8]) -> String {
                bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16, uppercase: true) }.joined()
            }
            let fixtures = BuildFolder.sources + "/Fixtures"
            let login = fixtures + "/pki/certificates/login.der"
            let der = Array(try Data(contentsOf: URL(filePath: login)))
            let name = "Utfärdare CA".utf16.flatMap { [UInt8($0 >> 8), UInt8($0 & 0xFF)] }
            let renamed = CertificateFields.replace(
                issuer: [.init(CertificateFields.commonName, 0x1E, name)],
                in: der
            )
            let image = try String(contentsOfFile: fixtures + "/cards/siths.json", encoding: .utf8)
            let changed = image.replacing(hexadecimal(der), with: hexadecimal(renamed))
            try #require(changed != image)
            let path = bench.folder + "/image.json"
            try DaemonBench.write(changed, to: path)
            _ = try await Self.insert("siths", service, ["--image", path])
            try await bench.daemon(environment: ["PCSCLITE_CSOCK_NAME": service.socketPath]) { _ in
                // Before a card is known it guards in any case.
                let known = try await bench.signal("['Reader 00 00', True, 'pkcs15', True, ")
                #expect(known.contains(Self.identified("pkcs15")), "\(known)")
            }
        }
    }

    @Test func anotherCardWithinTheGraceTimeLocksAtOnce() async throws {
        try await Self.run(settings: "GraceSec=60\n") { bench, service in
            let card = try await Self.insert("siths", service)
            try await bench.daemon(environment: ["PCSCLITE_CSOCK_NAME": service.socketPath]) { daemon in
                try await bench.signal(Self.identified("pkcs15"))
                _ = await card.remove()
                try await daemon.writes("A guarding card is missing")
                _ = try await Self.insert("piv", service)
                try await bench.signal("'LastLock': ['3', 'Reader 00 00', 'card-exchanged'")
                #expect(try await bench.asked("Lock", "3") == [1])
            }
        }
    }

    @Test func cardThatAnotherProgramKeepsBusyDelaysNothing() async throws {
        let client = BuildFolder.sources + "/Tests/PCSCTests/Programs/client.py"
        try await Self.run { bench, service in
            let environment = ["PCSCLITE_CSOCK_NAME": service.socketPath]
            let cards = [
                try await Self.insert("siths", service), try await Self.insert("piv", service, slot: 1),
            ]
            // Before that another program finds no card to keep busy.
            let other = BuildFolder.sources + "/Tests/kortvaktTests/Programs/other.py"
            let variables = Environment.inherit.updating(["PCSCLITE_CSOCK_NAME": service.socketPath])
            let seen = try await Subprocess.run(
                .path("/usr/bin/python3"),
                arguments: [other, "Reader 00 00", "present"],
                environment: variables,
                output: .discarded
            )
            try #require(seen.terminationStatus.isSuccess)
            let holding = ["Reader 00 00", "transaction"]
            try await HelperProgram.run(client, holding, environment: variables) { holder in
                let code = try await bench.daemon(environment: environment) { daemon in
                    try await bench.signal(Self.identified("piv", slot: 1))
                    #expect(try bench.shown().guards.count == 2)
                    _ = await cards[1].remove()
                    try await bench.signal("CardRemoved ['Reader 00 01']")
                    #expect(try await bench.asked("Lock", "3") == [1])
                    #expect(try #require(try bench.shown().lastLock?.asked) < 1_000_000)
                    // Whoever looks at the busy card does not hold up the end either.
                    daemon.signal(SIGTERM)
                    await daemon.ends()
                }
                #expect(code == 0)
            }
        }
    }

    /// What the machine trusts is in a folder that only root may change, so the daemon gets an /etc of its own.
    @Test func onlyTheOwnersCardGuards() async throws {
        guard await DaemonBench.mayMount() else { return }
        let session = "add 3 seat0 \(getuid()) anna-testanvandare active"
        try await Self.run(settings: "Bind=owner\nOwners=/etc/kortvakt/owners\n", login: [session]) {
            bench,
            service in
            let etc = bench.folder + "/etc"
            unsafe mkdir(etc + "/kortvakt", 0o755)
            unsafe mkdir(etc + "/kortvakt/trust", 0o755)
            for name in ["root", "issuer"] {
                let certificate = "\(BuildFolder.sources)/Fixtures/pki/certificates/\(name).pem"
                try await DaemonBench.copy(certificate, to: etc + "/kortvakt/trust/\(name).pem")
            }
            let owners = { (user: String) in
                try DaemonBench.write(
                    "[User \(user)]\nHSAID=SE2321000000-1A2B\n",
                    to: etc + "/kortvakt/owners"
                )
            }
            try owners("anna-testanvandare")
            let card = try await Self.insert("siths", service)
            try await bench.daemon(
                environment: ["PCSCLITE_CSOCK_NAME": service.socketPath],
                etc: etc
            ) { daemon in
                try await bench.signal(Self.identified("pkcs15"))
                // Somebody else's from now on.
                try owners("bob")
                daemon.signal(SIGHUP)
                try await daemon.writes("not-owner")
                try await bench.guards("[]")
                try owners("anna-testanvandare")
                daemon.signal(SIGHUP)
                try await bench.guards("[['3', 'Reader 00 00']]")
                // A fault in the file leaves the old one in force, and names nobody.
                try DaemonBench.write(
                    "[User anna-testanvandare]\nHSAIDs=SE2321000000-1A2B\n",
                    to: etc + "/kortvakt/owners"
                )
                daemon.signal(SIGHUP)
                try await daemon.writes("in /etc/kortvakt/owners")
                _ = await card.remove()
                try await bench.signal("CardRemoved")
                #expect(try await bench.asked("Lock", "3") == [1])
                let said = await daemon.journal.all
                for secret in Self.secrets { #expect(!said.contains { $0.contains(secret) }, "\(secret)") }
            }
        }
    }
}
