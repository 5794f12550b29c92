internal import CardCore

extension FileSystemCard {
    /// MANAGE SECURITY ENVIRONMENT, SET (ISO/IEC 7816-4, 11.5.11): key, its file and the algorithm.
    func manageSecurityEnvironment(_ command: CommandAPDU) -> Answer {
        // P1 bits: 8 verification, 7 decipherment, 6 signature, 1 SET; P2 is the control reference template.
        guard command.p1 & 0x0F == 0x01, [0xA4, 0xB6].contains(command.p2) else {
            return Answer(status: 0x6A86)
        }
        let span = command.data.span
        guard let objects = try? BERTLV.objects(in: span, range: 0..<span.count) else {
            return Answer(status: 0x6A80)
        }
        var environment = SecurityEnvironment()
        for object in objects {
            let value = Array(command.data[object.value])
            switch object.tag {
            case 0x80: environment.algorithm = value.last
            case 0x81: environment.file = value
            case 0x83, 0x84: environment.key = value
            default: return Answer(status: 0x6A80)
            }
        }
        self.environment = environment
        return key == nil ? Answer(status: 0x6A88) : .success
    }

    /// PERFORM SECURITY OPERATION, COMPUTE DIGITAL SIGNATURE (ISO/IEC 7816-8, 11.6).
    func performSecurityOperation(_ command: CommandAPDU) -> Answer {
        guard command.p1 == 0x9E, command.p2 == 0x9A else { return Answer(status: 0x6A86) }
        return sign(command.data)
    }

    /// INTERNAL AUTHENTICATE (ISO/IEC 7816-4, 11.5.2).
    func internalAuthenticate(_ command: CommandAPDU) -> Answer {
        guard command.p1 == 0, command.p2 == 0 else { return Answer(status: 0x6A86) }
        return sign(command.data)
    }

    /// The key that the security environment names, by reference or else by file.
    private var key: FileSystemImage.Key? {
        if let reference = environment.key { return image.keys.first { $0.reference.bytes == reference } }
        guard let file = environment.file else { return nil }
        return image.keys.first { $0.path.bytes.suffix(file.count) == file[...] && file.count >= 2 }
    }

    private func sign(_ data: [UInt8]) -> Answer {
        guard let key, let pin = image.pins.first(where: { $0.reference == key.pin }) else {
            return Answer(status: 0x6985)
        }
        guard !data.isEmpty else { return Answer(status: 0x6700) }
        guard verified.isSuperset(of: pin.reference.bytes) else { return Answer(status: 0x6982) }
        guard let signer = keys[key.reference.bytes] ?? RSAKey(pem: key.privateKey) else {
            return Answer(status: 0x6F00)
        }
        keys[key.reference.bytes] = signer
        let algorithm = environment.algorithm ?? 0x02
        var input = data
        // The upper half byte says that the data is a bare hash, the lower one how it is padded (00: not at all).
        if algorithm & 0xF0 == 0x10 {
            guard data.count == 20 else { return Answer(status: 0x6A80) }
            input = Self.sha1DigestInfo + data
        }
        guard let signature = signer.signature(of: input, raw: algorithm & 0x0F == 0) else {
            return Answer(status: 0x6A80)
        }
        if key.consumesPIN { verified.subtract(pin.reference.bytes) }
        return Answer(data: signature, status: 0x9000)
    }

    /// What precedes a SHA-1 hash in a PKCS#1 v1.5 signature (RFC 8017, 9.2, note 1).
    private static let sha1DigestInfo: [UInt8] = [
        0x30, 0x21, 0x30, 0x09, 0x06, 0x05, 0x2B, 0x0E, 0x03, 0x02, 0x1A, 0x05, 0x00, 0x04, 0x14,
    ]

    /// GET DATA `CA` (ISO/IEC 7816-4, 11.4.4).
    func getData(_ command: CommandAPDU) -> Answer {
        guard command.data.isEmpty else { return Answer(status: 0x6700) }
        guard let object = image.dataObjects[Hex.string(of: [command.p1, command.p2])] else {
            return Answer(status: 0x6A88)
        }
        return Answer(data: object.bytes, status: 0x9000)
    }

    /// GET DATA `CB 00 FF` as the Thales family answers it: the counters of one code.
    func getCounters(_ command: CommandAPDU) -> Answer {
        guard image.behaviour.countersByGetData else { return Answer(status: 0x6D00) }
        guard command.p1 == 0x00, command.p2 == 0xFF else { return Answer(status: 0x6A86) }
        guard command.data.count == 5, command.data.starts(with: [0xA0, 0x03, 0x83, 0x01]) else {
            return Answer(status: 0x6A80)
        }
        guard let pin = pin(command.data[4]) else { return Answer(status: 0x6A88) }
        let tries = UInt8(truncatingIfNeeded: remainingTries(of: pin))
        // Between the reference and DF21 come objects that a reader has to skip; there are twelve bytes of them on
        // FINEID cards, whose clients find the counter at byte 20. These are made up.
        var content: [UInt8] = [
            0x83, 0x01, command.data[4], 0x8A, 0x01, 0x05, 0x8C, 0x07, 0xF0, 0, 0, 0, 0, 0, 0,
        ]
        content += [0xDF, 0x21, 0x04, tries, 0xFF, 0xFF, pin.unblockedBy == nil ? 0x00 : 0x01]
        content += [0xDF, 0x28, 0x01, UInt8(truncatingIfNeeded: pin.maximumLength)]
        if pin.role != .puk { content += [0xDF, 0x2F, 0x01, isInitialized(pin) ? 0x01 : 0x00] }
        return Answer(data: [0xA0, UInt8(truncatingIfNeeded: content.count)] + content, status: 0x9000)
    }

    /// GET CHALLENGE (ISO/IEC 7816-4, 11.5.3).
    func getChallenge(_ command: CommandAPDU) -> Answer {
        guard command.data.isEmpty, let count = command.expectedLength, count <= 256 else {
            return Answer(status: 0x6700)
        }
        var generator = SystemRandomNumberGenerator()
        return Answer(
            data: (0..<count).map { _ in UInt8.random(in: 0...255, using: &generator) },
            status: 0x9000
        )
    }
}
