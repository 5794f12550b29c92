internal import CardCore

/// A transaction in which nothing is sent after its time is up.
///
/// However slowly a card answers, it keeps others waiting for one command longer at most.
struct TimedChannel: CardChannel, ~Copyable {
    /// What is thrown in place of a command: `SCARD_E_TIMEOUT` (PC/SC part 5, 2.2.1).
    static let timeUp = TransportError.reader(code: 0x8010_000A)

    private var channel: AnyCardChannel
    private let deadline: ContinuousClock.Instant

    init(_ channel: consuming AnyCardChannel, until deadline: ContinuousClock.Instant) {
        self.channel = channel
        self.deadline = deadline
    }

    var limits: ChannelLimits { channel.limits }
    var wasReset: Bool { channel.wasReset }
    mutating func disableExtendedLength() { channel.disableExtendedLength() }
    mutating func limitAnswerTime(to limit: Duration) { channel.limitAnswerTime(to: limit) }

    mutating func transmit(_ command: borrowing EncodedCommand) throws(TransportError) -> ResponseAPDU {
        guard ContinuousClock.now < deadline else { throw Self.timeUp }
        return try channel.transmit(command)
    }
}
