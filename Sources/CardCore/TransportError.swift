/// Why a command got no usable response.
///
/// The cases tell whether the command can have reached the card, because a code that may have been counted must never
/// be sent again.
package enum TransportError: Error, Equatable, Sendable {
    /// The card had left before this command; it was not sent.
    case cardRemoved
    /// Another program reset the card before this command; it was not sent, and what the card knew is void.
    case cardReset
    /// The command was handed to the reader and no answer came. `cardRemoved` says whether the card is gone.
    case noAnswer(cardRemoved: Bool)
    /// The answer was shorter than a status word.
    case truncatedResponse(length: Int)
    /// More data than asked for, or more rounds than a real card needs.
    case responseTooLong(limit: Int)
    /// The command does not fit this card's and protocol's limits; it was not sent.
    case commandTooLong(length: Int)
    /// The command carries a code in the clear, or would select another application than the one a code is meant for; it was
    /// not sent.
    case commandNotAllowed
    /// The card service ended, or did not answer within the time that was set for it.
    case serviceLost
    /// Any other code from the reader's side.
    case reader(code: UInt32)

    /// The reader did not carry the command out: `SCARD_E_NOT_TRANSACTED` (PC/SC part 5, 3.1.5.4).
    ///
    /// Readers without extended length answer so to a command in extended form.
    package static let readerRefusedCommand = TransportError.reader(code: 0x8010_0016)

    /// Whether it is certain that the command did not reach the card.
    package var commandWasNotSent: Bool {
        switch self {
        case .cardRemoved, .cardReset, .commandTooLong, .commandNotAllowed: true
        case .noAnswer, .truncatedResponse, .responseTooLong, .serviceLost, .reader: false
        }
    }
}
