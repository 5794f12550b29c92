/// Why a card, a reader or the card service could not be used, in causes that a person can act on.
package enum PCSCError: Error, Equatable, Sendable {
    /// Nothing listens on the card service's socket.
    case serviceNotRunning
    /// The card service ended, or broke the connection.
    case serviceStopped
    /// The card service took the connection and does not answer.
    case serviceNotAnswering
    /// The card service refuses this user; on some distributions polkit decides.
    case notPermitted
    /// No reader is connected.
    case noReader
    /// The reader was not there when it was asked for.
    case readerNotFound
    /// The reader was unplugged, or does not work.
    case readerUnavailable
    /// The reader is empty.
    case noCard
    /// The card was taken out while it was connected.
    case cardRemoved
    /// Another program reset the card again and again; nothing was sent.
    case cardReset
    /// There is a card and it does not answer: it sits the wrong way round, is dirty or dead.
    case cardUnresponsive
    /// Another program keeps the card busy; these programs are connected to the card service.
    ///
    /// Who of them holds the card cannot be known.
    case busy(ConnectedPrograms)
    /// The card talks neither T=0 nor T=1, or another program chose a protocol that does not fit.
    case protocolMismatch
    /// Any other code; `name` is that of the C constant where there is one.
    case other(code: UInt32, name: String?)
}

/// An error that can stand for a PC/SC error, so that a caller of `Card.withTransaction` has one error type.
package protocol PCSCErrorConvertible: Error {
    /// The error for a transaction that did not begin: nothing was sent to the card.
    init(_ error: PCSCError)
}

extension PCSCError: PCSCErrorConvertible {
    package init(_ error: PCSCError) { self = error }
}
