internal import CardCore

extension GIDSCard {
    /// MANAGE SECURITY ENVIRONMENT, SET: the administrator's key (`81` or `C1`, `A4`) or a private key (`41`).
    func manageSecurityEnvironment(_ command: CommandAPDU) -> Answer {
        let span = command.data.span
        guard let objects = try? BERTLV.objects(in: span, range: 0..<span.count) else {
            return Answer(status: 0x6984)
        }
        func value(_ tag: UInt32) -> UInt8? {
            guard let object = objects.first(where: { $0.tag == tag }), object.value.count == 1 else {
                return nil
            }
            return command.data[object.value.lowerBound]
        }
        switch command.p1 {
        case 0x81, 0xC1:
            guard command.p2 == 0xA4, value(0x83) == 0x80 else { return Answer(status: 0x6984) }
            administratorKeyIsChosen = true
            environment = nil
        case 0x41:
            guard let algorithm = value(0x80), let reference = value(0x84),
                let key = image.keys.first(where: { $0.reference.bytes == [reference] }),
                let mechanisms = key.mechanisms[Hex.string(of: [command.p2])],
                mechanisms.bytes.contains(algorithm)
            else { return Answer(status: 0x6984) }
            guard isUserVerified else { return Answer(status: 0x6982) }
            administratorKeyIsChosen = false
            environment = (key, algorithm)
        default: return Answer(status: 0x6A81)
        }
        return .success
    }

    /// PERFORM SECURITY OPERATION, COMPUTE DIGITAL SIGNATURE; no deciphering.
    func performSecurityOperation(_ command: CommandAPDU) -> Answer {
        guard command.p1 == 0x9E, command.p2 == 0x9A else { return Answer(status: 0x6A86) }
        guard let (key, algorithm) = environment, [0x10, 0x50].contains(algorithm & 0xF0) else {
            return Answer(status: 0x6985)
        }
        guard isUserVerified else { return Answer(status: 0x6982) }
        guard let signer = signers[key.reference.bytes] ?? RSAKey(pem: key.privateKey) else {
            return Answer(status: 0x6F00)
        }
        signers[key.reference.bytes] = signer
        // 1x: padded by the host; 5x: the card pads by PKCS#1 v1.5 (GIDS specification, 12.5.3.1).
        guard let signature = signer.signature(of: command.data, raw: algorithm & 0xF0 == 0x10) else {
            return Answer(status: 0x6700)
        }
        return Answer(data: signature, status: 0x9000)
    }
}
