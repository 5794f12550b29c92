/// A program's view of the card service: which readers there are and what is in them.
///
/// Synchronous; belongs to one thread at a time. Listing waits for no card and no program, but a driver that
/// hangs can hang the whole service; then the error is `serviceNotAnswering` and this context is spent. Each
/// connected card has a connection of its own to the service, so one that is given up leaves this usable.
package final class Context {
    private let connection: Connection

    /// Connects to the card service, starting it where systemd listens for it.
    ///
    /// Wraps SCardEstablishContext. Waits at most `limit` for the service to answer; while one does not
    /// (`serviceNotAnswering`), the library is of no use to this process.
    package init(within limit: Duration = .seconds(5)) throws(PCSCError) {
        connection = try Connection.open(within: limit)
    }

    /// The readers in the order of the service; empty where there is none.
    ///
    /// Wraps SCardListReaders.
    package func readers(within limit: Duration = .seconds(5)) throws(PCSCError) -> [Reader] {
        Reader.parsing(multiString: try connection.readerNames(within: limit))
    }

    /// What is in each of `readers` now.
    ///
    /// Wraps SCardGetStatusChange. Throws `readerNotFound` when one of them is gone.
    package func status(
        of readers: [Reader],
        within limit: Duration = .seconds(5)
    ) throws(PCSCError) -> [ReaderStatus] {
        var result: [ReaderStatus] = []
        var rest = readers[...]
        while !rest.isEmpty {
            // The library takes 16 readers in one call (PCSCLITE_MAX_READERS_CONTEXTS).
            result += try connection.status(of: Array(rest.prefix(16)), within: limit).map(\.status)
            rest = rest.dropFirst(16)
        }
        return result
    }

    /// All readers and what is in them now; a reader that leaves meanwhile makes it look again, at most 8
    /// times.
    package func statuses(within limit: Duration = .seconds(5)) throws(PCSCError) -> [ReaderStatus] {
        for _ in 0..<8 {
            do throws(PCSCError) {
                return try status(of: try readers(within: limit), within: limit)
            } catch {
                guard error == .readerNotFound else { throw error }
            }
        }
        throw .readerNotFound
    }

    /// Connects to the card in `reader`, waiting at most `limit` for other programs.
    ///
    /// Wraps SCardConnect. Throws `busy` at once while another program holds the card exclusively, and when
    /// the time is up while somebody is connected to it; `cardUnresponsive` when the time is up and nobody
    /// is.
    package func connect(
        _ reader: Reader,
        share: ShareMode = .shared,
        within limit: Duration = .seconds(5)
    ) throws(PCSCError) -> Card {
        let own = try Connection.open(within: limit)
        guard let code = try own.bounded(within: limit, { $0.connect(reader, share: share) }) else {
            let status = try status(of: [reader], within: .seconds(1)).first
            guard let status, status.isInUse || status.isExclusive else { throw .cardUnresponsive }
            throw .busy(.current())
        }
        if code == .sharingViolation { throw .busy(.current()) }
        if let error = code.error { throw error }
        let eventCount = try? own.status(of: [reader], within: .seconds(1)).first?.status.eventCount
        return Card(reader: reader, share: share, connection: own, eventCount: eventCount)
    }
}

/// Whether others may use the card at the same time.
package enum ShareMode: Hashable, Sendable {
    case shared
    case exclusive
}
