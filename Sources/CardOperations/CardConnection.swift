package import CardApplications
package import CardCore

/// A card that lends transactions: one in a reader, or a software card in memory.
package protocol CardConnection: ~Copyable {
    /// The card's Answer-to-Reset, and what card data files say of such cards.
    var hints: CardHints { get }

    /// Lends the card to `body`, alone. Blocking, with a bound on the wait for other programs.
    mutating func withTransaction<R>(
        _ body: (inout AnyCardChannel) throws(OperationError) -> R
    ) throws(OperationError) -> R

    /// Whether the card service stopped answering at the end of a transaction, whose result is known nevertheless.
    var serviceStoppedAnswering: Bool { get }

    /// Makes the card forget verified codes without disturbing other programs, and lets go of it.
    consuming func dropSecurityStatus() -> SecurityStatusDrop
}

extension CardConnection where Self: ~Copyable {
    package var serviceStoppedAnswering: Bool { false }
}

/// What became of a verified code after an operation.
package enum SecurityStatusDrop: Hashable, Sendable {
    /// The card has forgotten it.
    case dropped
    /// Others are connected and a reset would have logged them out: the card may remember it until they are done.
    /// The names are those of the programs that could be seen.
    case left(others: [String])
    /// The card service stopped answering; `mayRemember` says whether the card may still hold the code as verified.
    case serviceNotAnswering(mayRemember: Bool)
    /// The reader or the service failed before it could be told.
    case unknown
}
