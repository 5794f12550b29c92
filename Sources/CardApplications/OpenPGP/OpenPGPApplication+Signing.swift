package import CardCore
internal import X509

extension OpenPGPApplication {
    /// The authentication key alone is asked, whose certificate is the one that is read.
    package mutating func signingForms(
        of certificate: CardCertificate,
        on channel: inout AnyCardChannel
    ) throws(CardError) -> [SigningForm] {
        guard certificate.isForLogin else { return [] }
        return switch CertificateKey(certificate: certificate.der) {
        case .rsa: [.digestInfo]
        case .ec(let curve): [.ecdsa(curve.hash)]
        // EdDSA is not the only algorithm of that curve's keys: the card has to say that it is this key's.
        case .ed25519: data.authenticatesByEd25519 ? [.ed25519] : []
        case nil: []
        }
    }

    /// READ PUBLIC KEY of the authentication key, which takes no code (7.2.14).
    package mutating func holdsKey(
        of certificate: CardCertificate,
        on channel: inout AnyCardChannel
    ) throws(CardError) -> Bool? {
        guard certificate.id == Slot.authentication.id, let read = certificate.certificate else { return nil }
        let command = CommandAPDU(
            ins: Instruction.generateAsymmetricKeyPair,
            p1: 0x81,
            data: [0xA4, 0x00],
            expectedLength: min(SigningCommand.limit, channel.limits.maximumExpectedLength)
        )
        let response = try transported { () throws(TransportError) in
            try channel.exchange(command, limit: SigningCommand.limit)
        }
        guard response.status.isSuccess else { return nil }
        return OpenPGPPublicKey(parsing: response.data)?.matches(read.publicKeyBits)
    }

    /// INTERNAL AUTHENTICATE (7.2.13), which PW1 in mode 82 allows; ECDSA is answered with r and s one after the other.
    ///
    /// Ed25519 is given the challenge itself, which the card hashes (7.2.13).
    package mutating func sign(
        _ request: SigningRequest,
        with certificate: CardCertificate,
        on channel: inout CodeChannel
    ) throws(CardError) -> [UInt8] {
        guard try signingForms(of: certificate, on: &channel.plain).contains(request.form),
            request.isWellFormed,
            let key = CertificateKey(certificate: certificate.der)
        else { throw .notSupported }
        // The card takes a DigestInfo of two fifths of the modulus at most (7.2.13).
        if case .rsa(let bits) = key, request.input.count * 5 > bits / 8 * 2 { throw .notSupported }
        let command = CommandAPDU(
            ins: Instruction.internalAuthenticate,
            data: request.input,
            expectedLength: min(SigningCommand.limit, channel.plain.limits.maximumExpectedLength)
        )
        let answer = try SigningCommand.send(command, on: &channel.plain)
        return switch key {
        case .rsa(let bits): try SignatureValue.rsa(answer, bits: bits)
        case .ec(let curve): try SignatureValue.ecdsa(concatenated: answer, on: curve)
        case .ed25519: try SignatureValue.ed25519(answer)
        }
    }
}
