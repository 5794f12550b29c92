/// The two status bytes SW1-SW2 that end every response APDU (ISO/IEC 7816-4, 5.6).
///
/// Any card may send any value, so this wraps the number and names the known ones.
package struct StatusWord: RawRepresentable, Hashable, Sendable {
    package let rawValue: UInt16

    package init(rawValue: UInt16) { self.rawValue = rawValue }

    /// Normal processing, `9000`.
    package static let success = StatusWord(rawValue: 0x9000)
    /// End of file reached before Ne bytes were read, `6282`.
    package static let endOfFileReached = StatusWord(rawValue: 0x6282)
    /// The selected file or application is in termination state, `6285`.
    package static let terminated = StatusWord(rawValue: 0x6285)
    /// Verification failed and the card says nothing about further tries, `6300`.
    package static let verificationFailed = StatusWord(rawValue: 0x6300)
    /// Wrong length, `6700`.
    package static let wrongLength = StatusWord(rawValue: 0x6700)
    /// Security status not satisfied, `6982`.
    package static let securityStatusNotSatisfied = StatusWord(rawValue: 0x6982)
    /// Authentication method blocked, `6983`.
    package static let authenticationMethodBlocked = StatusWord(rawValue: 0x6983)
    /// Reference data not usable, `6984`: not initialised yet.
    package static let referenceDataNotUsable = StatusWord(rawValue: 0x6984)
    /// Conditions of use not satisfied, `6985`.
    package static let conditionsNotSatisfied = StatusWord(rawValue: 0x6985)
    /// Incorrect parameters in the command data field, `6A80`.
    package static let incorrectData = StatusWord(rawValue: 0x6A80)
    /// Function not supported, `6A81`.
    package static let functionNotSupported = StatusWord(rawValue: 0x6A81)
    /// File or application not found, `6A82`.
    package static let fileOrApplicationNotFound = StatusWord(rawValue: 0x6A82)
    /// Incorrect parameters P1-P2, `6A86`.
    package static let incorrectParameters = StatusWord(rawValue: 0x6A86)
    /// Referenced data not found, `6A88`.
    package static let referencedDataNotFound = StatusWord(rawValue: 0x6A88)
    /// Wrong parameters P1-P2, here an offset outside the file, `6B00`.
    package static let wrongParameters = StatusWord(rawValue: 0x6B00)
    /// Instruction code not supported, `6D00`.
    package static let instructionNotSupported = StatusWord(rawValue: 0x6D00)
    /// Class not supported, `6E00`.
    package static let classNotSupported = StatusWord(rawValue: 0x6E00)

    package var sw1: UInt8 { UInt8(truncatingIfNeeded: rawValue >> 8) }
    package var sw2: UInt8 { UInt8(truncatingIfNeeded: rawValue) }

    package var isSuccess: Bool { self == .success }

    /// Tries left when the card reports `63CX`; `nil` for every other status, `6300` included.
    package var remainingTries: Int? {
        rawValue & 0xFFF0 == 0x63C0 ? Int(rawValue & 0xF) : nil
    }
}

extension StatusWord: CustomStringConvertible {
    /// Four hexadecimal digits, `6A82`.
    package var description: String { Hex.string(of: [sw1, sw2]) }
}
