package import CardCore
internal import X509

/// Signatures of Thales (Gemalto) cards: the environment, the hash, then the signature (FINEID S1; OpenSC's idprime driver).
///
/// FINEID is known through libelectronic-id, a public client that names the specification: MultiApp v3 signs by RSA with
/// key 01, MultiApp v4 by ECDSA.
package enum ThalesSignature {
    /// Where the cards of the maker differ.
    package struct Habits: Hashable, Sendable {
        /// Whether the algorithm of ECDSA says which hash it is; IDPrime says 44 for each.
        let ecdsaNamesHash: Bool
        /// Whether the command that brings the hash expects it back.
        let hashIsReturned: Bool

        package static let fineid = Habits(ecdsaNamesHash: true, hashIsReturned: false)
        package static let idPrime = Habits(ecdsaNamesHash: false, hashIsReturned: true)
    }

    /// What these cards take for `key`.
    static func forms(of key: CertificateKey) -> [SigningForm] {
        switch key {
        case .rsa:
            DigestAlgorithm.allCases.map(SigningForm.pkcs1) + DigestAlgorithm.allCases.map(SigningForm.pss)
        case .ec(let curve): [.ecdsa(curve.hash)]
        case .ed25519: []
        }
    }

    package static func compute(
        _ request: SigningRequest,
        with key: CertificateKey,
        reference: UInt8,
        _ habits: Habits,
        on channel: inout AnyCardChannel
    ) throws(CardError) -> [UInt8] {
        guard request.isWellFormed, let algorithm = algorithm(request.form, habits) else {
            throw .notSupported
        }
        try SigningCommand.setEnvironment([0x80, 0x01, algorithm, 0x84, 0x01, reference], on: &channel)
        // HASH of data that is hashed already: tag 90 (ISO/IEC 7816-8, 5.3).
        let hash = request.input
        let length = UInt8(truncatingIfNeeded: hash.count)
        let returned = try SigningCommand.send(
            CommandAPDU(
                ins: Instruction.performSecurityOperation,
                p1: 0x90,
                p2: 0xA0,
                data: [0x90, length] + hash,
                expectedLength: habits.hashIsReturned ? hash.count : nil
            ),
            on: &channel
        )
        // OpenSC's idprime driver insists on it, and here too no other hash is to be signed.
        guard returned.isEmpty || returned == hash else { throw .malformed(file: "hash") }
        let signature = try SigningCommand.computeSignature(length: key.signatureLength, on: &channel)
        return switch key {
        case .rsa(let bits): try SignatureValue.rsa(signature, bits: bits)
        case .ec(let curve): try SignatureValue.ecdsa(concatenated: signature, on: curve)
        case .ed25519: throw .notSupported
        }
    }

    /// Upper half: the hash function; lower half: PKCS#1 v1.5, ECDSA or PSS (FINEID S1; OpenSC's idprime driver).
    private static func algorithm(_ form: SigningForm, _ habits: Habits) -> UInt8? {
        func upper(_ hash: DigestAlgorithm) -> UInt8 {
            switch hash {
            case .sha256: 0x40
            case .sha384: 0x50
            case .sha512: 0x60
            }
        }
        return switch form {
        case .pkcs1(let hash): upper(hash) | 0x02
        case .pss(let hash): upper(hash) | 0x05
        case .ecdsa(let hash): (habits.ecdsaNamesHash ? upper(hash) : 0x40) | 0x04
        case .digestInfo, .paddedMessage, .ed25519: nil
        }
    }
}
