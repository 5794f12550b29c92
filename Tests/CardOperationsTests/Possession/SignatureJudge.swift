import COpenSSL
import CardApplications
import Testing
import X509

/// OpenSSL, which makes what a card is asked to sign and says whether its signature fits a certificate.
enum SignatureJudge {
    /// What pads the message where the card does not.
    enum Padding: String, Sendable {
        case pkcs1, pss
    }

    /// The request in `form` for `message`.
    static func request(_ form: SigningForm, for message: [UInt8], padding: Padding) -> SigningRequest {
        let hash = hash(message, hash(of: form))
        let input =
            switch form {
            case .pkcs1, .pss, .ecdsa: hash
            case .digestInfo: digestInfo + hash
            case .paddedMessage(let length):
                padding == .pss
                    ? pssBlock(hash, length: length) : pkcs1Block(digestInfo + hash, length: length)
            case .ed25519: hash
            }
        return SigningRequest(form: form, input: input)
    }

    /// Whether `signature` is one of `message` by the key in the certificate.
    static func accepts(
        _ signature: [UInt8],
        of message: [UInt8],
        form: SigningForm,
        padding: Padding,
        certificate der: [UInt8]
    ) -> Bool {
        defer { ERR_clear_error() }
        let certificate = unsafe der.withUnsafeBufferPointer { bytes -> OpaquePointer? in
            var position = bytes.baseAddress
            return unsafe d2i_X509(nil, &position, bytes.count)
        }
        guard let certificate = unsafe certificate else { return false }
        defer { unsafe X509_free(certificate) }
        if form == .ed25519 {
            // The message that was signed is the hash.
            let input = hash(message, .sha256)
            guard let context = unsafe EVP_MD_CTX_new() else { return false }
            defer { unsafe EVP_MD_CTX_free(context) }
            let key = unsafe X509_get0_pubkey(certificate)
            return unsafe EVP_DigestVerifyInit(context, nil, nil, nil, key) == 1
                && EVP_DigestVerify(context, signature, signature.count, input, input.count) == 1
        }
        guard let context = unsafe EVP_PKEY_CTX_new(X509_get0_pubkey(certificate), nil) else { return false }
        defer { unsafe EVP_PKEY_CTX_free(context) }
        let function = hash(of: form)
        guard unsafe EVP_PKEY_verify_init(context) == 1 else { return false }
        let isPSS: Bool
        switch form {
        case .ecdsa, .ed25519: isPSS = false
        case .pss: isPSS = true
        case .digestInfo, .pkcs1: isPSS = false
        case .paddedMessage: isPSS = padding == .pss
        }
        if case .ecdsa = form {
        } else {
            let padding = isPSS ? RSA_PKCS1_PSS_PADDING : RSA_PKCS1_PADDING
            guard unsafe EVP_PKEY_CTX_set_rsa_padding(context, padding) == 1 else { return false }
        }
        guard unsafe EVP_PKEY_CTX_set_signature_md(context, digest(function)) == 1 else { return false }
        if isPSS {
            guard unsafe EVP_PKEY_CTX_set_rsa_pss_saltlen(context, RSA_PSS_SALTLEN_DIGEST) == 1 else {
                return false
            }
        }
        let hash = hash(message, function)
        return unsafe EVP_PKEY_verify(context, signature, signature.count, hash, hash.count) == 1
    }

    private static func hash(of form: SigningForm) -> DigestAlgorithm {
        switch form {
        case .pkcs1(let hash), .pss(let hash), .ecdsa(let hash): hash
        case .digestInfo, .paddedMessage, .ed25519: .sha256
        }
    }

    private static func digest(_ hash: DigestAlgorithm) -> OpaquePointer? {
        switch hash {
        case .sha256: unsafe EVP_sha256()
        case .sha384: unsafe EVP_sha384()
        case .sha512: unsafe EVP_sha512()
        }
    }

    private static func hash(_ message: [UInt8], _ function: DigestAlgorithm) -> [UInt8] {
        var output = [UInt8](repeating: 0, count: function.length)
        var length = UInt32(output.count)
        let done = unsafe EVP_Digest(message, message.count, &output, &length, digest(function), nil)
        #expect(done == 1 && length == UInt32(output.count))
        return output
    }

    /// What precedes a SHA-256 hash (RFC 8017, 9.2, note 1).
    static let digestInfo: [UInt8] = [
        0x30, 0x31, 0x30, 0x0D, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x01, 0x05, 0x00,
        0x04, 0x20,
    ]

    /// EMSA-PKCS1-v1_5 (RFC 8017, 9.2).
    static func pkcs1Block(_ information: [UInt8], length: Int) -> [UInt8] {
        [0x00, 0x01] + [UInt8](repeating: 0xFF, count: length - information.count - 3) + [0x00] + information
    }

    /// EMSA-PSS with SHA-256 for a modulus of whole octets (RFC 8017, 9.1.1).
    private static func pssBlock(_ hash: [UInt8], length: Int) -> [UInt8] {
        let salt = (0..<hash.count).map { _ in UInt8.random(in: 0...255) }
        let check = Self.hash([UInt8](repeating: 0, count: 8) + hash + salt, .sha256)
        let padding = [UInt8](repeating: 0, count: length - salt.count - check.count - 2)
        let block = padding + [0x01] + salt
        var mask: [UInt8] = []
        var counter: UInt8 = 0
        while mask.count < block.count {
            mask += Self.hash(check + [0, 0, 0, counter], .sha256)
            counter += 1
        }
        var masked = zip(block, mask).map { $0 ^ $1 }
        masked[0] &= 0x7F
        return masked + check + [0xBC]
    }
}
