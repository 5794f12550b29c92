package import CardCore

/// How a card is told to unblock a PIN.
package enum UnblockingForm: Hashable, Sendable {
    /// One RESET RETRY COUNTER with the unblocking code and the new PIN.
    case codeAndNewPIN
    /// VERIFY of the unblocking code, then RESET RETRY COUNTER with the new PIN.
    case verifyThenNewPIN
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

/// What the card calls itself.
package struct CardIdentity: Hashable, Sendable {
    /// Hostile text.
    package var label: String?
    /// Hexadecimal.
    package var serialNumber: String?

    package init(label: String? = nil, serialNumber: String? = nil) {
        self.label = label
        self.serialNumber = serialNumber
    }
}

/// An application found on a card, with what has been read of it so far.
///
/// A value: it may outlive the transaction in which it was read, but not the card. Reading functions send only the
/// commands that their answer needs, once; `select(for:)` must come first in each new transaction, because another
/// program may have selected something else meanwhile.
package protocol CardApplication: Sendable {
    /// The family's name in JSON, `pkcs15`.
    var family: String { get }
    /// How sure it is that `unblockingForm` is this card's.
    var unblockingEvidence: Evidence { get }
    var unblockingForm: UnblockingForm { get }

    /// Makes current again, in a new transaction, what must be current when `policy`'s code is presented.
    mutating func select(for policy: PINPolicy, on channel: inout AnyCardChannel) throws(CardError)
    /// Every code that the card names; `roles` says whether it is worth reading keys to tell what each is for.
    ///
    /// Asked again, it reads only what it has not read before.
    mutating func readPINs(
        roles: Bool,
        on channel: inout AnyCardChannel
    ) throws(CardError) -> [PINPolicy]
    mutating func readIdentity(on channel: inout AnyCardChannel) throws(CardError) -> CardIdentity
    mutating func readCertificates(on channel: inout AnyCardChannel) throws(CardError) -> [CardCertificate]
    /// Asks for a counter where that costs no try; `.unknown` elsewhere.
    mutating func status(
        of policy: PINPolicy,
        on channel: inout AnyCardChannel
    ) throws(CardError) -> PINStatus
    /// Makes current, in the same transaction, what must be current when `policy`'s code is presented.
    mutating func prepare(_ policy: PINPolicy, on channel: inout AnyCardChannel) throws(CardError)
}

extension CardApplication {
    package mutating func prepare(_ policy: PINPolicy, on channel: inout AnyCardChannel) throws(CardError) {}
}

/// A certificate as it lies on a card.
package struct CardCertificate: Hashable, Sendable {
    /// How `cert` commands name it.
    package var id: String
    /// Hostile text.
    package var label: String
    /// The id of the PIN that opens its key; `nil` where the card does not say.
    package var pin: String?
    /// X.509 DER, hostile.
    package var der: [UInt8]

    package init(id: String, label: String, pin: String?, der: [UInt8]) {
        self.id = id
        self.label = label
        self.pin = pin
        self.der = der
    }
}
