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
/// Blocking; not thread-safe. A conforming type does no GET RESPONSE and repeats nothing: that is `exchange`. It sends no
/// code either: that is `ApplicationChannel`.
package protocol CardChannel: ~Copyable {
    var limits: ChannelLimits { get }
    /// Whether the card was reset since the transaction before: nothing of it is selected, verified or challenged any more.
    var wasReset: Bool { get }
    mutating func transmit(_ command: borrowing EncodedCommand) throws(TransportError) -> ResponseAPDU
    /// Sends short commands alone from now on, in later transactions too: the reader or the card refused an extended one.
    mutating func disableExtendedLength()
    /// From now on waits at most `limit` for the answer to a command without a code: what is left must come to an end.
    mutating func limitAnswerTime(to limit: Duration)
}

extension CardChannel where Self: ~Copyable {
    package var wasReset: Bool { false }

    package mutating func limitAnswerTime(to limit: Duration) {}

    /// Sends a command and collects its whole response.
    ///
    /// `6CXX` is repeated once with the length the card asked for, `61XX` is followed by GET RESPONSE, in at most 64
    /// rounds, fewer for a small `limit`, and `limit` bytes (ISO/IEC 7816-4, 5.3.4). `61XX` to a command that expects no data is
    /// success. Data longer than one command takes goes out chained. A reader or card that refuses extended length gets
    /// short commands from then on.
    package mutating func exchange(
        _ command: CommandAPDU,
        limit: Int = 65_536
    ) throws(TransportError) -> ResponseAPDU {
        if limits.extendedLength, command.isExtended, let response = try sendExtended(command) {
            return try collect(response, of: command, limit: limit)
        }
        var last = command
        while last.data.count > 255 {
            // Command chaining: CLA bit 5 says that more follows (ISO/IEC 7816-4, 5.3.3).
            let link = CommandAPDU(
                cla: command.cla | 0x10,
                ins: command.ins,
                p1: command.p1,
                p2: command.p2,
                data: Array(last.data.prefix(255))
            )
            let answer = try send(link)
            guard answer.status.isSuccess || answer.status.sw1 == 0x61 else { return answer }
            last.data.removeFirst(255)
        }
        last.expectedLength = last.expectedLength.map { min($0, 256) }
        var response = try send(last)
        if response.status.sw1 == 0x6C, last.expectedLength != nil, response.data.isEmpty {
            last.expectedLength = response.status.sw2 == 0 ? 256 : Int(response.status.sw2)
            response = try send(last)
        }
        return try collect(response, of: command, limit: limit)
    }

    /// The response to a command in extended form; `nil` where the reader or the card takes none, and short ones will do.
    private mutating func sendExtended(_ command: CommandAPDU) throws(TransportError) -> ResponseAPDU? {
        do throws(TransportError) {
            let response = try send(command)
            // Wrong length: the Answer-to-Reset speaks for the card, and the applet takes short commands alone.
            guard response.status == .wrongLength else { return response }
        } catch {
            guard error == .readerRefusedCommand else { throw error }
        }
        disableExtendedLength()
        return nil
    }

    private mutating func send(_ command: CommandAPDU) throws(TransportError) -> ResponseAPDU {
        try transmit(EncodedCommand(plain: command.encoded(for: limits)))
    }

    private mutating func collect(
        _ first: ResponseAPDU,
        of command: CommandAPDU,
        limit: Int
    ) throws(TransportError) -> ResponseAPDU {
        var response = first
        if response.status.sw1 == 0x61, command.expectedLength == nil {
            // Data is there that nothing needs; some cards refuse GET RESPONSE then.
            return ResponseAPDU(status: .success)
        }
        guard response.data.count <= limit else { throw .responseTooLong(limit: limit) }
        // A card that brings less than half of what fits is not believed to have an end.
        let mostRounds = min(64, limit / 128 + 2)
        var rounds = 0
        while response.status.sw1 == 0x61 {
            rounds += 1
            guard rounds <= mostRounds else { throw .responseTooLong(limit: limit) }
            let available = response.status.sw2 == 0 ? 256 : Int(response.status.sw2)
            let get = CommandAPDU(cla: command.cla, ins: Instruction.getResponse, expectedLength: available)
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
