internal import CardCore

/// A transaction in which nothing is sent after its time is up.
///
/// However slowly a card answers, it keeps others waiting for one command longer at most.
struct TimedChannel: CardChannel, ~Copyable {
    /// What is thrown in place of a command: `SCARD_E_TIMEOUT` (PC/SC part 5, 2.2.1).
    static let timeUp = TransportError.reader(code: 0x8010_000A)

    private(set) var limits: ChannelLimits
    let wasReset: Bool
    private var channel: AnyCardChannel
    private let deadline: ContinuousClock.Instant

    init(_ channel: consuming AnyCardChannel, until deadline: ContinuousClock.Instant) {
        (limits, wasReset) = (channel.limits, channel.wasReset)
        self.channel = channel
        self.deadline = deadline
    }

    mutating func disableExtendedLength() {
        channel.disableExtendedLength()
        limits.extendedLength = false
    }

    mutating func transmit(_ command: borrowing EncodedCommand) throws(TransportError) -> ResponseAPDU {
        guard ContinuousClock.now < deadline else { throw Self.timeUp }
        return try channel.transmit(command)
    }
}
