package import CardApplications
internal import CardCore
package import PCSC

/// Why an operation ended without having done what was asked.
package enum OperationError: Error, Equatable, Sendable {
    /// The card service or the reader stood in the way; no code was sent.
    case service(PCSCError)
    /// The card could not be read; no code was sent.
    case card(CardError)
    /// `--pin` names nothing on this card.
    case noSuchPIN(String, known: [PINPolicy])
    /// It cannot be told which PIN is meant, and there is nobody to ask.
    case whichPIN([PINPolicy])
    /// Refused here; no code was sent.
    case refused(Refusal, PINPolicy)
    /// The card's answer to a code.
    case code(PINError, PINPolicy)
    /// The code is blocked; `ways` are the codes and keys that can still unblock the PIN, the usual one first.
    case blocked(PINPolicy, ways: [PINPolicy])
    /// `--with` names nothing that unblocks this PIN.
    case noSuchUnblockingCode(String, known: [PINPolicy])
    /// Several codes can unblock it, and there is nobody to ask which.
    case whichUnblockingCode([PINPolicy])
    /// Between the challenge and its answer somebody else used the card; no response was sent.
    case challengeLost(PINPolicy)
    /// The card accepted this code, and what was to come after it was not done.
    case afterCode(PINPolicy)
    /// The card answered `9000` to an unblocking and yet reports the PIN as blocked.
    case stillBlocked(PINPolicy)
    /// The person ended it, or input ended before a code was complete.
    case cancelled

    /// What stops a code before it reaches the card.
    package enum Refusal: Equatable, Sendable {
        case format(PINFormatError)
        case newCodeFormat(PINFormatError)
        /// A response has so many hexadecimal digits.
        case responseFormat(digits: Int)
        case confirmationDiffers
        case sameAsOld
        case trivialPIN
        case lastTry
        case lastPUKTry
        /// How the card is unblocked is not known; or how it takes codes, where the policy's `formEvidence` says so.
        case untestedForm
        case verifyNotAllowed
        case changeNotAllowed
        case unblockNotAllowed
        case noUnblockingCode
        case notInitialized
        /// The card has no try left for it, and does not tell whether it was ever set.
        case blockedOrNeverSet
    }
}
