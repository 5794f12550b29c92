package import CardCore

/// An application of a card, with what has been read of it so far.
///
/// A value: it outlives the transaction in which it was read, but not the card. Everything that involves a code happens in an
/// `ApplicationSession`, whose channel is lent to these functions.
package protocol CardApplication: ApplicationReading, CodePresenting, ChallengeIssuing, SignatureComputing {
    /// Selects this application in a new transaction, or shows by an answer that no other could have given that it still is
    /// selected; `false` where it is not there.
    ///
    /// What was known of the current file or directory is forgotten. Where an answer about the counter of `policy`, whose code
    /// is presented next, is such a proof, that is the one that is asked for.
    mutating func select(
        toPresent policy: PINPolicy,
        on channel: inout AnyCardChannel
    ) throws(CardError) -> Bool
}

/// What is read of an application; nothing here takes a code.
///
/// Each function sends only the commands that its answer needs, once. The application must be the selected one.
package protocol ApplicationReading: Sendable {
    /// The family's name in JSON, `pkcs15`.
    var family: String { get }

    /// Every code that the card names; `roles` says whether it is worth reading more to tell what each is for.
    ///
    /// Asked again, it reads only what it has not read before.
    mutating func readPINs(
        roles: Bool,
        on channel: inout AnyCardChannel
    ) throws(CardError) -> [PINPolicy]
    mutating func readIdentity(on channel: inout AnyCardChannel) throws(CardError) -> CardIdentity
    /// What tells this card from others, with no more reading than that takes; `nil` where it has no number.
    mutating func readNumber(on channel: inout AnyCardChannel) throws(CardError) -> CardNumber?
    mutating func readCertificates(
        _ scope: CertificateScope,
        on channel: inout AnyCardChannel
    ) throws(CardError) -> [CardCertificate]
    /// Whether the card names more certificates than `readCertificates` looked into.
    var hasMoreCertificates: Bool { get }
    /// One certificate, with no more reading than it takes to find it; `nil` where the card has none such.
    mutating func readCertificate(
        _ choice: CertificateChoice,
        _ scope: CertificateScope,
        on channel: inout AnyCardChannel
    ) throws(CardError) -> CardCertificate?
    /// The certificates to log in with, and those that cannot be read and may be one.
    mutating func readLoginCertificates(
        on channel: inout AnyCardChannel
    ) throws(CardError) -> [CardCertificate]
    /// Certificates of authorities that lie on the card, by which others can be verified.
    mutating func readAuthorities(on channel: inout AnyCardChannel) throws(CardError) -> [CardCertificate]
    /// Reads a counter where that costs no try; `.unknown` elsewhere.
    mutating func status(
        of policy: PINPolicy,
        on channel: inout AnyCardChannel
    ) throws(CardError) -> PINStatus
    /// Whether a code of this application is verified, by a VERIFY without data where that costs no try; else `false`.
    mutating func isLoggedIn(on channel: inout AnyCardChannel) throws(TransportError) -> Bool
    /// What was read of counters is no longer true: a code was presented, or other programs had the card.
    mutating func forgetCounters()
}

/// The commands that carry a code.
package protocol CodePresenting {
    /// Makes the directory current in which `policy`'s code is presented.
    mutating func selectDirectory(
        of policy: PINPolicy,
        on channel: inout AnyCardChannel
    ) throws(CardError)
    /// Throws `derivedCodes` where the card does not take codes as they are typed.
    mutating func checkCodesArePlain(on channel: inout AnyCardChannel) throws(CardError)
    /// What `status` says of a code that was presented; `nil` is success.
    func error(_ status: StatusWord, of command: PresentedCommand) -> PINError?

    mutating func verify(
        _ policy: PINPolicy,
        _ code: consuming SecretBytes,
        on channel: inout CodeChannel
    ) throws(PINError)
    mutating func change(
        _ policy: PINPolicy,
        from old: consuming SecretBytes,
        to new: consuming SecretBytes,
        on channel: inout CodeChannel
    ) throws(PINError)
    mutating func unblock(
        _ pin: PINPolicy,
        by unblocking: Unblocking,
        of puk: PINPolicy,
        _ code: consuming SecretBytes,
        to new: consuming SecretBytes,
        on channel: inout CodeChannel
    ) throws(PINError)
    /// Makes the card forget what the commands of this transaction may have verified; `false` where it has no such command.
    mutating func logOut(on channel: inout CodeChannel) throws(TransportError) -> Bool
}

