internal import CPCSC
internal import CardCore
internal import Synchronization

/// A connection to the card service whose waits are bounded.
///
/// libpcsclite locks a context while a call runs, and takes a lock of the whole process to find it; one more
/// call on a context with a call that was given up would stop every PC/SC call of this process. Therefore
/// giving up means to forget the context: the thread of that call closes it when the call returns. Belongs to
/// one thread at a time.
final class Connection {
    /// `nil` once a call was given up, or closed.
    private var library: LibraryConnection?
    /// Whether `status` may ask; see `InsertedCard.connect`.
    var asksStatus = true

    /// Whether the reader or the card has refused a command in extended form.
    var refusesExtendedLength = false

    private init(_ library: LibraryConnection) { self.library = library }

    /// How many calls to establish a context were given up and have not returned.
    ///
    /// Such a call holds the lock of the whole library, so every other call would wait for it.
    private static let stuckCalls = Atomic(0)
    private static var libraryIsStuck: Bool { stuckCalls.load(ordering: .acquiring) > 0 }

    /// Connects to the service, waiting at most `limit`.
    ///
    /// `explaining` tells a refusal from a failure, which takes one more attempt to connect.
    static func open(within limit: Duration, explaining: Bool = true) throws(PCSCError) -> Connection {
        if libraryIsStuck { throw .serviceNotAnswering }
        let result = try BoundedCall.run(within: limit) { () -> Result<LibraryConnection, ReturnCodeError> in
            do throws(ReturnCodeError) { return .success(try LibraryConnection()) } catch {
                return .failure(error)
            }
        } undo: { late in
            stuckCalls.subtract(1, ordering: .acquiringAndReleasing)
            if case .success(let library) = late { library.close() }
        }
        switch result {
        case .success(let library): return Connection(library)
        case .failure(let failure):
            // pcsc-lite asks polkit before it reads anything, and closes the connection where it is told no.
            let broken = failure.code == .communicationError || failure.code == .noService
            if explaining, broken, ServiceSocket.closesUnheard() { throw .notPermitted }
            throw failure.code.error ?? .serviceStopped
        case nil:
            stuckCalls.add(1, ordering: .acquiringAndReleasing)
            throw .serviceNotAnswering
        }
    }

    deinit { close() }

    /// Disconnects, leaving the card as it is, and releases the context.
    func close() {
        if !Self.libraryIsStuck { library?.close() }
        library = nil
    }

    /// The same, waiting at most `limit` for the service.
    func close(within limit: Duration) {
        _ = try? bounded(within: limit) { $0.close() }
        library = nil
    }

    /// For a call without a bound; `nil` where it would wait for one that was given up.
    var unbounded: LibraryConnection? { Self.libraryIsStuck ? nil : library }

    /// The result of `body`, or `nil` when it took longer than `limit` and this connection was given up, now
    /// or before.
    ///
    /// `undo` takes back what a late call did, before the connection is closed.
    func bounded<R: Sendable>(
        within limit: Duration,
        _ body: @escaping @Sendable (LibraryConnection) -> R,
        undo: @escaping @Sendable (LibraryConnection, R) -> Void = { _, _ in }
    ) throws(PCSCError) -> R? {
        guard let library, !Self.libraryIsStuck else { return nil }
        let result = try BoundedCall.run(within: limit) {
            body(library)
        } undo: { late in
            undo(library, late)
            library.close()
        }
        if result == nil { self.library = nil }
        return result
    }

    /// The names of the readers as a multi-string.
    func readerNames(within limit: Duration) throws(PCSCError) -> [UInt8] {
        let names = try bounded(within: limit) { library -> Result<[UInt8], PCSCError> in
            do throws(PCSCError) { return .success(try library.readerNames()) } catch {
                return .failure(error)
            }
        }
        guard let names else { throw .serviceNotAnswering }
        return try names.get()
    }

    /// What is in `readers`, at most 16 of them; with `known` it waits for a change, at most `change`.
    ///
    /// Throws `readerUnavailable` where it must not ask.
    func status(
        of readers: [Reader],
        known: DWORD = 0,
        change: Duration = .zero,
        within limit: Duration
    ) throws(PCSCError) -> [LibraryConnection.Status] {
        guard asksStatus else { throw .readerUnavailable }
        let statuses = try bounded(within: limit) {
            library -> Result<[LibraryConnection.Status], PCSCError> in
            do throws(PCSCError) {
                return .success(try library.status(of: readers, known: known, within: change))
            } catch {
                return .failure(error)
            }
        }
        guard let statuses else { throw .serviceNotAnswering }
        return try statuses.get()
    }

    /// Sends a command; blocks until the card answers.
    func transmit(_ command: Span<UInt8>, into buffer: inout [UInt8]) -> (code: ReturnCode, length: Int) {
        guard let library else { return (.noService, 0) }
        return library.transmit(command, into: &buffer)
    }

    /// Whether no call of it has been given up.
    var isUsable: Bool { library != nil }

    /// Ends the transaction, leaving the card as it is.
    func end() { library?.end() }

    /// The protocol that the card talks, once it is connected.
    var activeProtocol: TransmissionProtocol { library?.activeProtocol ?? .raw }

    /// The Answer-to-Reset, once a card is connected.
    var atr: [UInt8] { library?.atr ?? [] }
}
