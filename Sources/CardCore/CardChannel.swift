/// How the reader and the card talk (ISO/IEC 7816-3, 11 and 12).
package enum TransmissionProtocol: String, Hashable, Sendable {
    case t0 = "T=0"
    case t1 = "T=1"
    case raw
}

/// What one exchange with this card can carry.
package struct ChannelLimits: Hashable, Sendable {
    package var transmissionProtocol: TransmissionProtocol
    /// Whether extended length is allowed: T=1 and said by the card itself (ISO/IEC 7816-4, 12.1.1.9).
    package var extendedLength: Bool

    package init(transmissionProtocol: TransmissionProtocol, extendedLength: Bool = false) {
        self.transmissionProtocol = transmissionProtocol
        // Under T=0 no extended length is ever sent, whatever the card claims: a real reader fails on it.
        self.extendedLength = extendedLength && transmissionProtocol != .t0
    }

    /// Limits of a card with `atr` that talks over `transmissionProtocol`.
    package init(transmissionProtocol: TransmissionProtocol, atr: ATR?) {
        self.init(
            transmissionProtocol: transmissionProtocol,
            extendedLength: atr?.cardCapabilities?.extendedLength ?? false
        )
    }

    /// The largest Ne of one command.
    package var maximumExpectedLength: Int { extendedLength ? 4_096 : 256 }
}

/// One command out, one response in, inside one transaction.
///
/// Blocking; not thread-safe. A conforming type does no GET RESPONSE and repeats nothing: that is `exchange`.
package protocol CardChannel: ~Copyable {
    var limits: ChannelLimits { get }
    /// Whether the card was reset since the transaction before: nothing of it is selected, verified or challenged any more.
    var wasReset: Bool { get }
    mutating func transmit(_ command: borrowing EncodedCommand) throws(TransportError) -> ResponseAPDU
}

extension CardChannel where Self: ~Copyable {
    package var wasReset: Bool { false }

    /// Sends a command and collects its whole response.
    ///
    /// `6CXX` is repeated once with the length the card asked for, `61XX` is followed by GET RESPONSE, in at most 64
    /// rounds, fewer for a small `limit`, and `limit` bytes (ISO/IEC 7816-4, 5.3.4). Data longer than the card takes at once goes out chained.
    package mutating func exchange(
        _ command: CommandAPDU,
        limit: Int = 65_536
    ) throws(TransportError) -> ResponseAPDU {
        var last = command
        while last.data.count > 255, !limits.extendedLength {
            // Command chaining: CLA bit 5 says that more follows (ISO/IEC 7816-4, 5.3.3).
            let link = CommandAPDU(
                cla: command.cla | 0x10,
                ins: command.ins,
                p1: command.p1,
                p2: command.p2,
                data: Array(last.data.prefix(255))
            )
            let answer = try send(link)
            guard answer.status.isSuccess else { return answer }
            last.data.removeFirst(255)
        }
        var response = try send(last)
        if response.status.sw1 == 0x6C, last.expectedLength != nil, response.data.isEmpty {
            last.expectedLength = response.status.sw2 == 0 ? 256 : Int(response.status.sw2)
            response = try send(last)
        }
        return try collect(response, cla: command.cla, limit: limit)
    }

    /// Sends a command that carries a secret, once, and returns the card's status word.
    ///
    /// Such a command has no response data. What a card sends all the same is dropped, because it may be the secret, and
    /// data that it announces (`61XX`) is not fetched: only `9000` is success.
    package mutating func exchange(
        _ command: consuming SecretCommandAPDU
    ) throws(TransportError) -> ResponseAPDU {
        ResponseAPDU(status: try transmit(EncodedCommand(command)).status)
    }

    private mutating func send(_ command: CommandAPDU) throws(TransportError) -> ResponseAPDU {
        try transmit(EncodedCommand(plain: command.encoded(for: limits)))
    }

    private mutating func collect(
        _ first: ResponseAPDU,
        cla: UInt8,
        limit: Int
    ) throws(TransportError) -> ResponseAPDU {
        var response = first
        guard response.data.count <= limit else { throw .responseTooLong(limit: limit) }
        // A card that brings less than half of what fits is not believed to have an end.
        let mostRounds = min(64, limit / 128 + 2)
        var rounds = 0
        while response.status.sw1 == 0x61 {
            rounds += 1
            guard rounds <= mostRounds else { throw .responseTooLong(limit: limit) }
            let available = response.status.sw2 == 0 ? 256 : Int(response.status.sw2)
            let get = CommandAPDU(cla: cla, ins: Instruction.getResponse, expectedLength: available)
            var next = try send(get)
            if next.status.sw1 == 0x6C, next.data.isEmpty {
                var again = get
                again.expectedLength = next.status.sw2 == 0 ? 256 : Int(next.status.sw2)
                next = try send(again)
            }
            guard next.data.count <= limit - response.data.count else { throw .responseTooLong(limit: limit) }
            // An announced piece without data brings nothing: a card that goes on like this would never end.
            guard !next.data.isEmpty || next.status.sw1 != 0x61 else { throw .responseTooLong(limit: limit) }
            response.data += next.data
            response.status = next.status
        }
        return response
    }
}

/// Any channel, lent to what runs inside a transaction.
package typealias AnyCardChannel = any CardChannel & ~Copyable
