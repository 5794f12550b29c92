internal import COpenSSL

extension RSAKey {
    /// The RSASSA-PSS signature of a hash of 32, 48 or 64 octets, with a salt as long as the hash (RFC 8017, 8.1.1).
    func pssSignature(of hash: [UInt8]) -> [UInt8]? {
        defer { ERR_clear_error() }
        let function: OpaquePointer? =
            switch hash.count {
            case 32: unsafe EVP_sha256()
            case 48: unsafe EVP_sha384()
            case 64: unsafe EVP_sha512()
            default: nil
            }
        guard let function = unsafe function, let context = unsafe EVP_PKEY_CTX_new(key, nil) else {
            return nil
        }
        defer { unsafe EVP_PKEY_CTX_free(context) }
        guard unsafe EVP_PKEY_sign_init(context) == 1,
            unsafe EVP_PKEY_CTX_set_rsa_padding(context, RSA_PKCS1_PSS_PADDING) == 1,
            unsafe EVP_PKEY_CTX_set_signature_md(context, function) == 1,
            unsafe EVP_PKEY_CTX_set_rsa_pss_saltlen(context, RSA_PSS_SALTLEN_DIGEST) == 1
        else { return nil }
        var output = [UInt8](repeating: 0, count: size)
        var length = size
        let done = unsafe output.withUnsafeMutableBufferPointer { output in
            unsafe hash.withUnsafeBufferPointer { input in
                unsafe EVP_PKEY_sign(context, output.baseAddress, &length, input.baseAddress, input.count)
            }
        }
        return done == 1 && length == size ? output : nil
    }
}
