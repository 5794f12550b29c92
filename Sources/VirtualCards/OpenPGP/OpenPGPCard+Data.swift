internal import CardCore

extension OpenPGPCard {
    /// GET DATA (7.2.6).
    func getData(_ command: CommandAPDU) -> Answer {
        guard command.data.isEmpty else { return Answer(status: 0x6700) }
        let tag = Hex.string(of: [command.p1, command.p2])
        guard isReadable(tag) else { return Answer(status: 0x6982) }
        guard let value = value(of: tag) else { return Answer(status: 0x6A88) }
        guard case .truncateFiles(let length) = fault else { return Answer(data: value, status: 0x9000) }
        return Answer(data: Array(value.prefix(length)), status: 0x9000)
    }

    /// GET NEXT DATA (7.2.7): the next of the three certificates.
    func getNextData(_ command: CommandAPDU) -> Answer {
        guard command.p1 == 0x7F, command.p2 == 0x21 else { return Answer(status: 0x6B00) }
        guard command.data.isEmpty else { return Answer(status: 0x6700) }
        guard certificateOccurrence + 1 < certificates.count else { return Answer(status: 0x6A88) }
        certificateOccurrence += 1
        return getData(command)
    }

    /// SELECT DATA (7.2.5): which of the certificates is meant by what follows.
    func selectData(_ command: CommandAPDU) -> Answer {
        guard command.p2 == 0x04 else { return Answer(status: 0x6B00) }
        guard command.data == [0x60, 0x04, 0x5C, 0x02, 0x7F, 0x21] else { return Answer(status: 0x6A80) }
        guard Int(command.p1) < certificates.count else { return Answer(status: 0x6A88) }
        certificateOccurrence = Int(command.p1)
        return .success
    }

    /// PUT DATA (7.2.8).
    func putData(_ command: CommandAPDU) -> Answer {
        let tag = Hex.string(of: [command.p1, command.p2])
        let writer: UInt8 = ["0101", "0103"].contains(tag) ? 0x82 : 0x83
        guard verified.contains(writer) else { return Answer(status: 0x6982) }
        switch tag {
        case "00D3": return putResettingCode(command.data)
        case "00C4":
            guard command.data == [0] || command.data == [1] else { return Answer(status: 0x6A80) }
            signatureKeepsPW1 = command.data == [1]
        case "7F21":
            guard command.data.count <= 2_048 else { return Answer(status: 0x6700) }
            certificates[certificateOccurrence] = HexBytes(command.data)
        case "005B", "005E", "5F2D", "5F35", "5F50", "0101", "0102", "0103", "0104":
            guard command.data.count <= 255 else { return Answer(status: 0x6700) }
            dataObjects[tag] = HexBytes(command.data)
        default: return Answer(status: 0x6A88)
        }
        return .success
    }

    /// Whether what is verified allows reading `tag`: only two of the private objects are closed (4.4.1).
    private func isReadable(_ tag: String) -> Bool {
        switch tag {
        case "0103": verified.contains(0x82)
        case "0104": verified.contains(0x83)
        default: true
        }
    }

    private func value(of tag: String) -> [UInt8]? {
        switch tag {
        case "004F": image.aid.bytes
        case "00C4": passwordStatus
        case "006E": dataObject([0x6E], applicationRelatedData)
        case "0065": cardholderRelatedData
        case "007A":
            dataObject(
                [0x93],
                [
                    0x00, UInt8(truncatingIfNeeded: signatureCount >> 8),
                    UInt8(truncatingIfNeeded: signatureCount),
                ]
            )
        case "7F21": certificates[certificateOccurrence].bytes
        case "005B", "5F2D", "5F35": nil
        default: dataObjects[tag]?.bytes
        }
    }

    /// Application related data, `6E`: AID, historical bytes, lengths and the discretionary objects `73`.
    private var applicationRelatedData: [UInt8] {
        var content = dataObject([0x4F], image.aid.bytes)
        content += dataObject([0x5F, 0x52], dataObjects["5F52"]?.bytes ?? [])
        if let lengths = dataObjects["7F66"] { content += dataObject([0x7F, 0x66], lengths.bytes) }
        let discretionary = image.discretionaryObjects.bytes + dataObject([0xC4], passwordStatus)
        return content + dataObject([0x73], discretionary)
    }

    /// Cardholder related data, `65`: name, language, salutation.
    private var cardholderRelatedData: [UInt8] {
        ([("005B", [0x5B]), ("5F2D", [0x5F, 0x2D]), ("5F35", [0x5F, 0x35])] as [(String, [UInt8])])
            .flatMap { dataObject($0.1, dataObjects[$0.0]?.bytes ?? []) }
    }
}
