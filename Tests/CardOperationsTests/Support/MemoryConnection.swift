import CardApplications
import CardCore
import CardOperations
import PCSC
import VirtualCards

/// What happens around the transactions of one operation, seen by the card's and by the person's side.
final class Ledger {
    private(set) var isInTransaction = false
    /// Transactions begun; each that ended has ended exactly once.
    private(set) var begun = 0
    private(set) var ended = 0
    /// How often the security status was dropped.
    fileprivate(set) var drops = 0
    /// What must never happen, in words.
    private(set) var violations: [String] = []
    /// What another program does right before a transaction, whose number from 1 is given.
    var beforeTransaction: ((Int) -> Void)?

    func expect(_ rule: Bool, _ violation: String) {
        if !rule { violations.append(violation) }
    }

    /// Which transaction another program stands in the way of; 0 for none.
    var refusedTransaction = 0

    fileprivate func begin() throws(OperationError) {
        expect(!isInTransaction, "a transaction inside a transaction")
        expect(drops == 0, "a transaction after the security status was dropped")
        guard begun + 1 != refusedTransaction else {
            throw .service(.busy(ConnectedPrograms(programs: [], isComplete: false)))
        }
        begun += 1
        beforeTransaction?(begun)
        isInTransaction = true
    }

    fileprivate func end() {
        isInTransaction = false
        ended += 1
    }
}

/// A software card in memory, lent like one in a reader; it is reset when the security status is dropped.
struct MemoryConnection: CardConnection, ~Copyable {
    let reader: InMemoryReader
    let ledger: Ledger

    /// What card data says of the card.
    var families: [String] = []
    /// The names of applets that card data gives a family.
    var applications: [CardHints.Application] = []

    /// The family that a person named.
    var chosenFamily: String?

    var hints: CardHints {
        var hints = CardHints(
            atr: try? ATR(parsing: reader.card.atr),
            families: families,
            applications: applications
        )
        hints.chosenFamily = chosenFamily
        return hints
    }

    mutating func withTransaction<R>(
        _ body: (inout AnyCardChannel) throws(OperationError) -> R
    ) throws(OperationError) -> R {
        try ledger.begin()
        defer { ledger.end() }
        var channel = AnyCardChannel(reader.channel())
        return try body(&channel)
    }

    consuming func dropSecurityStatus() -> SecurityStatusDrop {
        ledger.expect(!ledger.isInTransaction, "the security status dropped inside a transaction")
        ledger.drops += 1
        reader.card.reset()
        return .dropped
    }
}
