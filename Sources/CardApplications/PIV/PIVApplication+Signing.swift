package import CardCore

extension PIVApplication {
    /// The slot that logs in, and that alone is asked for a signature: 9C is for signatures that bind (part 1, table 4b).
    static let loginSlot: UInt8 = 0x9A

    package mutating func signingForms(
        of certificate: CardCertificate,
        on channel: inout AnyCardChannel
    ) throws(CardError) -> [SigningForm] {
        guard certificate.id == Hex.string(of: [Self.loginSlot]), certificate.isForLogin,
            let key = CertificateKey(certificate: certificate.der), algorithm(key) != nil
        else { return [] }
        return switch key {
        case .rsa(let bits): [.paddedMessage(length: bits / 8)]
        case .ec(let curve): [.ecdsa(curve.hash)]
        case .ed25519: []
        }
    }

    /// GENERAL AUTHENTICATE: `7C { 82 empty, 81 challenge }`, answered by `7C { 82 signature }` (part 2, 3.2.4 and A.3).
    package mutating func sign(
        _ request: SigningRequest,
        with certificate: CardCertificate,
        on channel: inout CodeChannel
    ) throws(CardError) -> [UInt8] {
        guard try signingForms(of: certificate, on: &channel.plain).contains(request.form),
            request.isWellFormed,
            let key = CertificateKey(certificate: certificate.der), let algorithm = algorithm(key)
        else { throw .notSupported }
        let template = Self.object(0x7C, Self.object(0x82, []) + Self.object(0x81, request.input))
        let command = CommandAPDU(
            ins: Instruction.generalAuthenticate,
            p1: algorithm,
            p2: Self.loginSlot,
            data: template,
            expectedLength: min(SigningCommand.limit, channel.plain.limits.maximumExpectedLength)
        )
        let answer = try SigningCommand.send(command, on: &channel.plain)
        guard let value = PIVObject(answer, in: 0x7C)?.value(of: 0x82) else {
            throw .malformed(file: "signature")
        }
        return switch key {
        case .rsa(let bits): try SignatureValue.rsa(value, bits: bits)
        case .ec(let curve): try SignatureValue.ecdsa(encoded: value, on: curve)
        case .ed25519: throw .notSupported
        }
    }

    /// Algorithm identifiers of SP 800-78-5, table 9; 16 is Yubico's (firmware 5.7).
    private func algorithm(_ key: CertificateKey) -> UInt8? {
        switch key {
        case .rsa(1_024): 0x06
        case .rsa(2_048): 0x07
        case .rsa(3_072): 0x05
        case .rsa(4_096): yubiKey == nil ? nil : 0x16
        case .rsa: nil
        case .ec(.p256): 0x11
        case .ec(.p384): 0x14
        case .ed25519: nil
        }
    }

    private static func object(_ tag: UInt8, _ value: [UInt8]) -> [UInt8] {
        let (high, low) = (
            UInt8(truncatingIfNeeded: value.count >> 8), UInt8(truncatingIfNeeded: value.count)
        )
        return switch value.count {
        case ..<0x80: [tag, low] + value
        case ..<0x100: [tag, 0x81, low] + value
        default: [tag, 0x82, high, low] + value
        }
    }
}
