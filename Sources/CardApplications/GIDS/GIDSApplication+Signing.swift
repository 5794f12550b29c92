package import CardCore

extension GIDSApplication {
    /// RSA alone: OpenSC's gids driver knows how to ask for nothing else, and GidsApplet has nothing else.
    package mutating func signingForms(
        of certificate: CardCertificate,
        on channel: inout AnyCardChannel
    ) throws(CardError) -> [SigningForm] {
        guard certificate.isForLogin, case .rsa(let bits) = CertificateKey(certificate: certificate.der),
            Self.mechanism(bits: bits) != nil,
            try keyReference(of: certificate, on: &channel) != nil
        else { return [] }
        return [.digestInfo, .paddedMessage(length: bits / 8)]
    }

    /// MANAGE SECURITY ENVIRONMENT with mechanism and key, then COMPUTE DIGITAL SIGNATURE.
    package mutating func sign(
        _ request: SigningRequest,
        with certificate: CardCertificate,
        on channel: inout CodeChannel
    ) throws(CardError) -> [UInt8] {
        guard try signingForms(of: certificate, on: &channel.plain).contains(request.form),
            request.isWellFormed,
            case .rsa(let bits) = CertificateKey(certificate: certificate.der),
            let mechanism = Self.mechanism(bits: bits),
            let reference = try keyReference(of: certificate, on: &channel.plain)
        else { throw .notSupported }
        // 5X: the card pads by PKCS#1 v1.5; 1X: it is padded already (GIDS, 12.5.3.1, as GidsApplet reads it).
        let padding: UInt8 = request.form == .digestInfo ? 0x50 : 0x10
        try SigningCommand.setEnvironment(
            [0x80, 0x01, mechanism | padding, 0x84, 0x01, reference],
            on: &channel.plain
        )
        let signature = try SigningCommand.computeSignature(
            of: request.input,
            length: (bits + 7) / 8,
            on: &channel.plain
        )
        return try SignatureValue.rsa(signature, bits: bits)
    }

    /// Cryptographic mechanism identifiers of RSA (GIDS, 12.5.3.1, through OpenSC's gids driver).
    private static func mechanism(bits: Int) -> UInt8? {
        [1_024: 0x06, 2_048: 0x07, 3_072: 0x08, 4_096: 0x09][bits]
    }

    /// The key of the container that the certificate belongs to: `81` and the container's number (OpenSC's gids driver).
    ///
    /// A container with two keys does not tell which one that is, and OpenSC leaves it out as well.
    private mutating func keyReference(
        of certificate: CardCertificate,
        on channel: inout AnyCardChannel
    ) throws(CardError) -> UInt8? {
        let container = try readContainers(on: &channel).first {
            Self.certificateFiles(of: $0) == [certificate.id]
        }
        return container.flatMap { UInt8(exactly: 0x81 + $0.index) }
    }
}
