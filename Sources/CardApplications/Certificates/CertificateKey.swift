package import X509

/// The public key of a certificate, as far as a signature depends on it (RFC 5280, 4.1.2.7).
package enum CertificateKey: Hashable, Sendable {
    /// `bits` of the modulus, 512...8192.
    case rsa(bits: Int)
    case ec(Curve)
    /// Ed25519 (RFC 8410).
    case ed25519

    /// The curves that signatures are asked for, by the bits of their order.
    package enum Curve: Int, Hashable, Sendable {
        case p256 = 256
        case p384 = 384

        /// Octets of a coordinate, and of each half of a signature.
        package var length: Int { rawValue / 8 }
        /// The hash function that is as long as the order (FIPS 186-5, 6.4.1).
        package var hash: DigestAlgorithm { self == .p256 ? .sha256 : .sha384 }
    }

    /// Octets of a signature; of an ECDSA signature, r and s one after the other.
    var signatureLength: Int {
        switch self {
        case .rsa(let bits): (bits + 7) / 8
        case .ec(let curve): 2 * curve.length
        case .ed25519: 64
        }
    }

    /// OpenSSL's names of secp256r1 and secp384r1 (RFC 5480, 2.1.1.1).
    private static let curves: [String: Curve] = ["prime256v1": .p256, "secp384r1": .p384]

    /// The key in `certificate`, hostile; `nil` when it is none, or of another kind.
    package init?(certificate der: [UInt8]) {
        guard let key = (try? Certificate(der: der))?.key else { return nil }
        // Anybody can sign with such a key, so that its signature shows nothing.
        guard !key.isROCAShaped, !key.hasWorthlessExponent else { return nil }
        switch key.kind {
        case .rsa where (512...8_192).contains(key.bits): self = .rsa(bits: key.bits)
        case .ellipticCurve(let name):
            guard let curve = Self.curves[name] else { return nil }
            self = .ec(curve)
        case .other where key.isEd25519: self = .ed25519
        default: return nil
        }
    }
}
