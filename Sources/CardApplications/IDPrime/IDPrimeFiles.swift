internal import CardCore

/// Selects and reads files of an IDPrime application.
///
/// Bounded: after 400 commands nothing more is sent, and no file is read beyond what its reader wants of it.
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

    /// What READ BINARY with an offset reaches (ISO/IEC 7816-4, 11.3.3).
    static let maximumFileSize = 32_767

    private let aid: [UInt8]
    /// P2 of SELECT: 0C asks for no FCI, 00 for cards that insist on sending one.
    private var selectP2: UInt8 = 0x0C
    private var commandsLeft = 400

    init(aid: [UInt8] = IDPrimeFamily.applicationIdentifiers[0]) { self.aid = aid }

    mutating func selectApplication(on channel: inout AnyCardChannel) throws(TransportError) -> StatusWord {
        try select(p1: 0x04, aid, on: &channel)
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
            case .path(let path): try select(p1: 0x08, path, on: &channel)
            case .identifier(let identifier): try select(p1: 0x00, identifier, on: &channel)
            }
        guard status.isSelected else { return nil }
        let most = channel.limits.maximumExpectedLength
        var bytes: [UInt8] = []
        var limit = min(first ?? most, Self.maximumFileSize)
        while bytes.count < limit {
            let piece = try readBinary(at: bytes.count, count: min(most, limit - bytes.count), on: &channel)
            // The end of the file, however the card says it: 6282, 6B00, or nothing more.
            guard piece.status.endsRead, !piece.data.isEmpty else { break }
            bytes += piece.data
            limit = min(wanted(bytes), Self.maximumFileSize)
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
        try readBinary(at: 0, count: count, on: &channel)
    }

    private mutating func readBinary(
        at offset: Int,
        count: Int,
        on channel: inout AnyCardChannel
    ) throws(TransportError) -> ResponseAPDU {
        let command = CommandAPDU(
            ins: Instruction.readBinary,
            p1: UInt8(truncatingIfNeeded: offset >> 8) & 0x7F,
            p2: UInt8(truncatingIfNeeded: offset),
            expectedLength: count
        )
        // More than asked for is a fault of the card, never data.
        return try exchange(command, limit: count, on: &channel)
    }

    private mutating func select(
        p1: UInt8,
        _ name: [UInt8],
        on channel: inout AnyCardChannel
    ) throws(TransportError) -> StatusWord {
        var command = CommandAPDU(ins: Instruction.select, p1: p1, p2: selectP2, data: name)
        if selectP2 == 0x00 { command.expectedLength = 256 }
        let status = try exchange(command, limit: 1_024, on: &channel).status
        guard selectP2 == 0x0C, status == .incorrectParameters else { return status }
        command.p2 = 0x00
        command.expectedLength = 256
        let second = try exchange(command, limit: 1_024, on: &channel).status
        if second.isSelected { selectP2 = 0x00 }
        return second
    }

    private mutating func exchange(
        _ command: CommandAPDU,
        limit: Int,
        on channel: inout AnyCardChannel
    ) throws(TransportError) -> ResponseAPDU {
        guard commandsLeft > 0 else { throw .responseTooLong(limit: Self.maximumFileSize) }
        commandsLeft -= 1
        return try channel.exchange(command, limit: limit)
    }
}
