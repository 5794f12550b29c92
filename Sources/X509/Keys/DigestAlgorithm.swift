internal import COpenSSL

/// A hash function by which a card signs (FIPS 180-4).
package enum DigestAlgorithm: Int, CaseIterable, Hashable, Sendable {
    case sha256 = 256
    case sha384 = 384
    case sha512 = 512

    /// Octets of a hash.
    package var length: Int { rawValue / 8 }

    /// OpenSSL's `EVP_MD`.
    package var method: OpaquePointer? {
        switch self {
        case .sha256: unsafe EVP_sha256()
        case .sha384: unsafe EVP_sha384()
        case .sha512: unsafe EVP_sha512()
        }
    }
}
