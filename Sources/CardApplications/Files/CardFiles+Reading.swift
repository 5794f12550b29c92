internal import CardCore

/// READ BINARY, as far as a file has something that is wanted.
extension CardFiles {
    /// Reads a directory file up to its padding: EF.OD, EF.CIAInfo and what they point to.
    mutating func readDirectoryFile(
        _ path: [UInt8],
        on channel: inout AnyCardChannel
    ) throws(TransportError) -> [UInt8]? {
        guard try select(path, on: &channel).isSelected else { return nil }
        return try read(from: 0, on: &channel, until: Self.directoryFileDemand)
    }

    /// Reads EF.OD (17) or EF.CIAInfo (18) by its short identifier, else by its file identifier (ISO/IEC 7816-15, 7.1).
    mutating func readDirectoryFile(
        shortIdentifier: UInt8,
        identifier: [UInt8],
        isPlausible: (UInt8) -> Bool,
        on channel: inout AnyCardChannel
    ) throws(TransportError) -> [UInt8]? {
        if case .aid = entry, readsByShortIdentifier != false, applicationIsCurrent {
            let bytes = try readSelectedDirectoryFile(
                shortIdentifier: shortIdentifier,
                isPlausible: isPlausible,
                on: &channel
            )
            readsByShortIdentifier = bytes != nil
            if let bytes { return bytes }
        }
        return try readDirectoryFile(identifier, on: &channel)
    }

    /// Reads EF.OD or EF.CIAInfo by its short identifier in whatever directory is current; `nil` where there is none.
    mutating func readSelectedDirectoryFile(
        shortIdentifier: UInt8,
        isPlausible: (UInt8) -> Bool,
        on channel: inout AnyCardChannel
    ) throws(TransportError) -> [UInt8]? {
        let first = try commands.readBinary(
            p1: 0x80 | shortIdentifier,
            p2: 0,
            length: channel.limits.maximumExpectedLength,
            on: &channel
        )
        guard let octet = first.data.first, first.status.endsRead, isPlausible(octet) else { return nil }
        return try read(startingWith: first, on: &channel, until: Self.directoryFileDemand)
    }

    /// Reads the one value that `path` points to, up to its own length: a certificate.
    mutating func readValue(
        _ path: [UInt8],
        from start: Int = 0,
        on channel: inout AnyCardChannel
    ) throws(TransportError) -> [UInt8]? {
        guard try select(path, on: &channel).isSelected else { return nil }
        guard start < FileCommands.maximumFileSize else { return nil }
        let bytes = try read(from: start, on: &channel, until: Self.valueDemand)
        guard let bytes, let length = Self.valueDemand(bytes), length <= bytes.count else { return nil }
        return Array(bytes.prefix(length))
    }

    /// How much of a directory file is wanted, told from its beginning; `nil` when it is all there or makes no sense.
    private static func directoryFileDemand(_ prefix: [UInt8]) -> Int? {
        guard case .needs(let total) = try? DataObjectFile.completeness(of: prefix) else { return nil }
        // Another element may follow: one command brings more than its first byte for the same price.
        return max(total, min(prefix.count + 256, FileCommands.maximumFileSize))
    }

    /// How long the value is that the file begins with; one more than what is there while that is unknown.
    private static func valueDemand(_ prefix: [UInt8]) -> Int? {
        guard let length = try? DataObjectFile.lengthOfFirstElement(in: prefix) else {
            return prefix.count < 8 ? prefix.count + 1 : nil
        }
        return length
    }

    /// Reads the current file.
    ///
    /// `demand` tells from what is there how many octets are wanted; `nil` ends it.
    private mutating func read(
        from start: Int,
        on channel: inout AnyCardChannel,
        until demand: ([UInt8]) -> Int?
    ) throws(TransportError) -> [UInt8]? {
        let length = min(channel.limits.maximumExpectedLength, FileCommands.maximumFileSize - start)
        let first = try commands.readBinary(at: start, length: length, on: &channel)
        guard first.status.endsRead else { return nil }
        return try read(startingWith: first, at: start, on: &channel, until: demand)
    }

    private mutating func read(
        startingWith first: ResponseAPDU,
        at start: Int = 0,
        on channel: inout AnyCardChannel,
        until demand: ([UInt8]) -> Int?
    ) throws(TransportError) -> [UInt8] {
        var bytes = first.data
        var last = first
        while last.status.isSuccess, !last.data.isEmpty, let wanted = demand(bytes), wanted > bytes.count {
            let offset = start + bytes.count
            let length = min(
                channel.limits.maximumExpectedLength,
                wanted - bytes.count,
                FileCommands.maximumFileSize - offset
            )
            guard length > 0 else { break }
            last = try commands.readBinary(at: offset, length: length, on: &channel)
            // The end of the file, however the card says it: 6282, 6B00, or nothing more.
            guard last.status.endsRead else { break }
            bytes += last.data
        }
        return bytes
    }
}
