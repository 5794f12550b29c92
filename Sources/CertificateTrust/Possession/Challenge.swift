internal import COpenSSL
package import X509

/// A random number of ours that a card signs to show that it holds a key.
///
/// Never one that the card had a say in.
package struct Challenge: Hashable, Sendable {
    /// 32 bytes, as many as SHA-256 gives.
    package let bytes: [UInt8]

    private static let size = 32

    /// Wraps `RAND_bytes`.
    package init() throws(OpenSSLError) {
        var bytes = [UInt8](repeating: 0, count: Self.size)
        guard unsafe RAND_bytes(&bytes, Int32(bytes.count)) == 1 else { throw .drain() }
        self.bytes = bytes
    }

    /// The hash that a card signs.
    package func hash(_ digest: DigestAlgorithm) throws(OpenSSLError) -> [UInt8] {
        try unsafe MessageDigest.hash(of: bytes, by: digest.method)
    }

    /// The hash with its algorithm in front, for cards that only pad (DigestInfo; RFC 8017, 9.2, note 1).
    package func digestInfo(_ digest: DigestAlgorithm) throws(OpenSSLError) -> [UInt8] {
        digest.digestInfoPrefix + (try hash(digest))
    }
}

extension DigestAlgorithm {
    /// RFC 8017, 9.2, note 1.
    fileprivate var digestInfoPrefix: [UInt8] {
        let algorithm: UInt8 =
            switch self {
            case .sha256: 1
            case .sha384: 2
            case .sha512: 3
            }
        let size = UInt8(length)
        return [
            0x30, 17 + size, 0x30, 0x0D, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02,
            algorithm,
            0x05, 0x00, 0x04, size,
        ]
    }
}
