import CardCore
import VirtualCards

/// One transaction with a card, which goes on with what the last one left: no reset comes before it.
struct DirectChannel: CardChannel, ~Copyable {
    private let card: any VirtualCard
    private(set) var limits: ChannelLimits

    init(card: any VirtualCard) {
        self.card = card
        limits = ChannelLimits(
            transmissionProtocol: card.transmissionProtocol,
            atr: try? ATR(parsing: card.atr)
        )
    }

    mutating func disableExtendedLength() { limits.extendedLength = false }

    mutating func transmit(_ command: borrowing EncodedCommand) throws(TransportError) -> ResponseAPDU {
        let bytes = command.withBytes { span in span.indices.map { span[$0] } }
        return try ResponseAPDU(parsing: card.process(bytes).span)
    }
}
