/// One stay of a card in a reader, from its insertion, or from the reading that found it, to its removal.
///
/// Also after the card service, the reader or the machine came back each card begins a new visit: what was asked about it
/// before proves nothing any more.
package struct Visit: Hashable, Sendable {
    package let reader: ReaderName
    /// The service's count of insertions and removals in this reader, modulo 65,536; begins anew with the service.
    package let counter: UInt16
    /// Counts the visits that this machine saw, so that an answer that comes late is not taken for another card's.
    package let number: UInt64
}

/// What a look at a card has brought.
package enum Identification: Hashable, Sendable {
    /// It did not answer, or could not be reached in time; nothing is known about it, so it is not excluded either.
    case failed
    /// It answered; each answer about a visit replaces the one before, but the first `identity` stays.
    ///
    /// `identity` is `nil` where the card has nothing that tells it from others. `kinds` are the words that `Cards=` may name:
    /// its family, product and issuer, or one word for all that is not recognised.
    case card(identity: CardIdentity?, kinds: Set<String>, owner: Owner)

    /// Whose card it is, by a trusted certificate and the mapping file.
    package enum Owner: Hashable, Sendable {
        /// Nobody has looked yet, or the check could not be finished: no reason to end a guard.
        case unknown
        /// Its certificate is not trusted, or maps to no user.
        case nobody
        /// The user of this name.
        case user(String)
    }

    var identity: CardIdentity? {
        if case .card(let identity, _, _) = self { identity } else { nil }
    }
}
