/// One way to give a PIN a new value and a fresh counter.
package struct Unblocking: Hashable, Sendable {
    package enum Means: Hashable, Sendable {
        /// One RESET RETRY COUNTER with the unblocking code and the new PIN.
        case codeAndNewPIN
        /// VERIFY of the unblocking code, then RESET RETRY COUNTER with the new PIN.
        case verifyThenNewPIN
        /// A response to a challenge of the card, computed by whoever has the administrator's key.
        ///
        /// Both lengths in octets, within 1...64; people read and type them in hexadecimal.
        case response(challengeLength: Int, responseLength: Int)
    }

    /// The id of the code or key that unblocks.
    package var by: String
    package var means: Means
    /// How sure it is that this is the card's form.
    package var evidence: Evidence

    package init(by: String, means: Means, evidence: Evidence) {
        self.by = by
        self.means = means
        self.evidence = evidence
    }

    package var isResponse: Bool {
        if case .response = means { true } else { false }
    }
}

/// How sure a row of a family's table is.
package enum Evidence: String, Hashable, Sendable {
    /// Seen on a real card or on a card that somebody else made.
    case tested
    /// Written down by the card's maker or in the standard that it follows.
    case documented
    /// Neither: it takes the person's word.
    case unknown
}
