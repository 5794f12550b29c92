/// A channel of any kind, lent to what runs inside a transaction.
///
/// Noncopyable, so that there is one way to the card at a time. It is a box of our own, because swiftc 6.3.1 crashes when it
/// optimises functions that move an existential of a noncopyable type.
package struct AnyCardChannel: CardChannel, ~Copyable {
    private let box: ChannelBox

    package init<Channel: CardChannel & ~Copyable>(_ channel: consuming Channel) {
        box = TypedChannelBox(channel)
    }

    private init(box: ChannelBox) { self.box = box }

    /// Moves the channel out; what is left sends nothing any more (`commandNotAllowed`).
    package mutating func take() -> AnyCardChannel {
        let taken = box
        self = AnyCardChannel(box: ChannelBox())
        return AnyCardChannel(box: taken)
    }

    package var limits: ChannelLimits { box.limits }
    package var wasReset: Bool { box.wasReset }
    package mutating func disableExtendedLength() { box.disableExtendedLength() }
    package mutating func limitAnswerTime(to limit: Duration) { box.limitAnswerTime(to: limit) }

    package mutating func transmit(
        _ command: borrowing EncodedCommand
    ) throws(TransportError) -> ResponseAPDU {
        try box.transmit(command)
    }
}

/// A channel that leads nowhere, and the base of those that lead to a card.
private class ChannelBox {
    var limits: ChannelLimits { ChannelLimits(transmissionProtocol: .raw) }
    var wasReset: Bool { false }
    func disableExtendedLength() {}
    func limitAnswerTime(to limit: Duration) {}

    func transmit(_ command: borrowing EncodedCommand) throws(TransportError) -> ResponseAPDU {
        throw .commandNotAllowed
    }
}

private final class TypedChannelBox<Channel: CardChannel & ~Copyable>: ChannelBox {
    private var channel: Channel

    init(_ channel: consuming Channel) { self.channel = channel }

    override var limits: ChannelLimits { channel.limits }
    override var wasReset: Bool { channel.wasReset }
    override func disableExtendedLength() { channel.disableExtendedLength() }
    override func limitAnswerTime(to limit: Duration) { channel.limitAnswerTime(to: limit) }

    override func transmit(_ command: borrowing EncodedCommand) throws(TransportError) -> ResponseAPDU {
        try channel.transmit(command)
    }
}
