internal import CPCSC
internal import CardCore
internal import Synchronization

/// A connection to the card service whose waits are bounded.
///
/// libpcsclite locks a context while a call runs, and takes a lock of the whole process to find it; one more
/// call on a context with a call that timed out would block every PC/SC call of this process. Therefore a
/// context with such a call is never used again: the thread of that call closes it when the call returns.
/// Belongs to one thread at a time.
final class Connection {
    /// `nil` once a call timed out, or closed.
    private var library: LibraryConnection?
    /// Why this connection cannot be used any more, after a call that timed out.
    private(set) var failure: PCSCError?
    /// Whether `status` may ask; see `InsertedCard.connect`.
    var asksStatus = true

    /// Whether the reader or the card has refused a command in extended form.
    var refusesExtendedLength = false

    private init(_ library: LibraryConnection) { self.library = library }

    /// How long the end of a transaction, a disconnection or a release may take.
    ///
    /// Ends follow each other; after one that timed out the others wait for `endLimitOfStuckService` at most,
    /// so that all of them together take no more than 5 s.
    static let endLimit = Duration.seconds(4)
    private static let endLimitOfStuckService = Duration.milliseconds(500)

    /// How many calls to establish a context timed out and have not returned.
    ///
    /// Such a call holds the lock of the whole library, so every other call would block too. No other call
    /// holds it while it waits for the service (winscard_clnt.c of pcsc-lite 1.9.9): those block their own
    /// context only, and a reader that hangs does not make the others unusable.
    private static let stuckCalls = Atomic(0)
    private static var libraryIsStuck: Bool { stuckCalls.load(ordering: .acquiring) > 0 }

    /// How many calls of `finish` timed out and have not returned.
    private static let stuckEnds = Atomic(0)

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
            if explaining, broken, ServiceSocket.refuses() { throw .notPermitted }
            throw failure.code.error ?? .serviceStopped
        case nil:
            stuckCalls.add(1, ordering: .acquiringAndReleasing)
            throw .serviceNotAnswering
        }
    }

    deinit { close() }

    /// Disconnects, leaving the card as it is, and releases the context, waiting at most `limit`.
    func close(within limit: Duration = endLimit) {
        guard let library else { return }
        finish(library, within: limit) { $0.close() }
        self.library = nil
    }

    /// Ends the transaction, leaving the card as it is, waiting at most `endLimit`.
    func end() {
        guard let library else { return }
        finish(library, within: Self.endLimit) { $0.end() }
    }

    /// Runs `body`, which waits for the service alone and for no other program.
    ///
    /// Where the library is stuck it is not waited for, but it is still done when the library returns.
    private func finish(
        _ library: LibraryConnection,
        within limit: Duration,
        _ body: @escaping @Sendable (LibraryConnection) -> Void
    ) {
        let hasStuckEnd = Self.stuckEnds.load(ordering: .acquiring) > 0
        let patience = hasStuckEnd ? min(limit, Self.endLimitOfStuckService) : limit
        do throws(PCSCError) {
            let result: Void? = try BoundedCall.run(within: Self.libraryIsStuck ? .zero : patience) {
                body(library)
            } undo: { _ in
                library.close()
                Self.stuckEnds.subtract(1, ordering: .acquiringAndReleasing)
            }
            guard result == nil else { return }
            Self.stuckEnds.add(1, ordering: .acquiringAndReleasing)
            fail(with: .serviceNotAnswering)
        } catch {
            // No thread for it: the context stays open until the process ends.
            fail(with: error)
        }
    }

    private func fail(with error: PCSCError) {
        library = nil
        failure = error
    }

    /// For a call without a bound; `nil` where it would wait for one that timed out.
    var unbounded: LibraryConnection? { Self.libraryIsStuck ? nil : library }

    /// The result of `body`, or `nil` when it took longer than `limit` and this connection cannot be used any
    /// more, now or before.
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
        if result == nil { fail(with: .serviceNotAnswering) }
        return result
    }

    /// Why a call timed out that also waits for other programs: `busy` where the service answers.
    ///
    /// pcscd keeps SCardConnect, an exclusive one too, and SCardBeginTransaction waiting while another program
    /// is in a transaction (SCardConnect in winscard.c of pcsc-lite 1.9.9), so that a time-out alone does not
    /// tell whether the service answers. A second connection does, within `limit`.
    func reasonForTimeout(within limit: Duration = .seconds(1)) -> PCSCError {
        var reason = PCSCError.serviceNotAnswering
        do throws(PCSCError) {
            _ = try Connection.open(within: limit, explaining: false)
            reason = .busy(.current())
        } catch {
            reason = error
        }
        failure = reason
        return reason
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
        guard let library = unbounded else { return (.noService, 0) }
        return library.transmit(command, into: &buffer)
    }

    /// The protocol that the card talks, once it is connected.
    var activeProtocol: TransmissionProtocol { library?.activeProtocol ?? .raw }

    /// The Answer-to-Reset, once a card is connected.
    var atr: [UInt8] { library?.atr ?? [] }

    /// The longest data that the reader takes, as far as it says.
    var readerLimit: ReaderLimit { library?.readerLimit ?? .unknown }
}
