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
    /// The card service ended.
    case serviceLost
    /// Any other code from the reader's side.
    case reader(code: UInt32)

    /// Whether it is certain that the command did not reach the card.
    package var commandWasNotSent: Bool {
        switch self {
        case .cardRemoved, .cardReset, .commandTooLong: true
        case .noAnswer, .truncatedResponse, .responseTooLong, .serviceLost, .reader: false
        }
    }
}
