internal import CardCore

/// Selects and reads the files of an application (ISO/IEC 7816-4, 11.2.2 and 11.3.3).
///
/// It remembers which way of selecting the card understands and what is current, so that nothing is sent twice.
/// No file is read beyond `FileCommands.maximumFileSize`.
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

    private static let mf: [UInt8] = [0x3F, 0x00]

    let entry: Entry
    var commands = FileCommands()
    private var pathForm: PathForm?
    /// Whether the application's own directory is current, which relative paths start from.
    private(set) var applicationIsCurrent = false
    /// Absolute path of the application's directory as its FCI tells it; the inner `nil` when it tells none.
    private var applicationDirectory: [UInt8]??
    /// Absolute path of the current directory, where it is known.
    private var currentDirectory: [UInt8]?
    /// Whether the card reads EF.OD and EF.CIAInfo by short identifier; `nil` until tried.
    var readsByShortIdentifier: Bool?

    init(entry: Entry) { self.entry = entry }

    /// Selects the application.
    mutating func selectApplication(on channel: inout AnyCardChannel) throws(TransportError) -> StatusWord {
        let response: ResponseAPDU
        switch entry {
        case .aid(let aid):
            // The first time the FCI is asked for: it names the directory that the AID makes current.
            response = try commands.select(p1: 0x04, aid, wantsFCI: applicationDirectory == nil, on: &channel)
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

    /// Selects the application and does not ask where it lies: one command less where only its own files are wanted.
    mutating func enterApplication(on channel: inout AnyCardChannel) throws(TransportError) -> StatusWord {
        guard case .aid(let aid) = entry else { return try selectApplication(on: &channel) }
        let status = try commands.select(p1: 0x04, aid, on: &channel).status
        // Whatever else stands in the way may be that no FCI was asked for.
        guard status.isSelected || status == .fileOrApplicationNotFound else {
            return try selectApplication(on: &channel)
        }
        applicationIsCurrent = status.isSelected
        return status
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
            return try commands.select(p1: 0x08, Array(path.dropFirst(2)), on: &channel).status
        }
        var status = StatusWord.fileOrApplicationNotFound
        for start in stride(from: 0, to: path.count - 1, by: 2) {
            status = try commands.select(p1: 0x00, Array(path[start..<start + 2]), on: &channel).status
            guard status.isSelected else { break }
        }
        return status
    }

    private mutating func selectRelative(
        _ path: [UInt8],
        on channel: inout AnyCardChannel
    ) throws(TransportError) -> StatusWord {
        guard !path.isEmpty, path.count.isMultiple(of: 2) else { return .fileOrApplicationNotFound }
        // An application that has only a place has its files below that, and they are selected from there.
        if case .path(let place) = entry { return try select(place + path, on: &channel) }
        if !applicationIsCurrent {
            let status = try selectApplication(on: &channel)
            guard status.isSelected else { return status }
        }
        if path.count > 2 {
            forgetCurrent()
            return try commands.select(p1: 0x09, path, on: &channel).status
        }
        let status = try commands.select(p1: 0x02, path, on: &channel).status
        guard status == .incorrectParameters || status == .functionNotSupported else { return status }
        return try commands.select(p1: 0x00, path, on: &channel).status
    }
}
