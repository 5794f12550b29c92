/// Why bytes from a card are not the data objects that were looked for.
package enum CardDataError: Error, Equatable, Sendable {
    /// Not a BER data object: truncated, indefinite where a file has to be split, or nested deeper than 50.
    case notBER
    /// The file would be longer than READ BINARY with a 15-bit offset reaches (ISO/IEC 7816-4).
    case fileTooLong(limit: Int)
    /// More elements than a directory file has on any real card.
    case tooManyElements(limit: Int)
    /// There are elements, but none of them could be read.
    case nothingReadable(skipped: Int)
    /// A field that has to be there is not, or has another type.
    case missing(field: String)
    /// A field's value is outside of what the standard allows, or is ambiguous.
    case invalid(field: String)
}
