internal import CardApplications
internal import CardCore
internal import CardOperations
internal import PCSC

/// The way to a `HostileCard`, with a trace as `--trace` writes it.
struct HostileConnection: CardConnection, ~Copyable {
    let card: HostileCard
    /// What card data says of it.
    let families: [String]
    let trace: CardTrace
    /// Which transaction, from 1 on, another program stands in the way of; 0 for none.
    let refusedTransaction: Int
    private var begun = 0

    init(_ card: HostileCard, families: [String], trace: CardTrace, refusedTransaction: Int) {
        self.card = card
        self.families = families
        self.trace = trace
        self.refusedTransaction = refusedTransaction
    }

    var hints: CardHints { CardHints(atr: card.atr, families: families) }

    mutating func withTransaction<R>(
        _ body: (inout AnyCardChannel) throws(OperationError) -> R
    ) throws(OperationError) -> R {
        begun += 1
        guard begun != refusedTransaction else {
            throw .service(.busy(ConnectedPrograms(programs: [], isComplete: false)))
        }
        card.beginTransaction()
        defer { card.endTransaction() }
        var channel = AnyCardChannel(HostileChannel(card: card, trace: trace))
        return try body(&channel)
    }

    consuming func dropSecurityStatus() -> SecurityStatusDrop {
        card.dropSecurityStatus()
        return .dropped
    }
}

/// One transaction with a `HostileCard`.
private struct HostileChannel: CardChannel, ~Copyable {
    let card: HostileCard
    let trace: CardTrace

    var limits: ChannelLimits { card.limits }
    var wasReset: Bool { card.wasReset }

    mutating func disableExtendedLength() { card.disableExtendedLength() }

    mutating func transmit(_ command: borrowing EncodedCommand) throws(TransportError) -> ResponseAPDU {
        trace.record(command)
        let secret = command.carriesSecret
        let bytes = command.withBytes { span in span.indices.map { span[$0] } }
        do throws(TransportError) {
            let response = try card.transmit(bytes, carriesSecret: secret)
            trace.record(response, toSecret: secret)
            return response
        } catch {
            trace.record(error)
            throw error
        }
    }
}
