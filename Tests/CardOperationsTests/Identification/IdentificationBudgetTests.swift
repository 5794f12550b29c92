import CardApplications
import CardCore
import CardOperations
import Configuration
import Testing
import VirtualCards

/// What is sent to know a card again, GET RESPONSE counted.
@Suite struct IdentificationBudgetTests {
    struct Budget: Sendable, CustomTestStringConvertible {
        let profile: CardProfile
        /// After the card was inserted.
        let first: Int
        /// With its application selected already.
        let again: Int
        /// With its login certificates, for whoever asks whose it is.
        let owner: Int

        var testDescription: String { profile.rawValue }
    }

    static let budgets = [
        Budget(profile: .siths, first: 3, again: 1, owner: 19),
        Budget(profile: .sithsT1, first: 3, again: 1, owner: 12),
        Budget(profile: .sithsTwoStep, first: 5, again: 5, owner: 22),
        Budget(profile: .reservkort, first: 3, again: 1, owner: 17),
        Budget(profile: .fineid, first: 3, again: 1, owner: 19),
        Budget(profile: .fineidHealth, first: 3, again: 1, owner: 19),
        Budget(profile: .idprime940, first: 4, again: 4, owner: 16),
        Budget(profile: .gids, first: 3, again: 1, owner: 17),
        Budget(profile: .openpgp, first: 3, again: 1, owner: 4),
        Budget(profile: .piv, first: 1, again: 1, owner: 3),
        Budget(profile: .pivYubiKey, first: 4, again: 2, owner: 5),
    ]

    @Test func everyCardHasABudget() {
        #expect(Set(Self.budgets.map(\.profile)) == Set(CardProfile.allCases))
    }

    @Test(arguments: budgets)
    func noMoreIsSentThanTheNumberTakes(budget: Budget) throws {
        let bench = try AnyCardBench(budget.profile)
        let identifier = CardIdentifier()
        let first = try identifier.identify(bench)
        #expect(bench.reader.commands == budget.first)
        let again = try identifier.identify(bench)
        #expect(bench.reader.commands - budget.first == budget.again)
        #expect(first == again)
        #expect(first.identity?.count == 64)
        // A word that the ATR or the application answers costs nothing.
        let family = try #require(first.family)
        let asking = try AnyCardBench(budget.profile)
        #expect(try CardIdentifier(kinds: [family, "other"]).identify(asking) == first)
        #expect(asking.reader.commands == budget.first)
        #expect(bench.reader.commandsWithSecret == 0)
        #expect(bench.ledger.begun == 2 && bench.ledger.drops == 0)
        for command in bench.wire.commands {
            #expect(Self.harmless.contains(command[1]), "\(Hex.string(of: command))")
        }
    }

    @Test(arguments: budgets)
    func theOwnersCertificatesAreReadInTheSameTransaction(budget: Budget) throws {
        let bench = try AnyCardBench(budget.profile)
        let identifier = CardIdentifier(owners: try TestTrust.check(OwnerMap()))
        var connection = bench.connection
        let facts = try identifier.read(from: &connection, atr: bench.wire.atr)
        #expect(bench.reader.commands == budget.owner)
        #expect(bench.ledger.begun == 1 && bench.reader.commandsWithSecret == 0)
        #expect(facts.loginCertificates.count >= 1 && !facts.lacksCertificates)
        #expect(facts.loginCertificates.allSatisfy { $0.isForLogin })
        // It is known by the same number, however much was asked.
        let plain = try CardIdentifier().identify(AnyCardBench(budget.profile))
        #expect(identifier.identified(facts).identity == plain.identity)
    }

    @Test func aSITHSCardIsAskedForThis() throws {
        let bench = try AnyCardBench(.siths)
        _ = try CardIdentifier().identify(bench)
        #expect(
            bench.wire.commands.map { Hex.string(of: $0) } == [
                // EF.CIAInfo of whatever is selected; the application without its FCI; its own EF.CIAInfo.
                "00B0920000", "00A4040C0CA000000063504B43532D3135", "00B0920000",
            ]
        )
    }

    /// SELECT, READ BINARY, GET RESPONSE, GET DATA, and a YubiKey's serial number.
    private static let harmless: Set<UInt8> = [0xA4, 0xB0, 0xC0, 0xCA, 0xCB, 0xF8]
}
