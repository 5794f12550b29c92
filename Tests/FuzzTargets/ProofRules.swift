internal import CardApplications
internal import CardCore
internal import CardOperations
internal import X509

/// What must hold of a signature that shows that a card holds a key.
enum ProofRules {
    /// Something to sign in one of the forms; no form of another length is asked for.
    static func request(among forms: [SigningForm], choice: UInt8) -> SigningRequest? {
        guard choice != 0x0F, !forms.isEmpty else { return nil }
        let form = forms[Int(choice) % forms.count]
        // The DigestInfo of a SHA-256 (RFC 8017, 9.2, note 1), of a hash that is none.
        let information: [UInt8] =
            [
                0x30, 0x31, 0x30, 0x0D, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x01,
                0x05,
                0x00, 0x04, 0x20,
            ] + [UInt8](repeating: 0xA5, count: 32)
        return switch form {
        case .digestInfo: SigningRequest(form: form, input: information)
        case .pkcs1(let hash), .pss(let hash), .ecdsa(let hash):
            SigningRequest(form: form, input: [UInt8](repeating: 0xA5, count: hash.length))
        case .paddedMessage(let length): SigningRequest(padding: information, length: length)
        case .ed25519: SigningRequest(form: form, input: [UInt8](repeating: 0xA5, count: 32))
        }
    }

    static func judge(
        _ outcome: CardTarget.Outcome,
        _ commands: [HostileCard.Command],
        _ broken: inout BrokenRules
    ) {
        let code = commands.lastIndex(where: \.carriesSecret)
        for (index, command) in commands.enumerated() where isSignature(command) {
            broken.expect(
                code.map { $0 < index && commands[$0].finalStatus?.isSuccess == true } ?? false,
                "a signature asked for without a verified code"
            )
        }
        guard case .proof(let proof) = outcome else { return }
        broken.expect(proof.certificate.isForLogin, "a proof with a key that binds its holder")
        broken.expect(proof.request.isWellFormed, "a request of another length than its form has")
        broken.expect((8...1_024).contains(proof.signature.count), "a signature of an impossible length")
        broken.expect(
            commands.contains { isSignature($0) && $0.finalStatus?.isSuccess == true },
            "a signature that the card did not make"
        )
    }

    /// PERFORM SECURITY OPERATION, INTERNAL AUTHENTICATE, GENERAL AUTHENTICATE.
    private static func isSignature(_ command: HostileCard.Command) -> Bool {
        [0x2A, 0x87, 0x88].contains(command.header[1])
    }
}
