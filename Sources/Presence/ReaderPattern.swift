/// A pattern for names of readers: `*` stands for any bytes, `?` for any one byte, all else for itself.
///
/// Brackets are ordinary characters, because readers' names have them.
package struct ReaderPattern: Hashable, Sendable {
    private let bytes: [UInt8]

    /// The longest pattern, in bytes: twice the longest name that pcsc-lite's MAX_READERNAME allows.
    package static let maximumLength = 256

    /// `nil` when `text` is empty or longer than `maximumLength`.
    package init?(_ text: String) {
        guard (1...Self.maximumLength).contains(text.utf8.count) else { return nil }
        bytes = Array(text.utf8)
    }

    /// The readers of vsmartcard: each is a network port, and so no sign of a person.
    package static let virtualReaders = ReaderPattern(known: "Virtual PCD*")

    private init(known text: StaticString) { bytes = Array("\(text)".utf8) }

    /// Whether the whole name fits.
    ///
    /// On a mismatch only the last `*` takes one more byte, so the work is at most the product of the two lengths.
    package func matches(_ name: ReaderName) -> Bool {
        let name = name.bytes
        var (inPattern, inName) = (0, 0)
        var retry: (inPattern: Int, inName: Int)?
        while inName < name.count {
            if inPattern < bytes.count, bytes[inPattern] == UInt8(ascii: "*") {
                inPattern += 1
                retry = (inPattern, inName)
            } else if inPattern < bytes.count,
                bytes[inPattern] == UInt8(ascii: "?") || bytes[inPattern] == name[inName]
            {
                inPattern += 1
                inName += 1
            } else if let last = retry {
                retry = (last.inPattern, last.inName + 1)
                (inPattern, inName) = (last.inPattern, last.inName + 1)
            } else {
                return false
            }
        }
        return bytes[inPattern...].allSatisfy { $0 == UInt8(ascii: "*") }
    }
}
