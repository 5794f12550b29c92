internal import CardCore

/// Selects and reads the files of an application (ISO/IEC 7816-4, 11.2.2 and 11.3.3).
///
/// It remembers which way of selecting the card understands and what is current, so that nothing is sent twice.
/// Everything is bounded: a file has at most 32,767 octets, the largest offset that READ BINARY with P1-P2 reaches, and
/// after 400 commands nothing more is sent, so that a card that brings one octet at a time cannot keep us for hours.
struct CardFiles: Sendable {
    /// How the application was found, and is selected again.
    enum Entry: Hashable, Sendable {
        case aid([UInt8])
        case path([UInt8])
    }

    private enum PathForm: CaseIterable, Sendable {
        /// SELECT by path from the MF, P1 = 08.
        case pathFromMF
        /// SELECT by file identifier, P1 = 00, one component after the other.
        case stepwise
    }

    static let maximumFileSize = 32_767
    private static let mf: [UInt8] = [0x3F, 0x00]

    let entry: Entry
    private var pathForm: PathForm?
    /// P2 of SELECT: 0C asks for no FCI, 00 for cards that insist on sending one.
    private var selectP2: UInt8 = 0x0C
    /// Whether the application's own directory is current, which relative paths start from.
    private var applicationIsCurrent = false
    /// Absolute path of the application's directory as its FCI tells it; the inner `nil` when it tells none.
    private var applicationDirectory: [UInt8]??
    /// Absolute path of the current directory, where it is known.
    private var currentDirectory: [UInt8]?
    /// Whether the card reads EF.OD and EF.CIAInfo by short identifier; `nil` until tried.
    private(set) var readsByShortIdentifier: Bool?
    /// Sixteen certificates of 2 KB take half of them with 128 octets a command.
    private var commandsLeft = 400

    init(entry: Entry) { self.entry = entry }

    // MARK: Selecting

    /// Selects the application.
    mutating func selectApplication(on channel: inout AnyCardChannel) throws(TransportError) -> StatusWord {
        let response: ResponseAPDU
        switch entry {
        case .aid(let aid):
            // The first time the FCI is asked for: it names the directory that the AID makes current.
            response = try select(p1: 0x04, aid, wantsFCI: applicationDirectory == nil, on: &channel)
            if applicationDirectory == nil, response.status.isSelected {
                applicationDirectory = .some(Self.fileIdentifier(inFCI: response.data).map { Self.mf + $0 })
            }
            currentDirectory = response.status.isSelected ? applicationDirectory ?? nil : nil
        case .path(let path):
            response = ResponseAPDU(status: try selectDirectory(path, on: &channel))
        }
        applicationIsCurrent = response.status.isSelected
        return response.status
    }

    /// Makes sure that `directory` is current, or the application's own where that is `nil`.
    mutating func makeCurrent(
        _ directory: [UInt8]?,
        on channel: inout AnyCardChannel
    ) throws(TransportError) -> StatusWord {
        guard let directory else {
            return applicationIsCurrent ? .success : try selectApplication(on: &channel)
        }
        guard currentDirectory != directory else { return .success }
        if let known = applicationDirectory, known == directory { return try selectApplication(on: &channel) }
        return try selectDirectory(directory, on: &channel)
    }

    /// Another program may have selected something else: nothing is taken to be current any more.
    mutating func forgetCurrent() {
        applicationIsCurrent = false
        currentDirectory = nil
    }

    private mutating func selectDirectory(
        _ path: [UInt8],
        on channel: inout AnyCardChannel
    ) throws(TransportError) -> StatusWord {
        let status = try select(path, on: &channel)
        if status.isSelected, path.starts(with: Self.mf) { currentDirectory = path }
        return status
    }

    /// Tag 83 of the FCP in an FCI (ISO/IEC 7816-4, 7.4.3), two octets.
    private static func fileIdentifier(inFCI data: [UInt8]) -> [UInt8]? {
        let whole = 0..<data.count
        for template in [[0x6F, 0x62], [0x6F], [0x62]] as [[UInt32]] {
            guard let range = try? BERTLV.value(of: template + [0x83], in: data.span, range: whole) else {
                continue
            }
            if range.count == 2 { return Array(data[range]) }
        }
        return nil
    }

    /// Selects a file by its path, absolute or from the application's directory.
    mutating func select(
        _ path: [UInt8],
        on channel: inout AnyCardChannel
    ) throws(TransportError) -> StatusWord {
        guard path.starts(with: Self.mf) else { return try selectRelative(path, on: &channel) }
        forgetCurrent()
        var status = StatusWord.fileOrApplicationNotFound
        for form in PathForm.allCases where pathForm == nil || pathForm == form {
            status = try select(absolute: path, form: form, on: &channel)
            if status.isSelected {
                pathForm = form
                currentDirectory = Array(path.dropLast(2))
                return status
            }
        }
        return status
    }

