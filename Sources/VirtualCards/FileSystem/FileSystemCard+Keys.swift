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

    /// PERFORM SECURITY OPERATION (ISO/IEC 7816-8, 11.6 and 11.8): HASH, which takes a hash computed outside, and
    /// COMPUTE DIGITAL SIGNATURE of its data or of that hash.
    func performSecurityOperation(_ command: CommandAPDU) -> Answer {
        switch (command.p1, command.p2) {
        case (0x90, 0xA0):
            let data = command.data
            guard data.count > 2, data[0] == 0x90, Int(data[1]) == data.count - 2 else {
                return Answer(status: 0x6A80)
            }
            loadedHash = Array(data.dropFirst(2))
            // IDPrime gives it back, and OpenSC's idprime driver insists on that.
            return Answer(data: Array(data.dropFirst(2)), status: 0x9000)
        case (0x9E, 0x9A):
            guard command.data.isEmpty else { return sign(command.data) }
            defer { loadedHash = nil }
            return sign(loadedHash ?? [])
        default: return Answer(status: 0x6A86)
        }
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
        if let hashed = hashedSignature(of: data, with: key, algorithm: environment.algorithm ?? 0x02) {
            if key.consumesPIN { verified.subtract(pin.reference.bytes) }
            switch hashed {
            case .success(let signature): return Answer(data: signature, status: 0x9000)
            case .failure(let refusal): return Answer(status: refusal.status)
            }
        }
        // ECDSA of a bare hash, by whatever number the card's files give the algorithm.
        if let signer = ECKey(pem: key.privateKey) {
            guard let signature = signer.signature(of: data) else { return Answer(status: 0x6A80) }
            if key.consumesPIN { verified.subtract(pin.reference.bytes) }
            return Answer(data: signature, status: 0x9000)
        }
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
}
