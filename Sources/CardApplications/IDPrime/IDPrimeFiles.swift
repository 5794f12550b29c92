internal import CardCore

/// Selects and reads files of an IDPrime application.
///
/// No file is read beyond what its reader wants of it.
struct IDPrimeFiles: Hashable, Sendable {
    /// How a file is found.
    enum File: Hashable, Sendable {
        /// By path from the application's root, P1 = 08, as OpenSC's idprime driver selects these.
        case path([UInt8])
        /// By file identifier, P1 = 00, as that driver selects certificates.
        case identifier([UInt8])

        static let index = File.path([0x01, 0x01])
        static let keyReferences = File.path([0x00, 0x05])
        static let cardIdentifier = File.path([0x02, 0x01])
    }

    private let aid: [UInt8]
    private var commands = FileCommands()

    init(aid: [UInt8] = IDPrimeFamily.applicationIdentifiers[0]) { self.aid = aid }

    mutating func selectApplication(on channel: inout AnyCardChannel) throws(TransportError) -> StatusWord {
        try commands.select(p1: 0x04, aid, on: &channel).status
    }

    /// Reads a file up to what `wanted` tells from its beginning; `nil` when there is no such file, or it cannot be read.
    mutating func read(
        _ file: File,
        atFirst first: Int? = nil,
        on channel: inout AnyCardChannel,
        upTo wanted: ([UInt8]) -> Int
    ) throws(TransportError) -> [UInt8]? {
        let status =
            switch file {
            case .path(let path): try commands.select(p1: 0x08, path, on: &channel).status
            case .identifier(let identifier): try commands.select(p1: 0x00, identifier, on: &channel).status
            }
        guard status.isSelected else { return nil }
        let most = channel.limits.maximumExpectedLength
        var bytes: [UInt8] = []
        var limit = min(first ?? most, FileCommands.maximumFileSize)
        while bytes.count < limit {
            let length = min(most, limit - bytes.count)
            let piece = try commands.readBinary(at: bytes.count, length: length, on: &channel)
            // The end of the file, however the card says it: 6282, 6B00, or nothing more.
            guard piece.status.endsRead, !piece.data.isEmpty else { break }
            bytes += piece.data
            limit = min(wanted(bytes), FileCommands.maximumFileSize)
            guard piece.status.isSuccess else { break }
        }
        return bytes.isEmpty ? nil : bytes
    }

    /// Reads a file whose length is known, `length` octets at most.
    mutating func read(
        _ file: File,
        length: Int,
        on channel: inout AnyCardChannel
    ) throws(TransportError) -> [UInt8]? {
        try read(file, atFirst: length, on: &channel) { _ in length }
    }

    /// Reads from the beginning of whatever file is current, and selects none.
    mutating func readCurrent(
        count: Int,
        on channel: inout AnyCardChannel
    ) throws(TransportError) -> ResponseAPDU {
        try commands.readBinary(at: 0, length: count, on: &channel)
    }
}
