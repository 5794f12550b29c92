package import CardCore
internal import Synchronization

/// A connected card; it is reached only inside a transaction.
///
/// Synchronous; belongs to one thread at a time. Disconnected when it goes out of scope, leaving the card as
/// it is for other programs.
package struct Card: ~Copyable {
    package let reader: Reader
    /// The Answer-to-Reset as it came.
    package let atrBytes: [UInt8]
    /// The Answer-to-Reset; `nil` where the bytes are none.
    package let atr: ATR?
    private let share: ShareMode
    private let connection: Connection
    /// The reader's event counter when the card was connected; `nil` where it could not be read.
    private let eventCount: UInt16?
    /// Another card is in the reader: this one is spent.
    private var wasExchanged = false

    init(reader: Reader, share: ShareMode, connection: Connection, eventCount: UInt16?) {
        self.reader = reader
        self.share = share
        self.connection = connection
        self.eventCount = eventCount
        atrBytes = connection.atr
        atr = try? ATR(parsing: connection.atr)
    }

    deinit { connection.close() }

    /// What one exchange with the card can carry: extended length needs the card and the reader.
    package var limits: ChannelLimits {
        var limits = ChannelLimits(transmissionProtocol: connection.activeProtocol, atr: atr)
        if connection.refusesExtendedLength || !connection.readerLimit.allowsExtendedLength {
            limits.extendedLength = false
        }
        return limits
    }

    /// A call timed out because the card service does not answer, such as the end of a transaction; this card
    /// is spent.
    package var serviceStoppedAnswering: Bool { connection.failure == .serviceNotAnswering }

    /// Lends a transaction to `body`, alone with the card until it returns.
    ///
    /// Wraps SCardBeginTransaction. Waits at most `limit` for another program's transaction; then the error
    /// is `busy`, or `serviceNotAnswering` after one more second, and this card is spent: connect again. A
    /// transaction that begins later by itself is ended at once. Where another program reset the card before,
    /// the reset is acknowledged and `Transaction.wasReset` says so; nothing is sent again.
    ///
    /// The end of the transaction is waited for at most 4 s. Where it timed out, the result of `body` is
    /// returned nevertheless, and `serviceStoppedAnswering` says so.
    ///
    /// `body` throws its own type, which also carries the errors of the beginning: those mean that `body` did
    /// not run. Prompts, network and other long waits have no place in `body`: everybody else waits.
    package mutating func withTransaction<R: ~Copyable, E: PCSCErrorConvertible>(
        trace: CardTrace? = nil,
        within limit: Duration = .seconds(5),
        _ body: (inout Transaction) throws(E) -> R
    ) throws(E) -> R {
        var transaction: Transaction
        do throws(PCSCError) {
            transaction = try begin(trace: trace, within: limit)
        } catch {
            throw E(error)
        }
        return try body(&transaction)
    }

    mutating func begin(trace: CardTrace?, within limit: Duration) throws(PCSCError) -> Transaction {
        guard !wasExchanged else { throw .cardRemoved }
        if let failure = connection.failure { throw failure }
        let share = share
        let outcome = try connection.bounded(within: limit) { library in
            library.begin(share: share)
        } undo: { library, late in
            if late.code == .success { library.end() }
        }
        guard let outcome else { throw connection.reasonForTimeout() }
        if outcome.code == .sharingViolation { throw .busy(.current()) }
        if let error = outcome.code.error { throw error }
        if outcome.wasReset {
            // The service keeps one event for us, and a reset hides that the card was exchanged before it.
            let now = try? connection.status(of: [reader], within: .seconds(1)).first?.status.eventCount
            guard let now, now == eventCount else {
                connection.end()
                wasExchanged = true
                throw .cardRemoved
            }
            trace?.remark("the card was reset by another program")
        }
        return Transaction(
            connection: connection,
            reader: reader,
            limits: limits,
            wasReset: outcome.wasReset,
            trace: trace
        )
    }

    /// What became of a PIN that the card holds as verified.
    package enum SecurityStatus: Equatable, Sendable {
        /// The card was reset, or has left: no program inherits it.
        case dropped
        /// Other programs are connected to the card and a reset would log them out, so it was left.
        ///
        /// One of them may have been in a transaction for the whole time.
        case othersConnected(ConnectedPrograms)
    }

    /// Makes the card forget verified PINs where that disturbs no other program, and disconnects.
    ///
    /// Disconnects, and connects exclusively: success means that no other program is connected, and the card is
    /// reset. Waits at most `limit`; then throws `serviceNotAnswering`, or `cardUnresponsive` where the reset
    /// itself timed out. Throws `serviceNotAnswering` at once where the end of a transaction timed out before.
    /// Wraps SCardDisconnect and SCardConnect.
    package consuming func dropSecurityStatus(
        within limit: Duration = .seconds(5)
    ) throws(PCSCError) -> SecurityStatus {
        let reader = reader
        let isAlone = Flag()
        if let failure = connection.failure { throw failure }
        // Part of the time is kept for finding out why the rest was not enough.
        let reserve = min(limit / 5, .seconds(1))
        // A reset that comes late, after the time-out, happens only without other connections: that needs no
        // undoing.
        let code = try connection.bounded(within: limit - reserve) { library in
            library.disconnect(reset: false)
            // The Answer-to-Reset is of no interest.
            let code = library.connect(reader, share: .exclusive, knownATR: [])
            guard code == .success else { return code }
            isAlone.set()
            return library.disconnect(reset: true)
        }
        switch code {
        case .success?, .noSmartcard?, .removedCard?, .readerUnavailable?, .unknownReader?: return .dropped
        case .sharingViolation?: return .othersConnected(.current())
        case .some(let code): throw code.error ?? .cardUnresponsive
        case nil:
            // SCardConnect waits for a transaction of another program before it tells of a sharing violation.
            let reason = connection.reasonForTimeout(within: reserve)
            guard case .busy(let programs) = reason else { throw reason }
            guard !isAlone.isSet else { throw .cardUnresponsive }
            return .othersConnected(programs)
        }
    }
}

/// Set once, by one thread for another.
private final class Flag: Sendable {
    private let value = Atomic(false)

    var isSet: Bool { value.load(ordering: .acquiring) }

    func set() { value.store(true, ordering: .releasing) }
}
