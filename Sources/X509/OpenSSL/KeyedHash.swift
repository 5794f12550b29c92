internal import COpenSSL

/// HMAC (RFC 2104): a hash that nobody can make, or try values against, without the key.
package enum KeyedHash {
    /// HMAC-SHA-256, 32 bytes; `nil` when OpenSSL fails.
    ///
    /// Wraps `HMAC`.
    package static func sha256(of message: [UInt8], key: [UInt8]) -> [UInt8]? {
        var output = [UInt8](repeating: 0, count: Int(EVP_MAX_MD_SIZE))
        var length: UInt32 = 0
        let made = unsafe HMAC(
            EVP_sha256(),
            key,
            Int32(clamping: key.count),
            message,
            message.count,
            &output,
            &length
        )
        guard unsafe made != nil, length == 32 else {
            ERR_clear_error()
            return nil
        }
        return Array(output.prefix(32))
    }
}
