import CardApplications
import CardCore
import CardOperations
import Testing
import VirtualCards

/// `apdu` with codes, on cards of the families.
@Suite struct RawFamilyTests {
    private func send(
        _ texts: [String],
        _ bench: AnyCardBench,
        _ budget: TryBudget = TryBudget()
    ) throws -> String {
        let commands = try RawCommand.parse(texts)
        return outcome { () throws(OperationError) in
            try PINOperations.send(
                commands,
                on: bench.connection,
                budget: budget,
                dialog: &bench.dialog
            ) { _ in }
        }
    }

    private static let references: [(profile: CardProfile, reference: String)] = [
        (.siths, "81"), (.piv, "80"), (.pivYubiKey, "80"), (.idprime940, "11"), (.gids, "80"),
        (.openpgp, "81"),
    ]

    /// What the counter was before the code says nothing of what it is after it.
    @Test(arguments: references.map(\.profile))
    func aWrongCodeIsToldWithTheTriesThatAreLeft(profile: CardProfile) throws {
        let row = try #require(Self.references.first { $0.profile == profile })
        let bench = try AnyCardBench(profile)
        bench.dialog.codes[.current] = [AnyCardBench.wrong]
        let maximum = try #require(bench.maximum(.authentication))
        let outcome = try send(["002000\(row.reference){pin}"], bench)
        #expect(bench.tries(.authentication) == maximum - 1)
        #expect(outcome.hasPrefix("wrong") && outcome.contains(" \(maximum - 1) "), "\(outcome)")
        bench.expectOrder()
    }

    @Test(arguments: references.map(\.profile))
    func aTryThatBlocksIsToldSo(profile: CardProfile) throws {
        let row = try #require(Self.references.first { $0.profile == profile })
        let bench = try AnyCardBench(profile, tries: [.authentication: 1])
        bench.dialog.codes[.current] = [AnyCardBench.wrong]
        let outcome = try send(["002000\(row.reference){pin}"], bench, TryBudget(lastTry: true))
        #expect(bench.tries(.authentication) == 0)
        #expect(outcome.hasPrefix("blocked"), "\(outcome)")
        bench.expectOrder()
    }

    /// The administrator's key is never asked for: it is no code, and no counter of it is known.
    @Test(arguments: [
        (CardProfile.idprime940, "00200012{puk}"), (.idprime940, "00200012{pin}"),
        (.idprime940, "00240012{puk}{new}"), (.gids, "002000FF{puk}"), (.gids, "002400FF{pin}{new}"),
    ])
    func theAdministratorsKeyIsNotAskedFor(profile: CardProfile, command: String) throws {
        let bench = try AnyCardBench(profile)
        bench.dialog.codes = [.current: ["13572468"], .unblocking: ["13572468"], .new: ["86420975"]]
        let outcome = try send([command], bench)
        #expect(outcome.hasPrefix("refused"), "\(outcome)")
        #expect(bench.dialog.requests.isEmpty, "asked for the key")
        #expect(bench.reader.commandsWithSecret == 0)
    }

    /// After a code was changed it is not true that nothing was, whatever stops the run.
    @Test func aRunThatEndsBehindAnAcceptedCodeDoesNotSayThatNothingWasChanged() throws {
        let bench = try AnyCardBench(.openpgp)
        bench.dialog.codes[.unblocking] = [bench.code(.administrator)]
        var isChanged = false
        bench.wire.answerInstead = { command in
            if command[1] == Instruction.changeReferenceData { isChanged = true }
            // The question whether codes are to be derived, which comes before each of them.
            guard command.starts(with: [0x00, Instruction.getData, 0x00, 0xF9]) else { return nil }
            return isChanged ? [0x6F, 0x00] : [0x6A, 0x88]
        }
        let outcome = try send(["00240081{pin}{new}", "00200083{puk}"], bench)
        #expect(bench.value(.authentication) == AnyCardBench.new)
        // Neither done nor "nothing was changed".
        #expect(outcome != "ok" && !outcome.hasPrefix("card"), "\(outcome)")
        bench.expectOrder()
    }

    /// Of an IDPrime whose generation is not known nobody knows how codes are padded: the right one can be a wrong one.
    @Test func anUnknownGenerationIsSentNoCodeByHandEither() throws {
        let bench = try AnyCardBench(.idprime940)
        bench.dialog.isInteractive = false
        let atr = try #require(Hex.bytes(of: "3B7F96000080318065B085070012120FFE829000"))
        let reader = InMemoryReader(card: OtherATR(bench.card, atr: atr))
        let commands = try RawCommand.parse(["00200011{pin}"])
        let outcome = outcome { () throws(OperationError) in
            try PINOperations.send(
                commands,
                on: MemoryConnection(reader: reader, ledger: bench.ledger),
                budget: TryBudget(),
                dialog: &bench.dialog
            ) { _ in }
        }
        #expect(outcome.hasPrefix("refused"), "\(outcome)")
        #expect(reader.commandsWithSecret == 0)
    }
}

/// A card with another Answer-to-Reset.
private final class OtherATR: VirtualCard {
    private let card: any SoftwareCard
    let atr: [UInt8]

    init(_ card: any SoftwareCard, atr: [UInt8]) { (self.card, self.atr) = (card, atr) }

    var transmissionProtocol: TransmissionProtocol { card.transmissionProtocol }
    func reset() { card.reset() }
    func process(_ command: [UInt8]) -> [UInt8] { card.process(command) }
}
