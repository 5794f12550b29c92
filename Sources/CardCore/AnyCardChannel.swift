/// A channel of any kind, owned by what runs inside a transaction; the transaction ends when it goes out of scope.
//
// A box of our own, because swiftc 6.3.1 crashes when it optimises functions that move an existential of a noncopyable type.
package struct AnyCardChannel: CardChannel, ~Copyable {
    private let box: ChannelBox

    package init<Channel: CardChannel & ~Copyable>(_ channel: consuming Channel) {
        box = TypedChannelBox(channel)
    }

    package var limits: ChannelLimits { box.limits }
    package var wasReset: Bool { box.wasReset }
    package mutating func disableExtendedLength() { box.disableExtendedLength() }

    package mutating func transmit(
        _ command: borrowing EncodedCommand
    ) throws(TransportError) -> ResponseAPDU {
        try box.transmit(command)
    }
}

/// A channel of no particular kind; of it alone there is none.
private class ChannelBox {
    var limits: ChannelLimits { ChannelLimits(transmissionProtocol: .raw) }
    var wasReset: Bool { false }
    func disableExtendedLength() {}

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

    override func transmit(_ command: borrowing EncodedCommand) throws(TransportError) -> ResponseAPDU {
        try channel.transmit(command)
    }
}
