internal import SwiftASN1

/// How a PIN is written and where it is: PinAttributes of PKCS #15 v1.1, PasswordAttributes of ISO/IEC 7816-15.
package struct PINAttributes: Hashable, Sendable {
    package var flags: PINFlags
    package var type: PINType
    /// In characters, 0...255.
    package var minimumLength: Int
    /// In octets as sent to the card, 0...255.
    package var storedLength: Int
    /// In characters, 0...255; `nil` where the card does not say.
    package var maximumLength: Int?
    /// P2 of the commands; 0 where the card does not say, as the standard has it.
    package var reference: UInt8
    /// What fills a shorter PIN up to `storedLength`.
    package var padCharacter: UInt8?
    /// Where a local PIN lies: selected before the PIN is presented.
    package var path: PKCS15Path?

    /// The longest PIN in characters: what the card says, else what the stored octets hold.
    ///
    /// Two digits an octet in BCD; at most 12 digits in ISO 9564-1 format 2, whose first octet is its header.
    package var longestPIN: Int {
        if let maximumLength { return maximumLength }
        return switch type {
        case .bcd: storedLength * 2
        case .iso9564_1: min(max(storedLength * 2 - 2, 0), 12)
        case .asciiNumeric, .utf8, .halfNibbleBCD, .other: storedLength
        }
    }

    /// Fields that decide where a PIN goes and how it is padded have to be right; the others may make no sense.
    ///
    /// `lastPinChange` is not looked at: CardOS 5.3 has `00000000000000Z` in it.
    init(_ fields: ASN1Fields) throws(CardDataError) {
        var fields = fields
        flags = PINFlags(
            rawValue: try fields.require(.bitString, field: "pinFlags").namedBits(field: "pinFlags")
        )
        let type = try fields.require(.enumerated, field: "pinType").integer(field: "pinType", in: 0...255)
        self.type = PINType(number: type)
        let lengths = 0...255
        minimumLength = try fields.require(.integer, field: "minLength").integer(
            field: "minLength",
            in: lengths
        )
        storedLength = try fields.require(.integer, field: "storedLength")
            .integer(field: "storedLength", in: lengths)
        maximumLength = try? fields.take(.integer)?.integer(field: "maxLength", in: lengths)
        // A reference that could be either of two is no reference: a wrong one costs tries of another PIN.
        reference =
            try fields.takeOnly(.context(0), field: "pinReference")?.reference(field: "pinReference") ?? 0
        if let octets = try fields.takeOnly(.octetString, field: "padChar")?.octets(field: "padChar") {
            guard octets.count == 1 else { throw .invalid(field: "padChar") }
            padCharacter = octets.first
        }
        if let node = fields.take(.sequence) {
            do throws(CardDataError) {
                path = try PKCS15Path(node)
            } catch {
                // Only a local PIN is presented where its path leads.
                guard !flags.contains(.local) else { throw error }
            }
        }
    }
}

/// The encoding of a PIN: PinType of PKCS #15 v1.1.
package enum PINType: Hashable, Sendable {
    /// Two digits an octet.
    case bcd
    /// Digits 0 to 9 in ASCII.
    case asciiNumeric
    /// Any characters, in UTF-8.
    case utf8
    /// One digit an octet, its upper half F.
    case halfNibbleBCD
    /// Format 2 of ISO 9564-1: `2` and the length, digits, F.
    case iso9564_1
    /// A number that the standard does not give a meaning.
    case other(Int)

    init(number: Int) {
        self =
            switch number {
            case 0: .bcd
            case 1: .asciiNumeric
            case 2: .utf8
            case 3: .halfNibbleBCD
            case 4: .iso9564_1
            default: .other(number)
            }
    }
}

/// PinFlags of PKCS #15 v1.1, PasswordFlags of ISO/IEC 7816-15.
package struct PINFlags: OptionSet, Hashable, Sendable {
    package let rawValue: UInt16

    package init(rawValue: UInt16) { self.rawValue = rawValue }

    package static let caseSensitive = PINFlags(rawValue: 1 << 0)
    package static let local = PINFlags(rawValue: 1 << 1)
    package static let changeDisabled = PINFlags(rawValue: 1 << 2)
    package static let unblockDisabled = PINFlags(rawValue: 1 << 3)
    package static let initialized = PINFlags(rawValue: 1 << 4)
    package static let needsPadding = PINFlags(rawValue: 1 << 5)
    package static let unblockingPIN = PINFlags(rawValue: 1 << 6)
    package static let soPIN = PINFlags(rawValue: 1 << 7)
    package static let disableAllowed = PINFlags(rawValue: 1 << 8)
    package static let integrityProtected = PINFlags(rawValue: 1 << 9)
    package static let confidentialityProtected = PINFlags(rawValue: 1 << 10)
    package static let exchangeReferenceData = PINFlags(rawValue: 1 << 11)
}
