internal import COpenSSL

/// Hashes of bytes.
package enum MessageDigest {
    /// 32 bytes.
    package static func sha256(of bytes: [UInt8]) throws(OpenSSLError) -> [UInt8] {
        try unsafe hash(of: bytes, by: EVP_sha256())
    }

    /// Wraps `EVP_Digest`; `method` is what such as `EVP_sha256` gives.
    package static func hash(of bytes: [UInt8], by method: OpaquePointer?) throws(OpenSSLError) -> [UInt8] {
        var output = [UInt8](repeating: 0, count: Int(EVP_MAX_MD_SIZE))
        var length: UInt32 = 0
        guard unsafe EVP_Digest(bytes, bytes.count, &output, &length, method, nil) == 1 else {
            throw .drain()
        }
        return Array(output.prefix(Int(length)))
    }
}
