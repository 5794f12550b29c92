internal import COpenSSL

/// An EC private key that signs, in OpenSSL.
@safe final class ECKey {
    private let key: OpaquePointer

    /// Octets of the order: 32 of P-256, 48 of P-384.
    let size: Int

    /// The key in `pem`; `nil` when there is none or it is of another kind.
    init?(pem: String) {
        guard let parsed = unsafe PrivateKeyFile.parse(pem) else { return nil }
        let size = (Int(unsafe EVP_PKEY_get_bits(parsed)) + 7) / 8
        guard unsafe EVP_PKEY_get_base_id(parsed) == EVP_PKEY_EC, size == 32 || size == 48 else {
            unsafe EVP_PKEY_free(parsed)
            return nil
        }
        unsafe key = parsed
        self.size = size
    }

    deinit { unsafe EVP_PKEY_free(key) }

    /// The signature of a hash as ECDSA-Sig-Value.
    func signature(of hash: [UInt8]) -> [UInt8]? {
        defer { ERR_clear_error() }
        guard !hash.isEmpty, let context = unsafe EVP_PKEY_CTX_new(key, nil) else { return nil }
        defer { unsafe EVP_PKEY_CTX_free(context) }
        guard unsafe EVP_PKEY_sign_init(context) == 1 else { return nil }
        var output = [UInt8](repeating: 0, count: 2 * size + 16)
        var length = output.count
        let done = unsafe output.withUnsafeMutableBufferPointer { output in
            unsafe hash.withUnsafeBufferPointer { input in
                unsafe EVP_PKEY_sign(context, output.baseAddress, &length, input.baseAddress, input.count)
            }
        }
        return done == 1 ? Array(output.prefix(length)) : nil
    }

    /// The same signature as r and s, one after the other and each as long as the order.
    func concatenatedSignature(of hash: [UInt8]) -> [UInt8]? {
        guard let encoded = signature(of: hash) else { return nil }
        let value = unsafe encoded.withUnsafeBufferPointer { bytes -> OpaquePointer? in
            var position = bytes.baseAddress
            return unsafe d2i_ECDSA_SIG(nil, &position, bytes.count)
        }
        guard let value = unsafe value else { return nil }
        defer { unsafe ECDSA_SIG_free(value) }
        var output = [UInt8](repeating: 0, count: 2 * size)
        let length = Int32(clamping: size)
        let done = unsafe output.withUnsafeMutableBufferPointer { output -> Bool in
            guard let start = output.baseAddress else { return false }
            return unsafe BN_bn2binpad(ECDSA_SIG_get0_r(value), start, length) == length
                && BN_bn2binpad(ECDSA_SIG_get0_s(value), start + size, length) == length
        }
        return done ? output : nil
    }
}

/// Reads private keys in PEM.
enum PrivateKeyFile {
    /// The key in `pem`, owned by the caller; `nil` when there is none.
    static func parse(_ pem: String) -> OpaquePointer? {
        let text = Array(pem.utf8)
        let parsed = unsafe text.withUnsafeBytes { bytes -> OpaquePointer? in
            guard let bio = unsafe BIO_new_mem_buf(bytes.baseAddress, Int32(clamping: bytes.count)) else {
                return nil
            }
            defer { unsafe BIO_free(bio) }
            return unsafe PEM_read_bio_PrivateKey(bio, nil, nil, nil)
        }
        if unsafe parsed == nil { ERR_clear_error() }
        return unsafe parsed
    }
}
