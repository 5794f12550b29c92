internal import CPCSC
package import CardCore

/// A span of time in which nobody else talks to the card, and the only way to talk to it.
///
/// Lent by `Card.withTransaction`. It ends with its scope, also on an error, and leaves the card as it is.
/// Wraps SCardEndTransaction.
package struct Transaction: ~Copyable, CardChannel {
    package private(set) var limits: ChannelLimits
    /// Another program reset the card since the last transaction: selected application and verified PINs are
    /// void.
    package let wasReset: Bool
    private let connection: Connection
    private let reader: Reader
    private let trace: CardTrace?
    private var buffer: [UInt8]
    /// How long the answer to a command without a secret is waited for; `nil` for as long as it takes.
    private var answerLimit: Duration?

    init(connection: Connection, reader: Reader, limits: ChannelLimits, wasReset: Bool, trace: CardTrace?) {
        self.connection = connection
        self.reader = reader
        self.limits = limits
        self.wasReset = wasReset
        self.trace = trace
        buffer = [UInt8](repeating: 0, count: Int(kv_max_buffer_size_extended))
    }

    deinit { connection.end() }

    /// Sends one command and returns the answer as it came.
    ///
    /// Wraps SCardTransmit. Blocks until the card answers, without a bound unless `limitAnswerTime` has set one: making a key
    /// may take minutes. A secret command goes to the library straight from its locked page. After an error in which the card
    /// may have left it looks for that, for at most 1.5 s, because a reader may need a moment to notice. A reader that takes no
    /// extended length (HID OMNIKEY 3121) refuses such a command with SCARD_E_NOT_TRANSACTED: that is thrown as
    /// `readerRefusedCommand` at once while the card is in the reader.
    package mutating func transmit(
        _ command: borrowing EncodedCommand
    ) throws(TransportError) -> ResponseAPDU {
        trace?.record(command)
        do throws(TransportError) {
            let (code, length) = try exchange(command)
            guard code == .success else {
                let isExtended = command.withBytes { Self.isExtended($0) }
                throw code == .notTransacted && isExtended ? extendedLengthFailure() : error(for: code)
            }
            // Some drivers report a card that leaves during a command as an empty answer.
            guard length > 0 else { throw lookWhetherCardLeft() }
            let answer = Array(buffer.prefix(length))
            let response = try ResponseAPDU(parsing: answer.span)
            trace?.record(response, toSecret: command.carriesSecret)
            return response
        } catch {
            trace?.record(error)
            throw error
        }
    }

    /// The library's code and the length of the answer in `buffer`.
    private mutating func exchange(
        _ command: borrowing EncodedCommand
    ) throws(TransportError) -> (code: ReturnCode, length: Int) {
        guard let answerLimit, !command.carriesSecret else {
            return command.withBytes { bytes in connection.transmit(bytes, into: &buffer) }
        }
        let bytes = command.withBytes { bytes in bytes.indices.map { bytes[$0] } }
        let size = buffer.count
        let outcome = try? connection.bounded(within: answerLimit) { library in
            var buffer = [UInt8](repeating: 0, count: size)
            let (code, length) = library.transmit(bytes.span, into: &buffer)
            return (code, Array(buffer.prefix(length)))
        }
        guard let (code, answer) = outcome ?? nil else { throw .serviceLost }
        buffer.replaceSubrange(0..<answer.count, with: answer)
        return (code, answer.count)
    }

    package mutating func limitAnswerTime(to limit: Duration) { answerLimit = limit }

    package mutating func disableExtendedLength() {
        limits.extendedLength = false
        connection.refusesExtendedLength = true
    }

    private func error(for code: ReturnCode) -> TransportError {
        switch code {
        // The service looks for these two before it hands the command to the reader, and the library knows no
        // others.
        case .removedCard: .cardRemoved
        case .resetCard: .cardReset
        // The service gives these before the command, but also when the driver says so during it.
        case .noSmartcard, .readerUnavailable: .noAnswer(cardRemoved: true)
        case .noService, .serviceStopped, .shutdown: .serviceLost
        case .insufficientBuffer: .responseTooLong(limit: ResponseAPDU.maximumLength)
        default: lookWhetherCardLeft()
        }
    }

    /// Whether a command is in extended form (ISO/IEC 7816-4, 5.1).
    static func isExtended(_ command: Span<UInt8>) -> Bool {
        // The longest in short form: header, Lc, 255 bytes of data, Le.
        command.count > 261 || (command.count > 5 && command[4] == 0)
    }

    /// What the failure of a command in extended form means.
    ///
    /// A driver that has not noticed the removal yet tells of it at the next command, which is in short form.
    private func extendedLengthFailure() -> TransportError {
        let refusal = TransportError.readerRefusedCommand
        guard connection.asksStatus else { return refusal }
        do throws(PCSCError) {
            let status = try connection.status(of: [reader], within: .seconds(1)).first?.status
            return status?.presence == .present ? refusal : .noAnswer(cardRemoved: true)
        } catch {
            return Self.failure(for: error)
        }
    }

    /// What became of the card where its reader's status could not be read.
    private static func failure(for error: PCSCError) -> TransportError {
        switch error {
        case .serviceNotRunning, .serviceStopped, .serviceNotAnswering: .serviceLost
        default: .noAnswer(cardRemoved: true)
        }
    }

    private func lookWhetherCardLeft() -> TransportError {
        let deadline = ContinuousClock.now + .milliseconds(1_500)
        do throws(PCSCError) {
            guard let first = try connection.status(of: [reader], within: .seconds(1)).first else {
                return .serviceLost
            }
            var current = first
            while current.status.presence == .present, current.status.eventCount == first.status.eventCount {
                let rest = ContinuousClock.now.duration(to: deadline)
                guard rest > .zero else { return .noAnswer(cardRemoved: false) }
                let next = try connection.status(
                    of: [reader],
                    known: current.state,
                    change: rest,
                    within: rest + .seconds(1)
                )
                guard let next = next.first else { return .serviceLost }
                current = next
            }
            return .noAnswer(cardRemoved: true)
        } catch {
            return Self.failure(for: error)
        }
    }
}
