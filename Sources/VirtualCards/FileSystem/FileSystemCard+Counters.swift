internal import CardCore

extension FileSystemCard {
    /// GET DATA `CB 00 FF` as the Thales family answers it: the counters of one code.
    func getCounters(_ command: CommandAPDU) -> Answer {
        guard image.behaviour.countersByGetData else { return Answer(status: 0x6D00) }
        guard command.p1 == 0x00, command.p2 == 0xFF else { return Answer(status: 0x6A86) }
        guard command.data.count == 5, command.data.starts(with: [0xA0, 0x03, 0x83, 0x01]) else {
            return Answer(status: 0x6A80)
        }
        guard let pin = pin(command.data[4]) else { return Answer(status: 0x6A88) }
        let content: [UInt8]
        switch image.behaviour.counterAnswer ?? .fineid {
        case .fineid: content = fineidCounters(of: pin, reference: command.data[4])
        case .idPrime: content = idPrimeCounters(of: pin, reference: command.data[4])
        }
        return Answer(data: [0xA0, UInt8(truncatingIfNeeded: content.count)] + content, status: 0x9000)
    }

    /// Between the reference and DF21 come objects that a reader has to skip.
    ///
    /// There are twelve bytes of them on FINEID cards, whose clients find the counter at byte 20. These are made up.
    private func fineidCounters(of pin: FileSystemImage.PIN, reference: UInt8) -> [UInt8] {
        var content: [UInt8] = [0x83, 0x01, reference, 0x8A, 0x01, 0x05, 0x8C, 0x07, 0xF0, 0, 0, 0, 0, 0, 0]
        content += [0xDF, 0x21, 0x04, tries(of: pin), 0xFF, 0xFF, pin.unblockedBy == nil ? 0x00 : 0x01]
        content += [0xDF, 0x28, 0x01, UInt8(truncatingIfNeeded: pin.maximumLength)]
        if pin.role != .puk { content += [0xDF, 0x2F, 0x01, isInitialized(pin) ? 0x01 : 0x00] }
        return content
    }

    /// The objects and lengths of an IDPrime 840's answer, in a trace in OpenSC issue 2202.
    private func idPrimeCounters(of pin: FileSystemImage.PIN, reference: UInt8) -> [UInt8] {
        [0x83, 0x01, reference, 0x8C, 0x04, 0xF0, 0, 0, 0, 0x9C, 0x04, 0xF0, 0, 0, 0]
            + [0xDF, 0x21, 0x04, tries(of: pin), 0xFF, 0xA5, 0x04, 0xDF, 0x27, 0x02, 0xFF, 0xFF]
            + [0xDF, 0x28, 0x01, UInt8(truncatingIfNeeded: pin.maximumLength)]
    }

    private func tries(of pin: FileSystemImage.PIN) -> UInt8 {
        UInt8(truncatingIfNeeded: remainingTries(of: pin))
    }
}
