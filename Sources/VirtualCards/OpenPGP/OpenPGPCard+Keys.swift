internal import CardCore

extension OpenPGPCard {
    /// PSO: COMPUTE DIGITAL SIGNATURE (7.2.10), which mode 81 of PW1 allows once or until it is logged out.
    func performSecurityOperation(_ command: CommandAPDU) -> Answer {
        guard command.p1 == 0x9E, command.p2 == 0x9A else { return Answer(status: 0x6B00) }
        guard verified.contains(0x81) else { return Answer(status: 0x6982) }
        if !signatureKeepsPW1 { verified.remove(0x81) }
        let answer = sign(command.data, with: .signature)
        if answer.status == 0x9000 { signatureCount += 1 }
        return answer
    }

    /// INTERNAL AUTHENTICATE (7.2.13), which mode 82 of PW1 allows.
    func internalAuthenticate(_ command: CommandAPDU) -> Answer {
        guard command.p1 == 0, command.p2 == 0 else { return Answer(status: 0x6B00) }
        guard verified.contains(0x82) else { return Answer(status: 0x6982) }
        return sign(command.data, with: .authentication)
    }

    /// GENERATE ASYMMETRIC KEY PAIR with P1 = 81, which only reads the public key (7.2.14).
    func readPublicKey(_ command: CommandAPDU) -> Answer {
        guard command.p1 == 0x81, command.p2 == 0 else { return Answer(status: 0x6B00) }
        let use: OpenPGPImage.Key.Use? =
            switch command.data.first {
            case 0xB6: .signature
            case 0xA4: .authentication
            default: nil
            }
        guard let key = image.keys.first(where: { $0.use == use }),
            let template = PublicKeyTemplate.make(pem: key.privateKey)
        else { return Answer(status: 0x6A88) }
        return Answer(data: template, status: 0x9000)
    }

    /// GET CHALLENGE (7.2.15).
    func getChallenge(_ command: CommandAPDU) -> Answer {
        guard command.data.isEmpty, let count = command.expectedLength else { return Answer(status: 0x6700) }
        return Answer(data: .random(count: min(count, 255)), status: 0x9000)
    }

    /// A PKCS#1 v1.5 signature of what is mostly a DigestInfo, ECDSA of a hash, or Ed25519 of a message.
    private func sign(_ data: [UInt8], with use: OpenPGPImage.Key.Use) -> Answer {
        guard let key = image.keys.first(where: { $0.use == use }) else { return Answer(status: 0x6A88) }
        if let signer = ECKey(pem: key.privateKey) {
            guard data.count <= 64, let signature = signer.concatenatedSignature(of: data) else {
                return Answer(status: 0x6700)
            }
            return Answer(data: signature, status: 0x9000)
        }
        if let signer = Ed25519Key(pem: key.privateKey) {
            return signer.signature(of: data).map { Answer(data: $0, status: 0x9000) }
                ?? Answer(status: 0x6F00)
        }
        guard let signer = signers[use] ?? RSAKey(pem: key.privateKey) else { return Answer(status: 0x6F00) }
        signers[use] = signer
        // At most two fifths of the modulus (7.2.10.2).
        guard data.count * 5 <= signer.size * 2, let signature = signer.signature(of: data, raw: false) else {
            return Answer(status: 0x6700)
        }
        return Answer(data: signature, status: 0x9000)
    }
}
