/// Why a configuration file is refused, with the place in it.
///
/// A file is taken whole or not at all. What was read before the error is thrown away; whether the program goes on with
/// its defaults is the caller's decision.
package struct ConfigurationError: Error, Hashable, Sendable {
    /// The file's or folder's path, as it was opened.
    package let file: String
    /// The group's whole name, `Advice reservkort`; `nil` where the reason concerns the file.
    package let group: String?
    /// The key with its language, `Text[sv]`; `nil` where the reason concerns the group or the file.
    package let key: String?
    package let reason: Reason

    package init(file: String, group: String? = nil, key: String? = nil, reason: Reason) {
        self.file = file
        self.group = group
        self.key = key
        self.reason = reason
    }

    package enum Reason: Hashable, Sendable {
        /// Opening or reading failed with this `errno`.
        case unreadable(errno: Int32)
        /// A folder, a device or a pipe where a file should be.
        case notAFile
        /// More than this many bytes.
        case tooLarge(limit: Int)
        /// More than this many `.conf` files in one folder.
        case tooManyFiles(limit: Int)
        /// Owned by somebody who is neither root nor the current user.
        case wrongOwner(userID: UInt32)
        /// The group or everybody may write to it; `mode` is the permission bits, for example 0o664.
        case wrongMode(mode: UInt32)
        /// Not UTF-8, or with a NUL in it.
        case notText
        /// Neither group, key, comment nor empty line; lines count from 1, `nil` where the line is not known.
        case syntax(line: Int?)
        case unknownGroup
        case doubledGroup
        case unknownKey
        case doubledKey
        /// The key claims for a user what another user has.
        case doubledValue
        /// The group needs a key that no file gives.
        case missingKey
        /// The value is not of this kind.
        case wrongValue(expected: ValueKind)
    }
}

/// What a key's value can be.
package enum ValueKind: Hashable, Sendable {
    /// `true` or `false`.
    case boolean
    /// One line of text without control characters, 1...2000 characters.
    case text
    /// One word of a-z, 0-9 and `-`, at most 40 characters.
    case word
    /// Words with `;` between them, at most 20.
    case words
    /// A number of days, 0...3650.
    case days
    /// A number of hours, 0...8760.
    case hours
    /// A number of seconds, 0...86400.
    case seconds
    /// One of these words.
    case choice([String])
    /// Texts with `;` between them, at most 64 of 1...200 bytes in UTF-8.
    case texts
    /// A seat's name, as logind gives it.
    case seat
    /// An absolute path.
    case path
    /// The bytes of an ATR in hexadecimal, `xx` for any byte, `*` at the end for any further ones.
    case atrPattern
    /// An AID in hexadecimal, 5...16 bytes (ISO/IEC 7816-4, 12.2.3).
    case applicationIdentifier
    /// What certificates say of their holder, with `;` between several, at most 64.
    case ownerMarks(OwnerMap.Field)
}
