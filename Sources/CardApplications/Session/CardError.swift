package import CardCore

/// Why a card could not be read.
package enum CardError: Error, Equatable, Sendable {
    case transport(TransportError)
    /// None of the applications that we know is on the card.
    case notRecognised
    /// The card can do this in no way that is known.
    case notSupported
    /// The card has no application of the family that was named.
    case applicationNotFound(family: String)
    /// The application was terminated: it answers SELECT and does nothing else any more.
    case terminated
    /// The card wants its codes derived (OpenPGP KDF-DO), which is not done here.
    case derivedCodes
    /// A file that the application cannot do without is missing or makes no sense.
    case malformed(file: String)
    /// The card answered a command that must succeed with something else.
    case unexpected(StatusWord, instruction: UInt8)
}

/// Runs `body` and gives its error the type that card applications throw.
func transported<R: ~Copyable>(_ body: () throws(TransportError) -> R) throws(CardError) -> R {
    do throws(TransportError) { return try body() } catch { throw .transport(error) }
}

/// Why a card did not take a code.
///
/// Every case says what is known of the counter.
package enum PINError: Error, Equatable, Sendable {
    /// The code of `id` is wrong; the card counted it. `remainingTries` is `nil` where it does not tell.
    case wrong(id: String, remainingTries: Int?)
    /// The code of `id` is blocked, before this try or by it.
    case blocked(id: String)
    /// `6984`: the code of `id` has not been set up yet.
    case notInitialized(id: String)
    /// The card does not allow this operation with `id`; by the standard no try, which only its counter can confirm.
    case notAllowed(id: String, StatusWord)
    /// The card refused the new code of `id`; by the standard no try, which only its counter can confirm.
    case newCodeRefused(id: String, StatusWord)
    /// The new code of `id` is too simple for this card.
    case newCodeTooSimple(id: String)
    /// The unblocking code was accepted, and the card did not set the new code of `id` for another reason than the code itself.
    case newCodeNotSet(id: String, StatusWord)
    /// The card does not unblock with the code of `id`, which may be switched off; whether it was counted is unknown.
    case unblockingRefused(id: String, StatusWord)
    /// An answer that says neither yes nor no; whether it was counted is unknown.
    case unexpected(id: String, StatusWord)
    /// A code was sent and no usable answer came.
    case outcomeUnknown(id: String, TransportError)
    /// Nothing was sent.
    case card(CardError)
}
