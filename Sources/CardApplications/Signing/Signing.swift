internal import CardCore
package import X509

/// A form in which a card takes what it is to sign; the scheme of the signature follows from it.
package enum SigningForm: Hashable, Sendable {
    /// RSASSA-PKCS1-v1_5: the DigestInfo of any hash function, which the card pads (RFC 8017, 9.2, step 3 on).
    case digestInfo
    /// RSASSA-PKCS1-v1_5: the bare hash, of which the card makes everything (RFC 8017, 9.2, step 2 on).
    case pkcs1(DigestAlgorithm)
    /// RSASSA-PSS: the bare hash; MGF1 with the same hash function, salt as long as the hash (RFC 8017, 9.1.1).
    case pss(DigestAlgorithm)
    /// RSASP1: a whole block as long as the modulus, padded by whoever asks, by PKCS#1 v1.5 or PSS (RFC 8017, 5.2.1).
    case paddedMessage(length: Int)
    /// ECDSA: the bare hash, as long as the order of the curve.
    case ecdsa(DigestAlgorithm)
    /// Ed25519: the message itself, a challenge of 32 octets (RFC 8032, 5.1.6).
    case ed25519

    /// How many octets the card is given.
    var inputLength: ClosedRange<Int> {
        switch self {
        // From SHA-1 (RFC 8017, 9.2, note 1: 15 octets and the hash) to SHA-512 (19 octets and the hash).
        case .digestInfo: 35...83
        case .pkcs1(let hash), .pss(let hash), .ecdsa(let hash): hash.length...hash.length
        case .paddedMessage(let length): length...length
        case .ed25519: 32...32
        }
    }
}

/// What a card is asked to sign.
package struct SigningRequest: Hashable, Sendable {
    package let form: SigningForm
    /// DigestInfo, hash or padded block, as the form has it; no secret.
    package let input: [UInt8]

    package init(form: SigningForm, input: [UInt8]) {
        self.form = form
        self.input = input
    }

    /// The DigestInfo as a block of `length` octets, padded by PKCS#1 v1.5 (RFC 8017, 9.2, step 5); `nil` where it is too long.
    package init?(padding digestInfo: [UInt8], length: Int) {
        // Three octets around a padding of eight at least.
        guard digestInfo.count <= length - 11 else { return nil }
        let padding = [UInt8](repeating: 0xFF, count: length - digestInfo.count - 3)
        self.init(
            form: .paddedMessage(length: length),
            input: [0x00, 0x01] + padding + [0x00] + digestInfo
        )
    }

    /// Whether the input is as long as the form has it.
    package var isWellFormed: Bool { form.inputLength.contains(input.count) }
}

/// What all families send to have something signed.
enum SigningCommand {
    /// The longest response to any of these commands: a signature of RSA with 8,192 bits, and what stands around it.
    static let limit = 1_056

    /// MANAGE SECURITY ENVIRONMENT, SET for computation (P1 = 41) of a digital signature (P2 = B6) (ISO/IEC 7816-4, 11.6.11).
    static func setEnvironment(
        _ objects: [UInt8],
        on channel: inout AnyCardChannel
    ) throws(CardError) {
        _ = try send(
            CommandAPDU(ins: Instruction.manageSecurityEnvironment, p1: 0x41, p2: 0xB6, data: objects),
            on: &channel
        )
    }

    /// PERFORM SECURITY OPERATION, COMPUTE DIGITAL SIGNATURE (ISO/IEC 7816-8, 5.4), of `input` or of what was loaded before.
    ///
    /// `length` is that of the signature. Under T=0 a card that is asked for another one answers `6CXX`, and whether it still
    /// has the hash by then is its own affair.
    static func computeSignature(
        of input: [UInt8] = [],
        length: Int,
        on channel: inout AnyCardChannel
    ) throws(CardError) -> [UInt8] {
        try send(
            CommandAPDU(
                ins: Instruction.performSecurityOperation,
                p1: 0x9E,
                p2: 0x9A,
                data: input,
                expectedLength: min(length, channel.limits.maximumExpectedLength)
            ),
            on: &channel
        )
    }

    /// Sends a command that has to succeed; its response data.
    static func send(
        _ command: CommandAPDU,
        on channel: inout AnyCardChannel
    ) throws(CardError) -> [UInt8] {
        let response = try transported { () throws(TransportError) in
            try channel.exchange(command, limit: limit)
        }
        guard response.status.isSuccess else {
            throw .unexpected(response.status, instruction: command.ins)
        }
        return response.data
    }
}
