import CardApplications
import CardCore
import CardOperations
import Testing
import VirtualCards

/// What a reset leaves of a challenge that somebody is reading out on the telephone.
@Suite struct ChallengeAfterResetTests {
    /// A GIDS application that is selected after a reset, as on a card that carries nothing else.
    @Test func aChallengeFallsWithAResetEvenWhereTheApplicationIsSelectedByItself() throws {
        let bench = try AnyCardBench(.gids, tries: [.authentication: 0])
        let card = DefaultApplicationCard(
            bench.card,
            aid: [0xA0, 0x00, 0x00, 0x03, 0x97, 0x42, 0x54, 0x46, 0x59]
        )
        let reader = InMemoryReader(card: card)
        bench.ledger.beforeTransaction = { number in if number == 3 { reader.reset() } }
        let outcome = outcome { () throws(OperationError) in
            try PINOperations.unblock(
                .role(.auth),
                on: MemoryConnection(reader: reader, ledger: bench.ledger),
                budget: TryBudget(),
                dialog: &bench.dialog
            )
        }
        #expect(outcome.hasPrefix("challenge lost"), "\(outcome)")
        #expect(reader.commandsWithSecret == 0, "a response without a challenge was sent")
    }
}

/// A card that selects its application itself when it is reset.
private final class DefaultApplicationCard: VirtualCard {
    private let card: any SoftwareCard
    private let aid: [UInt8]

    init(_ card: any SoftwareCard, aid: [UInt8]) { (self.card, self.aid) = (card, aid) }

    var atr: [UInt8] { card.atr }
    var transmissionProtocol: TransmissionProtocol { card.transmissionProtocol }
    func process(_ command: [UInt8]) -> [UInt8] { card.process(command) }

    func reset() {
        card.reset()
        _ = card.process([0x00, 0xA4, 0x04, 0x00, UInt8(aid.count)] + aid + [0x00])
    }
}
