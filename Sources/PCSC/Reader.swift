/// A card reader, or one slot of it, as the service names it.
package struct Reader: Hashable, Sendable {
    /// The name as the service gave it, without the final zero; needs not be UTF-8.
    ///
    /// It is what the service wants back.
    package let nameBytes: [UInt8]

    package init(nameBytes: [UInt8]) { self.nameBytes = nameBytes }

    /// The name for people; what is not UTF-8 shows as replacement characters.
    ///
    /// It is text from outside and may hold control characters.
    package var name: String { String(decoding: nameBytes, as: UTF8.self) }

    /// For the library, with the final zero.
    var cString: [CChar] { nameBytes.map { CChar(bitPattern: $0) } + [0] }

    /// The readers of a multi-string: names that end in a zero each, and an empty name at the end.
    ///
    /// A list whose end is missing gives the complete names in it.
    static func parsing(multiString: some Sequence<UInt8>) -> [Reader] {
        var readers: [Reader] = []
        var name: [UInt8] = []
        for byte in multiString {
            guard byte == 0 else {
                name.append(byte)
                continue
            }
            guard !name.isEmpty else { break }
            readers.append(Reader(nameBytes: name))
            name = []
        }
        return readers
    }
}