    private mutating func select(
        absolute path: [UInt8],
        form: PathForm,
        on channel: inout AnyCardChannel
    ) throws(TransportError) -> StatusWord {
        if form == .pathFromMF, path.count > 2 {
            return try select(p1: 0x08, Array(path.dropFirst(2)), on: &channel).status
        }
        var status = StatusWord.fileOrApplicationNotFound
        for start in stride(from: 0, to: path.count - 1, by: 2) {
            status = try select(p1: 0x00, Array(path[start..<start + 2]), on: &channel).status
            guard status.isSelected else { break }
        }
        return status
    }

    private mutating func selectRelative(
        _ path: [UInt8],
        on channel: inout AnyCardChannel
    ) throws(TransportError) -> StatusWord {
        guard !path.isEmpty, path.count.isMultiple(of: 2) else { return .fileOrApplicationNotFound }
        if !applicationIsCurrent {
            let status = try selectApplication(on: &channel)
            guard status.isSelected else { return status }
        }
        if path.count > 2 {
            forgetCurrent()
            return try select(p1: 0x09, path, on: &channel).status
        }
        let status = try select(p1: 0x02, path, on: &channel).status
        guard status == .incorrectParameters || status == .functionNotSupported else { return status }
        return try select(p1: 0x00, path, on: &channel).status
    }

    private mutating func select(
        p1: UInt8,
        _ name: [UInt8],
        wantsFCI: Bool = false,
        on channel: inout AnyCardChannel
    ) throws(TransportError) -> ResponseAPDU {
        let p2: UInt8 = wantsFCI ? 0x00 : selectP2
        var command = CommandAPDU(ins: Instruction.select, p1: p1, p2: p2, data: name)
        command.expectedLength = p2 == 0x00 ? 256 : nil
        let response = try exchange(command, limit: 1_024, on: &channel)
        guard p2 == 0x0C, response.status == .incorrectParameters else { return response }
        command.p2 = 0x00
        command.expectedLength = 256
        let second = try exchange(command, limit: 1_024, on: &channel)
        if second.status.isSelected { selectP2 = 0x00 }
        return second
    }

    // MARK: Reading

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
        if readsByShortIdentifier != false, applicationIsCurrent {
            let first = try readBinary(
                p1: 0x80 | shortIdentifier,
                p2: 0,
                length: channel.limits.maximumExpectedLength,
                on: &channel
            )
            if let octet = first.data.first, first.status.endsRead, isPlausible(octet) {
                readsByShortIdentifier = true
                return try read(startingWith: first, on: &channel, until: Self.directoryFileDemand)
            }
            readsByShortIdentifier = false
        }
        return try readDirectoryFile(identifier, on: &channel)
    }

    /// Reads the one value that `path` points to, up to its own length: a certificate.
    mutating func readValue(
        _ path: [UInt8],
        from start: Int = 0,
        on channel: inout AnyCardChannel
    ) throws(TransportError) -> [UInt8]? {
        guard try select(path, on: &channel).isSelected else { return nil }
        guard start < Self.maximumFileSize else { return nil }
        let bytes = try read(from: start, on: &channel, until: Self.valueDemand)
        guard let bytes, let length = Self.valueDemand(bytes), length <= bytes.count else { return nil }
        return Array(bytes.prefix(length))
    }

    /// How much of a directory file is wanted, told from its beginning; `nil` when it is all there or makes no sense.
    private static func directoryFileDemand(_ prefix: [UInt8]) -> Int? {
        guard case .needs(let total) = try? DataObjectFile.completeness(of: prefix) else { return nil }
        // Another element may follow: one command brings more than its first byte for the same price.
        return max(total, min(prefix.count + 256, maximumFileSize))
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
        let length = min(channel.limits.maximumExpectedLength, Self.maximumFileSize - start)
        let first = try readBinary(at: start, length: length, on: &channel)
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
                Self.maximumFileSize - offset
            )
            guard length > 0 else { break }
            last = try readBinary(at: offset, length: length, on: &channel)
            // The end of the file, however the card says it: 6282, 6B00, or nothing more.
            guard last.status.endsRead else { break }
            bytes += last.data
        }
        return bytes
    }

    private mutating func readBinary(
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

    private mutating func readBinary(
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
