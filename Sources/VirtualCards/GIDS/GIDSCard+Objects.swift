internal import CardCore

extension GIDSCard {
    /// SELECT by name, or of a file by its identifier.
    func select(_ command: CommandAPDU) -> Answer {
        guard fault != .unknownCard else { return Answer(status: 0x6A82) }
        switch command.p1 {
        case 0x04:
            // The Java Card runtime takes the beginning of a name for the name, from 5 bytes on. Selecting deselects
            // what was selected, the same application included; a name that is not there changes nothing.
            guard command.data.count >= 5, image.aid.bytes.starts(with: command.data) else {
                return Answer(status: 0x6A82)
            }
            leave()
            isSelected = true
        case 0x00:
            guard isSelected, command.p2 & 0xF3 == 0 else { return Answer(status: 0x6A86) }
            guard command.data.isEmpty || isKnown(command.data) else { return Answer(status: 0x6A82) }
            // Key files and files of data objects have file control parameters only, which no tool needs.
            guard command.data.isEmpty || command.data == [0x3F, 0xFF] else {
                return command.p2 & 0x0C == 0 ? Answer(status: 0x6A86) : .success
            }
        default: return Answer(status: 0x6A86)
        }
        return switch command.p2 & 0x0C {
        case 0x00: Answer(data: controlInformation, status: 0x9000)
        case 0x04: Answer(data: [0x62, 0x08, 0x82, 0x01, 0x38, 0x8C, 0x03, 0x03, 0x30, 0x30], status: 0x9000)
        case 0x08:
            Answer(
                data: [0x64, 0x09, 0x5F, 0x2F, 0x01, 0x60, 0x7F, 0x65, 0x02, 0x80, 0x00],
                status: 0x9000
            )
        default: .success
        }
    }

    /// File control information: the AID, and under 73, 40 the ways to authenticate.
    private var controlInformation: [UInt8] {
        let protocols = [0x73, 0x03, 0x40, 0x01] + image.authenticationProtocols.bytes
        return dataObject([0x61], dataObject([0x4F], image.aid.bytes) + protocols)
    }

    private func isKnown(_ identifier: [UInt8]) -> Bool {
        identifier == [0x3F, 0xFF] || identifier == [0xB0, 0x80]
            || image.files.contains { $0.identifier == Hex.string(of: identifier) }
            || image.keys.contains { [0xB0] + $0.reference.bytes == identifier }
    }

    /// GET DATA with a tag list, from the application (P1-P2 `3FFF`) or from a file.
    func getData(_ command: CommandAPDU) -> Answer {
        let file = Hex.string(of: [command.p1, command.p2])
        if file == "3FFF" { return getApplicationData(command.data) }
        guard let found = image.files.first(where: { $0.identifier == file }) else {
            return Answer(status: image.keys.isEmpty || command.p1 != 0xB0 ? 0x6A82 : 0x6981)
        }
        guard allows(found.get) else { return Answer(status: 0x6982) }
        guard command.data.count >= 2, command.data[0] == 0x5C, Int(command.data[1]) == command.data.count - 2
        else { return Answer(status: 0x6984) }
        let tag = Array(command.data.dropFirst(2))
        if tag.isEmpty || tag == [0x5C] {
            let all = found.objects.sorted { $0.key < $1.key }.flatMap {
                dataObject(Hex.bytes(of: $0.key) ?? [], $0.value.bytes)
            }
            return Answer(data: all, status: 0x9000)
        }
        guard let value = found.objects[Hex.string(of: tag)] else { return Answer(status: 0x6A88) }
        return Answer(data: dataObject(tag, value.bytes), status: 0x9000)
    }

    private func getApplicationData(_ data: [UInt8]) -> Answer {
        if data.count == 4, data.starts(with: [0x5C, 0x02]) {
            return switch Hex.string(of: data.suffix(2)) {
            case "7F71": Answer(data: dataObject([0x7F, 0x71], pinStatus), status: 0x9000)
            case "7F72": Answer(data: dataObject([0x7F, 0x72], pinStatus), status: 0x9000)
            // No PUK.
            case "7F73": Answer(status: 0x6A88)
            default: Answer(status: 0x6984)
            }
        }
        // The public part of a key: 70 08 84 01 reference A5 03 7F49 80.
        guard data.count == 10, data[0] == 0x70,
            let key = image.keys.first(where: { $0.reference.bytes == [data[4]] })
        else { return Answer(status: 0x6984) }
        let content = dataObject([0x81], key.modulus.bytes) + dataObject([0x82], key.exponent.bytes)
        return Answer(data: dataObject([0x7F, 0x49], content), status: 0x9000)
    }

    /// PUT DATA of one data object; an empty one stays, as OpenSC's driver leaves it.
    func putData(_ command: CommandAPDU) -> Answer {
        let span = command.data.span
        guard let object = try? BERTLV(parsing: span, in: 0..<span.count), object.whole == 0..<span.count
        else {
            return Answer(status: 0x6984)
        }
        let value = Array(command.data[object.value])
        let file = Hex.string(of: [command.p1, command.p2])
        if file == "3FFF" { return putKey(value, tag: object.tag) }
        guard let index = image.files.firstIndex(where: { $0.identifier == file }) else {
            return Answer(status: 0x6A82)
        }
        guard allows(image.files[index].put) else { return Answer(status: 0x6982) }
        let tag = Hex.string(of: command.data.prefix(object.tag > 0xFF ? 2 : 1))
        image.files[index].objects[tag] = HexBytes(value)
        return .success
    }

    /// A new key for the administrator, who must be authenticated: 70 { 84 80, A5 { 87 key, 88 check value } }.
    private func putKey(_ value: [UInt8], tag: UInt32) -> Answer {
        let span = value.span
        guard tag == 0x70,
            let reference = try? BERTLV.value(of: [0x84], in: span, range: 0..<span.count),
            let key = try? BERTLV.value(of: [0xA5, 0x87], in: span, range: 0..<span.count),
            Array(value[reference]) == [0x80], key.count == 24
        else { return Answer(status: 0x6984) }
        guard administrator == .authenticated else { return Answer(status: 0x6982) }
        image.administratorKey.value = HexBytes(Array(value[key]))
        return .success
    }

    /// Whether a security condition in compact format is met: bit 8 all, else any, of bit 6 key, bit 5 PIN.
    private func allows(_ condition: HexBytes) -> Bool {
        guard let byte = condition.bytes.first, byte != 0xFF else { return false }
        guard byte != 0 else { return true }
        let user = byte & 0x10 != 0 ? isUserVerified : nil
        let key = byte & 0x20 != 0 ? administrator == .authenticated : nil
        let needed = [user, key].compactMap { $0 }
        return byte & 0x80 != 0 ? needed.allSatisfy { $0 } : needed.contains(true)
    }
}
