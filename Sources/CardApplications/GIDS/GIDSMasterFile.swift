internal import CardCore

/// The table that gives the files of Windows' smart card file system their places: file of data objects, and tag.
///
/// Its layout is printed in "Windows Inbox Smart Card Minidriver" and read by OpenSC's gids driver: one byte of version,
/// then records of 28 bytes.
struct GIDSMasterFile: Hashable, Sendable {
    /// Where a file lies.
    struct Place: Hashable, Sendable {
        let file: UInt16
        let tag: UInt16
    }

    struct Entry: Hashable, Sendable {
        /// Hostile; empty for the root.
        let directory: String
        /// Hostile.
        let name: String
        let place: Place
    }

    /// Files only; records that make no sense are left out.
    let entries: [Entry]

    static let place = Place(file: 0xA000, tag: 0xDF1F)
    /// The serial number's place in the printed table.
    static let cardIdentifierPlace = Place(file: 0xA012, tag: 0xDF20)
    /// Two names of 9 bytes with their NUL, 2 bytes of nothing, tag and file in 4 bytes each, little-endian.
    private static let recordLength = 28
    /// OpenSC allows 126 containers; with a certificate each and the fixed files this is plenty.
    private static let maximumEntries = 160
    /// The longest table that is read, with its tag and length.
    private static let limit = 1 + recordLength * maximumEntries + GIDSCommand.headerLength

    /// Asks what is selected for its master file; `nil` when it has none, and so is no GIDS application.
    static func read(on channel: inout AnyCardChannel) throws(TransportError) -> GIDSMasterFile? {
        let answer = try GIDSCommand.getData(place.file, place.tag, limit: limit, on: &channel)
        guard case .success(let content) = answer else { return nil }
        return GIDSMasterFile(parsing: content)
    }

    /// `nil` unless the table says that it is version 1, the only one.
    init?(parsing content: [UInt8]) {
        guard content.first == 0x01 else { return nil }
        var entries: [Entry] = []
        var start = 1
        while content.count - start >= Self.recordLength, entries.count < Self.maximumEntries {
            if let entry = Self.entry(content[start..<start + Self.recordLength]) { entries.append(entry) }
            start += Self.recordLength
        }
        self.entries = entries
    }

    /// The place of the first file with these names.
    func place(of name: String, in directory: String) -> Place? {
        entries.first { $0.directory == directory && $0.name == name }?.place
    }

    private static func entry(_ record: ArraySlice<UInt8>) -> Entry? {
        let bytes = Array(record)
        let (directory, name) = (text(bytes[0..<9]), text(bytes[9..<18]))
        // A record without a name is a directory.
        guard !name.isEmpty else { return nil }
        // Only what lies where Windows puts files: the rest of the application is no file system.
        let (tag, file) = (number(bytes[20..<24]), number(bytes[24..<28]))
        guard file & ~0xFF == 0xA000, tag & ~0xFF == 0xDF00 else { return nil }
        let place = Place(
            file: UInt16(truncatingIfNeeded: file),
            tag: UInt16(truncatingIfNeeded: tag)
        )
        return Entry(directory: directory, name: name, place: place)
    }

    /// A name up to its NUL; one without fills its field, and is longer than any file is called.
    private static func text(_ field: ArraySlice<UInt8>) -> String {
        String(decoding: field.prefix { $0 != 0 }, as: UTF8.self)
    }

    private static func number(_ field: ArraySlice<UInt8>) -> UInt32 {
        field.reversed().reduce(0) { $0 << 8 | UInt32($1) }
    }
}
