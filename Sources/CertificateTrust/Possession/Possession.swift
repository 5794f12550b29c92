internal import COpenSSL
package import X509

/// Whether somebody holds the private key of a certificate, by a signature over our challenge.
package enum Possession: Hashable, Sendable {
    /// How a card signs.
    package enum Scheme: Hashable, Sendable {
        /// RSASSA-PKCS1-v1_5 (RFC 8017, 8.2).
        case rsaPKCS1(DigestAlgorithm)
        /// RSASSA-PSS (RFC 8017, 8.1), MGF1 with the same digest, a salt as long as the digest.
        case rsaPSS(DigestAlgorithm)
        /// ECDSA, the signature in DER (RFC 3279, 2.2.3).
        case ecdsaDER(DigestAlgorithm)
        /// Ed25519, whose message is the challenge itself (RFC 8032, 5.1).
        case ed25519
    }

    /// Why nothing can be said.
    package enum Obstacle: Hashable, Sendable {
        /// The scheme does not go with the certificate's kind of key.
        case schemeDoesNotFit(PublicKey.Kind)
        /// A key that anybody could have signed with proves nothing.
        case weakKey
        case library(OpenSSLError)
    }

    /// The key of the certificate made the signature over this challenge.
    case proven
    /// It did not.
    case refuted
    /// It could not be found out.
    case unknown(Obstacle)

    /// Curves that cards sign with, by OpenSSL's names.
    private static let curves: Set = ["prime256v1", "secp384r1"]
    /// A signature of an RSA key of 16,384 bits, the most that OpenSSL takes.
    private static let maximumSize = 2048

    /// Checks `signature` with the key of `certificate`, which is not judged otherwise.
    ///
    /// Wraps `EVP_DigestVerify`.
    package static func check(
        of certificate: Certificate,
        challenge: Challenge,
        signature: [UInt8],
        scheme: Scheme
    ) -> Possession {
        let key = certificate.key
        guard !key.hasWorthlessExponent, !key.isROCAShaped else { return .unknown(.weakKey) }
        switch (scheme, key.kind) {
        case (.rsaPKCS1, .rsa), (.rsaPSS, .rsa), (.rsaPSS, .rsaPSS): break
        case (.ecdsaDER, .ellipticCurve(let curve)) where curves.contains(curve): break
        case (.ed25519, .other) where key.isEd25519: break
        default: return .unknown(.schemeDoesNotFit(key.kind))
        }
        guard !signature.isEmpty, signature.count <= maximumSize else { return .refuted }
        do throws(OpenSSLError) {
            return try verify(signature, over: challenge, scheme: scheme, certificate: certificate)
        } catch {
            return .unknown(.library(error))
        }
    }

    private static func verify(
        _ signature: [UInt8],
        over challenge: Challenge,
        scheme: Scheme,
        certificate: Certificate
    ) throws(OpenSSLError) -> Possession {
        try OpenSSLError.prepareQueue()
        guard let context = unsafe OpenSSLObject(adopting: EVP_MD_CTX_new(), freedBy: EVP_MD_CTX_free) else {
            throw .drain()
        }
        let (digest, isPSS): (DigestAlgorithm?, Bool) =
            switch scheme {
            case .rsaPKCS1(let digest), .ecdsaDER(let digest): (digest, false)
            case .rsaPSS(let digest): (digest, true)
            case .ed25519: (nil, false)
            }
        let isReady = unsafe certificate.handle.with { x509 in
            unsafe context.with { context in
                var parameters: OpaquePointer?
                let key = unsafe X509_get0_pubkey(x509)
                guard unsafe EVP_DigestVerifyInit(context, &parameters, digest?.method, nil, key) == 1 else {
                    return false
                }
                guard isPSS else { return true }
                return unsafe EVP_PKEY_CTX_set_rsa_padding(parameters, RSA_PKCS1_PSS_PADDING) == 1
                    && EVP_PKEY_CTX_set_rsa_pss_saltlen(parameters, RSA_PSS_SALTLEN_DIGEST) == 1
            }
        }
        guard isReady else { throw .drain() }
        let result = unsafe context.with { context in
            unsafe EVP_DigestVerify(
                context,
                signature,
                signature.count,
                challenge.bytes,
                challenge.bytes.count
            )
        }
        // Anything but 1 is no signature of this key; a malformed one makes OpenSSL say -1.
        guard result == 1 else {
            let error = OpenSSLError.drain()
            guard error.isWrongSignature(isRSA: certificate.key.isRSA) else { throw error }
            return .refuted
        }
        return .proven
    }
}
