internal import COpenSSL

/// An RSA private key that signs, in OpenSSL.
@safe final class RSAKey {
    let key: OpaquePointer

    /// Bytes of the modulus.
    let size: Int

    /// The key in `pem`; `nil` when there is none or it is of another kind.
    init?(pem: String) {
        guard let parsed = unsafe PrivateKeyFile.parse(pem) else { return nil }
        guard unsafe EVP_PKEY_get_base_id(parsed) == EVP_PKEY_RSA else {
            unsafe EVP_PKEY_free(parsed)
            return nil
        }
        unsafe key = parsed
        size = Int(unsafe EVP_PKEY_get_size(parsed))
    }

    deinit { unsafe EVP_PKEY_free(key) }

    /// The signature of `data`, which is padded by PKCS#1 v1.5 unless it is as long as the modulus and `raw`.
    func signature(of data: [UInt8], raw: Bool) -> [UInt8]? {
        defer { ERR_clear_error() }
        guard raw ? data.count == size : (1...max(size - 11, 1)).contains(data.count) else { return nil }
        guard let context = unsafe EVP_PKEY_CTX_new(key, nil) else { return nil }
        defer { unsafe EVP_PKEY_CTX_free(context) }
        guard unsafe EVP_PKEY_sign_init(context) == 1,
            unsafe EVP_PKEY_CTX_set_rsa_padding(context, raw ? RSA_NO_PADDING : RSA_PKCS1_PADDING) == 1
        else { return nil }
        var output = [UInt8](repeating: 0, count: size)
        var length = size
        let done = unsafe output.withUnsafeMutableBufferPointer { output in
            unsafe data.withUnsafeBufferPointer { input in
                unsafe EVP_PKEY_sign(context, output.baseAddress, &length, input.baseAddress, input.count)
            }
        }
        return done == 1 && length == size ? output : nil
    }
}
