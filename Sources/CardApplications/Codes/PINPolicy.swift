internal import CardCore

/// What a code is for, as its holder knows it.
package enum PINRole: String, Hashable, Sendable {
    /// Login, *legitimering*.
    case auth
    /// Signatures, *underskrift*.
    case sign
    /// Unblocks the others.
    case puk
    /// Unblocks the others, and is given out by whoever has the administrator's code (OpenPGP).
    case resettingCode = "resetting-code"
    /// The administrator's code or key.
    case admin
}

/// The reference of a code, P2 of the commands that present it (ISO/IEC 7816-4, table 94).
package struct PINReference: RawRepresentable, Hashable, Sendable {
    package let rawValue: UInt8

    package init(rawValue: UInt8) { self.rawValue = rawValue }
}

/// How characters become octets (ISO/IEC 7816-15, PasswordType).
package enum PINEncoding: Hashable, Sendable {
    /// Two digits an octet; an odd last one is filled up with the pad nibble, else `F`.
    case bcd
    /// ASCII digits.
    case asciiNumeric
    case utf8
    /// One digit an octet, upper nibble `F`.
    case halfNibbleBCD
    /// Format 2 PIN block: `2L`, digits, filled up with `F` to 8 octets (ISO 9564-1, 9.3.3).
    case iso9564
}

/// Everything about one code that can be known without presenting it.
///
/// Card families differ by such tables and not by copies of code.
package struct PINPolicy: Hashable, Sendable {
    package enum Kind: String, Hashable, Sendable {
        case pin
        /// Unblocks others.
        case puk
        /// Not a code: a key that answers challenges, which unblocks others.
        case key
    }

    /// How `--pin` names it; unique on the card.
    package var id: String
    package var reference: PINReference
    /// The card's own name for it; hostile text.
    package var label: String
    package var kind: Kind
    /// `nil` when neither keys nor certificates nor the label tell.
    package var role: PINRole?
    package var encoding: PINEncoding
    /// Characters that the card takes, within 0...255.
    package var length: ClosedRange<Int>
    /// Octets on the card, within 0...255.
    package var storedLength: Int
    /// What fills a shorter code up to `storedLength`; `nil` where it is presented as it is.
    package var padByte: UInt8?
    /// How sure it is that codes are presented in this encoding with this padding.
    package var formEvidence: Evidence
    /// What a new code may be, where the card may hold codes that could not be chosen any more.
    package var newCodeRule: NewCodeRule?
    /// Every way to unblock this one, the usual one first.
    package var unblocking: [Unblocking]
    /// Whether VERIFY takes this code.
    package var verifyIsAllowed: Bool
    package var changeIsAllowed: Bool
    package var unblockIsAllowed: Bool
    package var isInitialized: Bool
    /// Tries of a fresh counter; `nil` where nothing says so.
    package var maximumTries: Int?

    /// The stricter rule for a new code.
    package struct NewCodeRule: Hashable, Sendable {
        package let encoding: PINEncoding
        /// Characters, within 0...255.
        package let length: ClosedRange<Int>

        package init(encoding: PINEncoding, length: ClosedRange<Int>) {
            (self.encoding, self.length) = (encoding, length)
        }
    }

    /// The same policy with the rule for new codes in the place of the one for present ones.
    package var forNewCode: PINPolicy {
        guard let newCodeRule else { return self }
        var policy = self
        (policy.encoding, policy.length) = (newCodeRule.encoding, newCodeRule.length)
        return policy
    }

    /// The id of the code or key that usually unblocks this one.
    package var unblockedBy: String? { unblocking.first?.by }

    package init(
        id: String,
        reference: PINReference,
        label: String,
        kind: Kind,
        role: PINRole? = nil,
        encoding: PINEncoding = .asciiNumeric,
        length: ClosedRange<Int>,
        storedLength: Int,
        padByte: UInt8? = nil,
        formEvidence: Evidence = .documented,
        newCodeRule: NewCodeRule? = nil,
        unblocking: [Unblocking] = [],
        verifyIsAllowed: Bool = true,
        changeIsAllowed: Bool = true,
        unblockIsAllowed: Bool = true,
        isInitialized: Bool = true,
        maximumTries: Int? = nil
    ) {
        self.id = id
        self.reference = reference
        self.label = label
        self.kind = kind
        self.role = role
        self.encoding = encoding
        self.length = length
        self.storedLength = storedLength
        self.padByte = padByte
        self.formEvidence = formEvidence
        self.newCodeRule = newCodeRule
        self.unblocking = unblocking
        self.verifyIsAllowed = verifyIsAllowed
        self.changeIsAllowed = changeIsAllowed
        self.unblockIsAllowed = unblockIsAllowed
        self.isInitialized = isInitialized
        self.maximumTries = maximumTries
    }
}

/// What a card says of one counter.
package struct PINStatus: Hashable, Sendable {
    /// `nil` when the card does not tell.
    package var remainingTries: Int?
    /// `nil` when the card does not tell; with no tries left it is blocked, or has never been set.
    package var isBlocked: Bool?

    package static let unknown = PINStatus(remainingTries: nil, isBlocked: nil)
    /// No tries left, which the card also says of a code that was never set.
    package static let blockedOrNeverSet = PINStatus(remainingTries: 0, isBlocked: nil)

    /// Whether a code can be accepted at all, as far as the card tells.
    package var isUsable: Bool { isBlocked != true && self != .blockedOrNeverSet }

    package init(remainingTries: Int?, isBlocked: Bool?) {
        self.remainingTries = remainingTries
        self.isBlocked = isBlocked
    }

    /// A counter that was read.
    package init(remainingTries: Int) {
        self.init(remainingTries: remainingTries, isBlocked: remainingTries == 0)
    }
}