/// Unblocking by a response to a challenge.
package protocol ChallengeIssuing {
    mutating func requestChallenge(
        of puk: PINPolicy,
        on channel: inout CodeChannel
    ) throws(CardError) -> [UInt8]
    /// Whether this application is still the selected one since the challenge was asked for, without selecting anything.
    mutating func confirmsChallenge(on channel: inout AnyCardChannel) throws(CardError) -> Bool
}

/// Signatures with the keys of certificates.
package protocol SignatureComputing {
    /// What the key of `certificate` can be asked to sign, the usual form first; none where the family or the card does
    /// not say how it is asked, and none for a key whose signatures bind its holder.
    mutating func signingForms(
        of certificate: CardCertificate,
        on channel: inout AnyCardChannel
    ) throws(CardError) -> [SigningForm]
    /// Whether the public key that the card tells in the place of the certificate's key is the certificate's; `nil` where it
    /// tells none.
    mutating func holdsKey(
        of certificate: CardCertificate,
        on channel: inout AnyCardChannel
    ) throws(CardError) -> Bool?
    mutating func sign(
        _ request: SigningRequest,
        with certificate: CardCertificate,
        on channel: inout CodeChannel
    ) throws(CardError) -> [UInt8]
}

extension ApplicationReading {
    package var hasMoreCertificates: Bool { false }

    package mutating func readNumber(on channel: inout AnyCardChannel) throws(CardError) -> CardNumber? {
        CardNumber(scope: family, try readIdentity(on: &channel).serialNumber)
    }

    package mutating func readLoginCertificates(
        on channel: inout AnyCardChannel
    ) throws(CardError) -> [CardCertificate] {
        try readCertificates([], on: &channel).filter(\.mayBeForLogin)
    }

    package mutating func readAuthorities(
        on channel: inout AnyCardChannel
    ) throws(CardError) -> [CardCertificate] { [] }

    package mutating func isLoggedIn(
        on channel: inout AnyCardChannel
    ) throws(TransportError) -> Bool { false }

    package mutating func forgetCounters() {}
}

extension CodePresenting {
    package mutating func selectDirectory(
        of policy: PINPolicy,
        on channel: inout AnyCardChannel
    ) throws(CardError) {}

    package mutating func checkCodesArePlain(on channel: inout AnyCardChannel) throws(CardError) {}

    package mutating func logOut(on channel: inout CodeChannel) throws(TransportError) -> Bool { false }
}

extension ChallengeIssuing {
    package mutating func requestChallenge(
        of puk: PINPolicy,
        on channel: inout CodeChannel
    ) throws(CardError) -> [UInt8] {
        throw .notSupported
    }

    package mutating func confirmsChallenge(
        on channel: inout AnyCardChannel
    ) throws(CardError) -> Bool { false }
}

extension SignatureComputing {
    package mutating func signingForms(
        of certificate: CardCertificate,
        on channel: inout AnyCardChannel
    ) throws(CardError) -> [SigningForm] { [] }

    package mutating func holdsKey(
        of certificate: CardCertificate,
        on channel: inout AnyCardChannel
    ) throws(CardError) -> Bool? { nil }

    package mutating func sign(
        _ request: SigningRequest,
        with certificate: CardCertificate,
        on channel: inout CodeChannel
    ) throws(CardError) -> [UInt8] {
        throw .notSupported
    }
}
