internal import CardCore

extension PIVCard {
    /// GENERAL AUTHENTICATE with a slot's key: the signature of a padded block or of a hash (part 2, 3.2.4 and A.3).
    func generalAuthenticate(_ command: CommandAPDU, consent: Bool) -> Answer {
        guard let key = image.keys.first(where: { $0.slot.bytes == [command.p2] }),
            let signer = signer(of: key, algorithm: command.p1)
        else { return Answer(status: 0x6A86) }
        let mayUse =
            switch key.consent {
            case .never: true
            case .once: isPINVerified
            case .always: isPINVerified && consent
            }
        guard mayUse else { return Answer(status: 0x6982) }
        let span = command.data.span
        // Dynamic authentication template: 82 empty asks for a response, 81 is what it is to be made of.
        guard let template = try? BERTLV.value(of: [0x7C], in: span, range: 0..<span.count),
            let objects = try? BERTLV.objects(in: span, range: template),
            objects.contains(where: { $0.tag == 0x82 && $0.value.isEmpty }),
            let challenge = objects.first(where: { $0.tag == 0x81 })
        else { return Answer(status: 0x6A80) }
        guard let signature = signer.signature(of: Array(command.data[challenge.value])) else {
            return Answer(status: 0x6A80)
        }
        return Answer(data: dataObject([0x7C], dataObject([0x82], signature)), status: 0x9000)
    }

    /// What only YubiKeys know: GET METADATA `F7`, serial number `F8`, version `FD` (Yubico's PIV extensions).
    func yubiKeyInformation(_ command: CommandAPDU) -> Answer {
        guard let yubiKey = image.yubiKey else { return Answer(status: 0x6D00) }
        guard command.data.isEmpty else { return Answer(status: 0x6700) }
        guard command.p1 == 0x00, command.ins == 0xF7 || command.p2 == 0x00 else {
            return Answer(status: 0x6A86)
        }
        switch command.ins {
        case 0xF8: return Answer(data: yubiKey.serial.bytes, status: 0x9000)
        case 0xFD: return Answer(data: yubiKey.version.bytes, status: 0x9000)
        default: break
        }
        // GET METADATA came with firmware 5.3.
        guard !yubiKey.version.bytes.lexicographicallyPrecedes([5, 3, 0]) else {
            return Answer(status: 0x6D00)
        }
        if command.p2 == 0x9B { return Answer(data: yubiKey.managementKeyMetadata.bytes, status: 0x9000) }
        if [0x80, 0x81].contains(command.p2), let code = code(command.p2) {
            let isDefault: UInt8 =
                state.codes[code.reference.text]?.value == (command.p2 == 0x80 ? "123456" : "12345678")
                ? 1 : 0
            let counters = [code.maximumTries, remainingTries(of: code)].map(UInt8.init(clamping:))
            return Answer(data: [0x01, 1, 0xFF, 0x05, 1, isDefault, 0x06, 2] + counters, status: 0x9000)
        }
        guard let metadata = image.keys.first(where: { $0.slot.bytes == [command.p2] })?.metadata else {
            return Answer(status: 0x6A88)
        }
        return Answer(data: metadata.bytes, status: 0x9000)
    }
}
