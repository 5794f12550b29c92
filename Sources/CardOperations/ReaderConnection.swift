package import CardApplications
package import CardCore
package import PCSC

/// A card in a reader.
package struct ReaderConnection: CardConnection, ~Copyable {
    private var card: Card
    private let trace: CardTrace?
    private let limit: Duration
    package let hints: CardHints

    /// Takes over a card.
    ///
    /// `hints` is what card data files say; its ATR is the card's own. `limit` is for the wait for other programs.
    package init(
        _ card: consuming Card,
        hints: CardHints = CardHints(atr: nil),
        trace: CardTrace? = nil,
        limit: Duration = .seconds(5)
    ) {
        var hints = hints
        hints.atr = card.atr
        self.hints = hints
        self.card = card
        self.trace = trace
        self.limit = limit
    }

    package mutating func withTransaction<R>(
        _ body: (inout AnyCardChannel) throws(OperationError) -> R
    ) throws(OperationError) -> R {
        try card.withChannel(trace: trace, within: limit, body)
    }

    package var serviceStoppedAnswering: Bool { card.serviceStoppedAnswering }

    package consuming func dropSecurityStatus() -> SecurityStatusDrop {
        do throws(PCSCError) {
            switch try card.dropSecurityStatus() {
            case .dropped: return .dropped
            case .othersConnected(let programs): return .left(others: programs.programs.map(\.name))
            }
        } catch {
            return error == .serviceNotAnswering ? .serviceNotAnswering(mayRemember: true) : .unknown
        }
    }
}

extension OperationError: PCSCErrorConvertible {
    package init(_ error: PCSCError) { self = .service(error) }
}
