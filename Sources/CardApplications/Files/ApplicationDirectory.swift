internal import CardCore

/// EF.DIR, where a card lists its applications (ISO/IEC 7816-4, 12.2.1).
enum ApplicationDirectory {
    /// Of more entries the first are taken.
    private static let maximumEntries = 16
    private static let path: [UInt8] = [0x3F, 0x00, 0x2F, 0x00]

    /// The applications that the card lists; none where it has no such file.
    static func read(on channel: inout AnyCardChannel) throws(TransportError) -> [ApplicationTemplate] {
        var files = CardFiles(entry: .path(path))
        guard let bytes = try files.readDirectoryFile(path, on: &channel) else { return [] }
        return Array(((try? ApplicationTemplate.parse(bytes))?.templates ?? []).prefix(maximumEntries))
    }
}
