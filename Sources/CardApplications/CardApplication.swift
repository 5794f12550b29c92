package import CardCore

/// What the card calls itself.
package struct CardIdentity: Hashable, Sendable {
    /// Hostile text.
    package var label: String?
    /// Hexadecimal or digits, as the family prints it.
    package var serialNumber: String?
    /// The product where the application tells it, `YubiKey 5.4.3`; hostile text.
    package var product: String?

    package init(label: String? = nil, serialNumber: String? = nil, product: String? = nil) {
        self.label = label
        self.serialNumber = serialNumber
        self.product = product
    }
}

/// What is read beside the certificates of the keys in use.
package struct CertificateScope: OptionSet, Hashable, Sendable {
    package let rawValue: Int
    package init(rawValue: Int) { self.rawValue = rawValue }

    /// Which PIN opens each key, also where another file has to be read for it.
    package static let pins = CertificateScope(rawValue: 1 << 0)
    /// Certificates of keys that were replaced, where the card keeps them.
    package static let retired = CertificateScope(rawValue: 1 << 1)
}

/// An application found on a card, with what has been read of it so far.
///
/// A value: it may outlive the transaction in which it was read, but not the card. Reading functions send only the
/// commands that their answer needs, once. In each new transaction `resume(for:)` or `challengeStands(for:)` comes first,
/// because another program may have selected something else meanwhile. Every function that takes a code sends it at most once.
package protocol CardApplication: Sendable {
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
    /// One certificate, with no more reading than it takes to find it; `nil` where the card has none such.
    mutating func readCertificate(
        _ choice: CertificateChoice,
        _ scope: CertificateScope,
        on channel: inout AnyCardChannel
    ) throws(CardError) -> CardCertificate?
    /// The certificates that a person logs in with, and those that cannot be read, so that nobody can tell.
    mutating func readLoginCertificates(
        on channel: inout AnyCardChannel
    ) throws(CardError) -> [CardCertificate]
    /// Certificates of authorities that lie on the card, by which others can be verified.
    mutating func readAuthorities(on channel: inout AnyCardChannel) throws(CardError) -> [CardCertificate]
    /// Asks for a counter where that costs no try; `.unknown` elsewhere.
    mutating func status(
        of policy: PINPolicy,
        on channel: inout AnyCardChannel
    ) throws(CardError) -> PINStatus

    /// Makes sure, in a new transaction, that the next command with `policy`'s code reaches this application.
    ///
    /// Where the family's answer to `status(of:)` proves it, that may come from there: it is always asked next.
    mutating func resume(for policy: PINPolicy, on channel: inout AnyCardChannel) throws(CardError)
    /// Makes current, in the same transaction, what must be current when `policy`'s code is presented.
    mutating func prepare(_ policy: PINPolicy, on channel: inout AnyCardChannel) throws(CardError)
    /// What `status` says of a code that was presented; `nil` is success.
    func error(_ status: StatusWord, of command: PresentedCommand) -> PINError?

    mutating func verify(
        _ policy: PINPolicy,
        _ code: consuming SecretBytes,
        on channel: inout AnyCardChannel
    ) throws(PINError)
    mutating func change(
        _ policy: PINPolicy,
        from old: consuming SecretBytes,
        to new: consuming SecretBytes,
        on channel: inout AnyCardChannel
    ) throws(PINError)
    /// Gives `pin` a new value and a fresh counter, in the one form that `unblocking` names.
    ///
    /// `code` is `puk`'s code, or the response to the challenge that `requestChallenge` brought.
    mutating func unblock(
        _ pin: PINPolicy,
        by unblocking: Unblocking,
        of puk: PINPolicy,
        _ code: consuming SecretBytes,
        to new: consuming SecretBytes,
        on channel: inout AnyCardChannel
    ) throws(PINError)

    /// Asks for the challenge that whoever has the key `puk` will answer; the last command of its transaction.
    mutating func requestChallenge(
        of puk: PINPolicy,
        on channel: inout AnyCardChannel
    ) throws(CardError) -> [UInt8]
    /// Whether this application is still current, in a new transaction and without selecting anything, which would void
    /// the challenge.
    mutating func challengeStands(
        of puk: PINPolicy,
        on channel: inout AnyCardChannel
    ) throws(CardError) -> Bool

    /// What the key of `certificate` can be asked to sign, the usual form first; none where the family or the card does
    /// not say how it is asked, and none for a key whose signatures bind its holder.
    mutating func signingForms(
        of certificate: CardCertificate,
        on channel: inout AnyCardChannel
    ) throws(CardError) -> [SigningForm]
    /// Has the key of `certificate` sign, after its PIN was verified in the same transaction.
    ///
    /// An RSA signature is as long as the modulus, an ECDSA signature comes as ECDSA-Sig-Value in DER. A card that
    /// refuses is asked in no other form.
    mutating func sign(
        _ request: SigningRequest,
        with certificate: CardCertificate,
        on channel: inout AnyCardChannel
    ) throws(CardError) -> [UInt8]

    /// Makes the card forget, in the same transaction, what is verified; `true` when nothing is verified any more.
    ///
    /// Where it is `false` the card is reset instead, if nobody else is connected to it.
    mutating func endSecurityStatus(on channel: inout AnyCardChannel) throws(TransportError) -> Bool
}

extension CardApplication {
    package mutating func readAuthorities(
        on channel: inout AnyCardChannel
    ) throws(CardError) -> [CardCertificate] { [] }

    package mutating func prepare(_ policy: PINPolicy, on channel: inout AnyCardChannel) throws(CardError) {}

    package mutating func requestChallenge(
        of puk: PINPolicy,
        on channel: inout AnyCardChannel
    ) throws(CardError) -> [UInt8] {
        throw .notSupported
    }

    package mutating func challengeStands(
        of puk: PINPolicy,
        on channel: inout AnyCardChannel
    ) throws(CardError) -> Bool { false }

    package mutating func endSecurityStatus(on channel: inout AnyCardChannel) throws(TransportError) -> Bool {
        false
    }
}

/// A certificate as it lies on a card.
package struct CardCertificate: Hashable, Sendable {
    /// How `cert` commands name it.
    package var id: String
    /// Hostile text.
    package var label: String
    /// The id of the PIN that opens its key; `nil` where the card does not say.
    package var pin: String?
    /// X.509 DER, hostile; empty where the card names a certificate that cannot be read.
    package var der: [UInt8]

    package init(id: String, label: String, pin: String?, der: [UInt8]) {
        self.id = id
        self.label = label
        self.pin = pin
        self.der = der
    }
}
