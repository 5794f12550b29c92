internal import CardCore

/// SELECT and READ BINARY to one application (ISO/IEC 7816-4, 11.2.2 and 11.3.3), counted.
///
/// After 400 commands nothing more is sent, so that a card that brings one octet at a time cannot keep us for hours.
struct FileCommands: Hashable, Sendable {
    /// What READ BINARY with an offset in P1-P2 reaches.
    static let maximumFileSize = DataObjectFile.maximumLength

    /// P2 of SELECT that the card takes: 0C asks for no FCI, 00 and 04 are for cards that insist on sending one.
    private var selectP2: UInt8 = 0x0C
    /// Whether the card has taken `selectP2`, so that `6A86` is about something else.
    private var selectP2IsKnown = false
    /// Sixteen certificates of 2 KB take half of them with 128 octets a command.
    private var commandsLeft = 400

    mutating func select(
        p1: UInt8,
        _ name: [UInt8],
        wantsFCI: Bool = false,
        on channel: inout AnyCardChannel
    ) throws(TransportError) -> ResponseAPDU {
        guard !wantsFCI else {
            let command = CommandAPDU(
                ins: Instruction.select,
                p1: p1,
                p2: 0x00,
                data: name,
                expectedLength: 256
            )
            return try exchange(command, limit: 1_024, on: &channel)
        }
        var response = try select(p1: p1, p2: selectP2, name, on: &channel)
        for p2 in [0x00, 0x04] as [UInt8]
        where response.status == .incorrectParameters && !selectP2IsKnown && p2 != selectP2 {
            response = try select(p1: p1, p2: p2, name, on: &channel)
            if response.status != .incorrectParameters { selectP2 = p2 }
        }
        if response.status.isSelected { selectP2IsKnown = true }
        return response
    }

    private mutating func select(
        p1: UInt8,
        p2: UInt8,
        _ name: [UInt8],
        on channel: inout AnyCardChannel
    ) throws(TransportError) -> ResponseAPDU {
        var command = CommandAPDU(ins: Instruction.select, p1: p1, p2: p2, data: name)
        // Under T=0 an FCI that nothing needs is left where it is: `61XX` is success.
        if p2 != 0x0C, channel.limits.transmissionProtocol != .t0 { command.expectedLength = 256 }
        return try exchange(command, limit: 1_024, on: &channel)
    }

    /// Reads from the current file.
    mutating func readBinary(
        at offset: Int,
        length: Int,
        on channel: inout AnyCardChannel
    ) throws(TransportError) -> ResponseAPDU {
        try readBinary(
            p1: UInt8(truncatingIfNeeded: offset >> 8) & 0x7F,
            p2: UInt8(truncatingIfNeeded: offset),
            length: length,
            on: &channel
        )
    }

    mutating func readBinary(
        p1: UInt8,
        p2: UInt8,
        length: Int,
        on channel: inout AnyCardChannel
    ) throws(TransportError) -> ResponseAPDU {
        let command = CommandAPDU(ins: Instruction.readBinary, p1: p1, p2: p2, expectedLength: length)
        // More than asked for is a fault of the card, never data.
        return try exchange(command, limit: length, on: &channel)
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

extension StatusWord {
    /// Whether SELECT worked; `62XX` are warnings about the file's life cycle.
    var isSelected: Bool { isSuccess || sw1 == 0x62 }

    /// Whether READ BINARY brought data, if only the last of the file.
    var endsRead: Bool { isSuccess || self == .endOfFileReached }
}
