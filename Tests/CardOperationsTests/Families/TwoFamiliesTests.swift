import CardApplications
import CardCore
import CardOperations
import Testing
import VirtualCards

/// Cards that claim two families, and programs that look for one while another works with the other.
@Suite struct TwoFamiliesTests {
    private static func card(_ profile: CardProfile) throws -> any SoftwareCard {
        let path = OperationBench.fixtures + "/cards/\(profile.rawValue).json"
        let image = try profile.imageType.load(from: path)
        return image.makeCard(state: CardState(fresh: image), fault: nil)
    }

    private static func report(_ card: TwoApplicationCard, families: [String]) throws -> CardReport {
        var connection = MemoryConnection(
            reader: InMemoryReader(card: card),
            ledger: Ledger(),
            families: families
        )
        return try CardReport.read([.identity, .certificates], from: &connection)
    }

    private static let families: [(profile: CardProfile, family: String, verify: [UInt8])] = [
        (.piv, "piv", [0x00, 0x20, 0x00, 0x80, 0x08] + Array("246810".utf8) + [0xFF, 0xFF]),
        (.openpgp, "openpgp", [0x00, 0x20, 0x00, 0x82, 0x06] + Array("246810".utf8)),
        (.gids, "gids", [0x00, 0x20, 0x00, 0x80, 0x06] + Array("246810".utf8)),
    ]

    private static let selections: [CardProfile: [UInt8]] = [
        .piv: [0xA0, 0x00, 0x00, 0x03, 0x08], .openpgp: [0xD2, 0x76, 0x00, 0x01, 0x24, 0x01],
        .gids: [0xA0, 0x00, 0x00, 0x03, 0x97, 0x42, 0x54, 0x46, 0x59],
    ]

    /// An application that another program is logged in to is shown, and stays logged in, also beside other applications.
    ///
    /// GIDS is not among them: its VERIFY without data does not tell whether the PIN is verified.
    @Test(arguments: [CardProfile.piv, .openpgp], [true, false])
    func applicationInUseIsShownAndStaysLoggedIn(profile: CardProfile, isNamed: Bool) throws {
        let row = try #require(Self.families.first { $0.profile == profile })
        for other in Self.families where other.profile != profile {
            let application = try Self.card(profile)
            let card = TwoApplicationCard(application, try Self.card(other.profile))
            let aid = try #require(Self.selections[profile])
            let reader = InMemoryReader(card: card)
            _ = card.process([0x00, 0xA4, 0x04, 0x00, UInt8(aid.count)] + aid + [0x00])
            #expect(card.process(row.verify) == [0x90, 0x00])
            #expect(application.holdsSecurityStatus)
            var connection = MemoryConnection(
                reader: reader,
                ledger: Ledger(),
                // Card data that names the other one first changes nothing about it.
                families: isNamed ? [other.family, row.family] : []
            )
            let report = try CardReport.read([.identity, .certificates], from: &connection)
            #expect(report.family == row.family, "beside \(other.family)")
            // Where it is the one that is meant anyway, nothing has to be said about it.
            #expect(report.keepsLogin == (isNamed ? profile == .openpgp && other.profile == .piv : true))
            #expect(card.changes == 0, "beside \(other.family)")
            #expect(application.holdsSecurityStatus, "beside \(other.family)")
        }
    }

    /// No application is selected by name before those that card data gives the card.
    @Test(arguments: families.map(\.profile))
    func familiesOfCardDataAreSelectedFirst(profile: CardProfile) throws {
        let row = try #require(Self.families.first { $0.profile == profile })
        let card = TwoApplicationCard(try Self.card(.sithsT1), try Self.card(profile))
        let report = try Self.report(card, families: [row.family])
        #expect(report.family == row.family)
        let named = card.commands.filter { $0.starts(with: [0x00, 0xA4, 0x04]) }
        let aid = try #require(Self.selections[profile])
        #expect(named.first?.dropFirst(5).starts(with: aid) == true)
    }

    /// The same card is found to be the same thing each time.
    @Test func aCardOfTwoFamiliesIsOneOfThemInAFixedOrder() throws {
        for _ in 0..<3 {
            let card = TwoApplicationCard(try Self.card(.sithsT1), try Self.card(.piv))
            #expect(try Self.report(card, families: []).family == "pkcs15")
            #expect(try Self.report(card, families: ["piv"]).family == "piv")
        }
    }
}
