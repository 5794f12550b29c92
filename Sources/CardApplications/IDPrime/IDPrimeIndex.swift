/// The index file: every other file with its length, name and directory (OpenSC's idprime driver).
package struct IDPrimeIndex: Hashable, Sendable {
    package struct Entry: Hashable, Sendable {
        /// Two octets.
        package let identifier: [UInt8]
        /// Octets, as the card says: 0...65535.
        package let length: Int
        /// Up to eight characters of printable ASCII.
        package let name: String
        package let directory: String

        /// The number of the container in the name of a certificate, `kxcNN` or `kscNN` in `mscp`.
        ///
        /// Names and directory are those of the smart card minidriver specification.
        package var certificateNumber: Int? {
            let characters = Array(name.utf8)
            guard directory == "mscp", characters.count == 5, name.hasPrefix("kxc") || name.hasPrefix("ksc"),
                let number = Int(name.dropFirst(3)),
                characters[3...].allSatisfy({ (0x30...0x39).contains($0) })
            else { return nil }
            return number
        }
    }

    /// Octets of an entry: identifier 2, length 2, name 8, directory 8, and one that no driver reads.
    static let entryLength = 21

    package let entries: [Entry]
    /// Whether the file holds as many entries as it says.
    package let isComplete: Bool

    /// Reads as many entries as are there; `nil` for a file without even their number.
    package init?(_ bytes: [UInt8]) {
        guard let count = bytes.first else { return nil }
        let body = bytes.dropFirst()
        let present = min(Int(count), body.count / Self.entryLength)
        isComplete = present == Int(count)
        entries = (0..<present).compactMap { number in
            let entry = Array(body.dropFirst(number * Self.entryLength).prefix(Self.entryLength))
            guard let name = Self.text(entry[4..<12]), let directory = Self.text(entry[12..<20]) else {
                return nil
            }
            return Entry(
                identifier: Array(entry[0..<2]),
                length: Int(entry[2]) << 8 | Int(entry[3]),
                name: name,
                directory: directory
            )
        }
    }

    /// Files with certificates; of several with one name the first.
    var certificates: [Entry] {
        var names: Set<String> = []
        return entries.filter { $0.certificateNumber != nil && names.insert($0.name).inserted }
    }

    /// Whether it names what every Windows smart card has: a card id, and files of the minidriver.
    var namesCardFiles: Bool {
        entries.contains { $0.name == "cardid" && $0.directory.isEmpty }
            && entries.contains { $0.name == "cmapfile" && $0.directory == "mscp" }
    }

    /// The first file of this name, so that a second one of the same name changes nothing.
    func entry(_ name: String, in directory: String) -> Entry? {
        entries.first { $0.name == name && $0.directory == directory }
    }

    /// Characters up to the first NUL, or all eight; `nil` where one of them is not printable ASCII.
    private static func text(_ field: ArraySlice<UInt8>) -> String? {
        let characters = field.prefix { $0 != 0 }
        guard characters.allSatisfy({ (0x20...0x7E).contains($0) }) else { return nil }
        return String(decoding: characters, as: UTF8.self)
    }
}
