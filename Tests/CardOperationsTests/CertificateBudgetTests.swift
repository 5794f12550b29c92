import CardApplications
import CardCore
import CardOperations
import Testing
import VirtualCards

/// What is sent to read certificates, GET RESPONSE counted: how many commands, and nothing but what it takes.
@Suite struct CertificateBudgetTests {
    /// A certificate: the commands for it alone, and what its file is called in a command; empty where it has no name.
    struct One: Sendable {
        let id: String
        let commands: Int
        let file: String
    }

    struct Budget: Sendable, CustomTestStringConvertible {
        let profile: CardProfile
        /// For all of them.
        let commands: Int
        let certificates: [One]

        var testDescription: String { profile.rawValue }
    }

    /// File 4331 of the MF and 4332 of the application, which two different EF.CD name.
    private static func pkcs15(_ profile: CardProfile, _ all: Int, _ login: Int, _ signature: Int) -> Budget {
        let certificates = [
            One(id: "45", commands: login, file: "024331"),
            One(id: "sign-2", commands: signature, file: "024332"),
        ]
        return Budget(profile: profile, commands: all, certificates: certificates)
    }

    private static func piv(_ profile: CardProfile, _ identification: Int) -> Budget {
        let objects = ["9A": "5FC105", "9C": "5FC10A", "9D": "5FC10B", "9E": "5FC101"]
        let certificates = objects.sorted { $0.key < $1.key }.map { slot, object in
            One(id: slot, commands: identification + 1, file: "5C03\(object)")
        }
        return Budget(profile: profile, commands: identification + 4, certificates: certificates)
    }

    private static let budgets = [
        pkcs15(.siths, 24, 13, 16), pkcs15(.sithsT1, 11, 6, 9), pkcs15(.sithsTwoStep, 26, 15, 18),
        Budget(
            profile: .reservkort,
            commands: 13,
            certificates: [One(id: "45", commands: 13, file: "024331")]
        ),
        pkcs15(.fineid, 24, 13, 16), pkcs15(.fineidHealth, 24, 13, 16),
        Budget(
            profile: .idprime940,
            commands: 25,
            certificates: [
                One(id: "kxc00", commands: 11, file: "020211"),
                One(id: "ksc01", commands: 11, file: "020212"),
                One(id: "ksc02", commands: 11, file: "020213"),
            ]
        ),
        Budget(
            profile: .gids,
            commands: 16,
            certificates: [
                One(id: "kxc00", commands: 10, file: "5C02DF24"),
                One(id: "ksc01", commands: 10, file: "5C02DF25"),
            ]
        ),
        Budget(
            profile: .openpgp,
            commands: 9,
            // The first occurrence is current after SELECT; the others are selected, and then the first again.
            certificates: [
                One(id: "7F21", commands: 4, file: ""),
                One(id: "7F21-2", commands: 6, file: "00A50204"),
            ]
        ),
        piv(.piv, 1), piv(.pivYubiKey, 3),
    ]

    @Test func everyCardHasABudget() {
        #expect(Set(Self.budgets.map(\.profile)) == Set(CardProfile.allCases))
    }

    @Test(arguments: budgets)
    func allTakeNoMoreThanTheirFiles(budget: Budget) throws {
        let (ids, commands, count) = try Self.read(.all([]), budget.profile)
        #expect(ids == budget.certificates.map(\.id))
        #expect(count == budget.commands)
        for certificate in budget.certificates where !certificate.file.isEmpty {
            #expect(commands.count { $0.contains(certificate.file) } == 1)
        }
        Self.expectNothingElse(commands, budget.profile)
    }

    @Test(arguments: budgets)
    func oneTakesItsFileAlone(budget: Budget) throws {
        for certificate in budget.certificates {
            let (ids, commands, count) = try Self.read(.one(.id(certificate.id), []), budget.profile)
            #expect(ids == [certificate.id])
            #expect(count == certificate.commands)
            for other in budget.certificates where !other.file.isEmpty {
                let times = commands.count { $0.contains(other.file) }
                #expect(times == (other.id == certificate.id ? 1 : 0), "\(other.id)")
            }
            Self.expectNothingElse(commands, budget.profile)
        }
    }

    /// EF.OD by its short identifier, the two EF.CD that it names, and the certificates; 256 octets each, as T=0 allows.
    @Test func aSITHSCardIsAskedForThis() throws {
        let (_, commands, _) = try Self.read(.all([]), .siths)
        let application = "0CA000000063504B43532D3135"
        let blocks = ["00B0000000", "00B0010000", "00B0020000", "00B0030000", "00B0040000", "00B0050000"]
        var expected = [
            "00A40400\(application)", "00C000001A", "00B0910000", "00A4020C024403", "00B0000000",
            "00A4080C024404", "00B0000000",
        ]
        // The last block of each is as long as the rest of the certificate, whose first octets tell its length.
        expected += ["00A4080C024331"] + blocks + ["00B00600E1"]
        expected += ["00A4040C\(application)", "00A4020C024332"] + blocks + ["00B006006F"]
        #expect(commands == expected)
    }

    /// The same over T=1, where the card takes extended length: a file at once.
    @Test func aSITHSCardOverT1IsAskedForThis() throws {
        let (_, commands, _) = try Self.read(.all([]), .sithsT1)
        let application = "0CA000000063504B43532D3135"
        #expect(
            commands == [
                "00A40400\(application)00", "00B09100001000", "00A4020C024403", "00B00000001000",
                "00A4080C024404", "00B00000001000", "00A4080C024331", "00B00000001000",
                "00A4040C\(application)", "00A4020C024332", "00B00000001000",
            ]
        )
    }

    // MARK: Asking

    private static func read(
        _ selection: CardCertificates.Selection,
        _ profile: CardProfile
    ) throws -> (ids: [String], commands: [String], count: Int) {
        let bench = try AnyCardBench(profile)
        var connection = bench.connection
        let read = try CardCertificates.read(selection, from: &connection)
        #expect(bench.ledger.begun == 1)
        #expect(bench.reader.commandsWithSecret == 0)
        // What the card has seen is what was counted.
        #expect(bench.wire.commands.count == bench.reader.commands)
        let commands = bench.wire.commands.map { Hex.string(of: $0) }
        return (read.certificates.map(\.id), commands, bench.reader.commands)
    }

    /// SELECT, READ BINARY and GET RESPONSE; GET DATA where a family's certificates or its directory are data objects.
    private static func expectNothingElse(_ commands: [String], _ profile: CardProfile) {
        let objects: Set<String> =
            switch profile {
            // The discovery object tells that it is a PIV card, and the other question that a YubiKey is in OpenPGP.
            case .piv, .pivYubiKey: ["7E", "5FC105", "5FC10A", "5FC10B", "5FC101", "006E"]
            // The master file, the container map, and the certificates.
            case .gids: ["DF1F", "DF23", "DF24", "DF25"]
            case .openpgp: ["006E", "7F21"]
            default: []
            }
        for command in commands {
            switch command.dropFirst(2).prefix(2) {
            case "A4", "B0", "C0": break
            case "A5": #expect(profile == .openpgp)
            case "CA", "CB":
                #expect(objects.contains { command.contains($0) }, "\(command)")
            default: Issue.record("\(command)")
            }
            // EF.AOD and EF.PrKD of the PKCS#15 cards, and EF.CIAInfo (short identifier 12).
            let others = ["024401", "024402", "024405", "025032", "00B092"]
            let isOfOthers = others.contains(where: command.contains)
            #expect(!isOfOthers || !CardProfile.pkcs15.contains(profile), "\(command)")
        }
    }
}
