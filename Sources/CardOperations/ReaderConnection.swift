package import CardCore
package import PCSC

/// A card in a reader.
package struct ReaderConnection: CardConnection, ~Copyable {
    private var card: Card
    private let trace: CardTrace?
    package let likelyFamilies: [String]

    package init(_ card: consuming Card, likelyFamilies: [String] = [], trace: CardTrace? = nil) {
        self.card = card
        self.likelyFamilies = likelyFamilies
        self.trace = trace
    }

    package var atr: ATR? { card.atr }

    package mutating func withTransaction<R>(
        _ body: (inout AnyCardChannel) throws(OperationError) -> R
    ) throws(OperationError) -> R {
        try card.withChannel(trace: trace, body)
    }

    package consuming func dropSecurityStatus() -> SecurityStatusDrop {
        do throws(PCSCError) {
            switch try card.dropSecurityStatus() {
            case .dropped: return .dropped
            case .othersConnected(let programs): return .left(others: programs.programs.map(\.name))
            }
        } catch {
            return .unknown
        }
    }
}

extension OperationError: PCSCErrorConvertible {
    package init(_ error: PCSCError) { self = .service(error) }
}
