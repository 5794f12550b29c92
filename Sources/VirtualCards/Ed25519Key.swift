internal import COpenSSL

/// An Ed25519 private key that signs, in OpenSSL.
@safe final class Ed25519Key {
    private let key: OpaquePointer

    private static let signatureLength = 64

    /// The key in `pem`; `nil` when there is none or it is of another kind.
    init?(pem: String) {
        guard let parsed = unsafe PrivateKeyFile.parse(pem) else { return nil }
        guard unsafe EVP_PKEY_get_base_id(parsed) == EVP_PKEY_ED25519 else {
            unsafe EVP_PKEY_free(parsed)
            return nil
        }
        unsafe key = parsed
    }

    deinit { unsafe EVP_PKEY_free(key) }

    /// The signature of a whole message (RFC 8032, 5.1.6).
    func signature(of message: [UInt8]) -> [UInt8]? {
        defer { ERR_clear_error() }
        guard let context = unsafe EVP_MD_CTX_new() else { return nil }
        defer { unsafe EVP_MD_CTX_free(context) }
        guard unsafe EVP_DigestSignInit(context, nil, nil, nil, key) == 1 else { return nil }
        var output = [UInt8](repeating: 0, count: Self.signatureLength)
        var length = output.count
        let done = unsafe EVP_DigestSign(context, &output, &length, message, message.count)
        return done == 1 && length == output.count ? output : nil
    }
}
