internal import CardCore

extension FileSystemCard {
    /// SELECT (ISO/IEC 7816-4, 11.2.2).
    func select(_ command: CommandAPDU) -> Answer {
        guard [0x00, 0x04, 0x0C].contains(command.p2) else { return Answer(status: 0x6A86) }
        let withoutFCI = image.behaviour.statusWithoutFCI
        guard command.p2 != 0x0C || withoutFCI != 0x6A86 else { return Answer(status: withoutFCI) }
        let data = command.data
        guard data.count <= 16, command.p1 == 0x04 || data.count.isMultiple(of: 2) else {
            return Answer(status: 0x6700)
        }
        let node: FileSystemImage.File?
        switch command.p1 {
        case 0x00 where data.count <= 2: node = fileSystem.node(identifier: data)
        case 0x01 where data.count == 2:
            node = fileSystem.node(below: data).flatMap { $0.kind == .directory ? $0 : nil }
        case 0x02 where data.count == 2:
            node = fileSystem.node(below: data).flatMap { $0.kind == .directory ? nil : $0 }
        case 0x03 where data.isEmpty: node = fileSystem.parentDirectory
        case 0x04: node = fileSystem.node(named: data)
        case 0x08: node = fileSystem.node(belowMasterFile: data)
        case 0x09: node = fileSystem.node(below: data)
        case 0x00...0x03: return Answer(status: 0x6700)
        default: return Answer(status: 0x6A86)
        }
        guard let node else { return Answer(status: 0x6A82) }
        let application = fileSystem.currentDirectory
        fileSystem.select(node)
        challenge = nil
        if command.p1 == 0x04 {
            fileSystem.enter(node)
            if fileSystem.currentDirectory != application || fileSystem.isApplet(node) { verified = [] }
        }
        forgetLocalCodes()
        return command.p2 == 0x0C
            ? Answer(status: withoutFCI)
            : Answer(data: controlInformation(of: node, tag: command.p2), status: 0x9000)
    }

    /// The codes that are local to a DF lose their verification when that DF is left (ISO/IEC 7816-4, 9.3.3).
    private func forgetLocalCodes() {
        for pin in image.pins where !isInReach(pin) { verified.subtract(pin.reference.bytes) }
        if let key = image.administratorKey, administratorKeyInReach == nil {
            verified.subtract(key.reference.bytes)
        }
    }

    /// The administrator's key, where it is known in the current DF.
    var administratorKeyInReach: FileSystemImage.AdministratorKey? {
        image.administratorKey.flatMap {
            fileSystem.currentDirectory.starts(with: $0.localTo.bytes) ? $0 : nil
        }
    }

    /// Whether `pin` is known in the current DF.
    func isInReach(_ pin: FileSystemImage.PIN) -> Bool {
        pin.localTo.map { fileSystem.currentDirectory.starts(with: $0.bytes) } ?? true
    }

    /// FCI (`6F`) or FCP (`62`) template (ISO/IEC 7816-4, 7.4.3); always shorter than 128 bytes.
    private func controlInformation(of node: FileSystemImage.File, tag: UInt8) -> [UInt8] {
        var content: [UInt8] = []
        func append(_ tag: UInt8, _ value: [UInt8]) {
            content += [tag, UInt8(truncatingIfNeeded: value.count)] + value
        }
        func bigEndian(_ number: Int) -> [UInt8] {
            [UInt8(truncatingIfNeeded: number >> 8), UInt8(truncatingIfNeeded: number)]
        }
        switch node.kind {
        case .directory:
            append(0x82, [0x38])
        case .transparent:
            append(0x80, bigEndian(node.content?.bytes.count ?? 0))
            append(0x82, [0x01])
        case .record:
            let records = node.records ?? []
            let longest = records.map(\.bytes.count).max() ?? 0
            append(0x80, bigEndian(records.reduce(0) { $0 + $1.bytes.count }))
            append(
                0x82,
                [
                    0x04, 0x41, 0x00, UInt8(truncatingIfNeeded: longest),
                    UInt8(truncatingIfNeeded: records.count),
                ]
            )
        case .key:
            append(0x80, [0, 0])
            append(0x82, [0x11])
        }
        append(0x83, node.path.bytes.suffix(2))
        if let name = fileSystem.name(of: node) { append(0x84, name) }
        if let identifier = node.shortIdentifier { append(0x88, [identifier << 3]) }
        // Operational, activated (ISO/IEC 7816-4, 7.4.10).
        append(0x8A, [0x05])
        return [tag == 0x04 ? 0x62 : 0x6F, UInt8(truncatingIfNeeded: content.count)] + content
    }

    /// READ BINARY (ISO/IEC 7816-4, 11.3.3), with an offset or with a short EF identifier.
    func readBinary(_ command: CommandAPDU) -> Answer {
        guard command.data.isEmpty, let expected = command.expectedLength else {
            return Answer(status: 0x6700)
        }
        var offset = Int(command.p1) << 8 | Int(command.p2)
        if command.p1 & 0x80 != 0 {
            guard command.p1 & 0x60 == 0, image.behaviour.shortIdentifiers else {
                return Answer(status: 0x6A86)
            }
            guard let node = fileSystem.node(shortIdentifier: command.p1 & 0x1F) else {
                return Answer(status: 0x6A82)
            }
            fileSystem.select(node)
            offset = Int(command.p2)
        }
        guard let file = fileSystem.currentFile else { return Answer(status: 0x6986) }
        guard file.kind == .transparent, let content = file.content?.bytes else {
            return Answer(status: 0x6981)
        }
        guard offset < content.count else { return Answer(status: 0x6B00) }
        let data = Array(content[offset...].prefix(expected))
        // Ne at its largest means "what there is"; any other number was a promise that the file cannot keep.
        let isShort = data.count < expected && expected != 256 && expected != 65_536
        return Answer(data: data, status: isShort ? 0x6282 : 0x9000)
    }

    /// READ RECORD with a record number (ISO/IEC 7816-4, 11.4.3).
    func readRecord(_ command: CommandAPDU) -> Answer {
        guard command.data.isEmpty, command.expectedLength != nil else { return Answer(status: 0x6700) }
        guard command.p2 & 0x07 == 0x04 else { return Answer(status: 0x6A86) }
        if command.p2 >> 3 != 0 {
            guard image.behaviour.shortIdentifiers else { return Answer(status: 0x6A86) }
            guard let node = fileSystem.node(shortIdentifier: command.p2 >> 3) else {
                return Answer(status: 0x6A82)
            }
            fileSystem.select(node)
        }
        guard let file = fileSystem.currentFile else { return Answer(status: 0x6986) }
        guard file.kind == .record, let records = file.records else { return Answer(status: 0x6981) }
        guard (1...max(records.count, 1)).contains(Int(command.p1)), Int(command.p1) <= records.count else {
            return Answer(status: 0x6A83)
        }
        return Answer(data: records[Int(command.p1) - 1].bytes, status: 0x9000)
    }
}

extension FileSystemImage.Behaviour {
    /// The answer to a SELECT with P2 = 0C that finds its file.
    fileprivate var statusWithoutFCI: UInt16 {
        guard let status = selectWithoutFCI?.bytes, status.count == 2 else { return 0x9000 }
        return UInt16(status[0]) << 8 | UInt16(status[1])
    }
}
