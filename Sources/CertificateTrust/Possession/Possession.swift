internal import COpenSSL

/// Whether somebody holds the private key of a certificate, by a signature over our challenge.
package enum Possession: Hashable, Sendable {
    /// How a card signs.
    package enum Scheme: Hashable, Sendable {
        /// RSASSA-PKCS1-v1_5 (RFC 8017, 8.2).
        case rsaPKCS1(Challenge.Digest)
        /// RSASSA-PSS (RFC 8017, 8.1), MGF1 with the same digest, a salt as long as the digest.
        case rsaPSS(Challenge.Digest)
        /// ECDSA, the signature in DER (RFC 3279, 2.2.3).
        case ecdsaDER(Challenge.Digest)
        /// ECDSA, r and s one after the other, as long as the curve each (ISO/IEC 7816-8).
        case ecdsaPlain(Challenge.Digest)
    }

    /// Why nothing can be said.
    package enum Obstacle: Hashable, Sendable {
        /// The scheme does not go with the certificate's kind of key.
        case schemeDoesNotFit(PublicKey.Kind)
        /// A key that anybody could have signed with proves nothing.
        case weakKey
        case library(LibraryError)
    }

    /// The key of the certificate made the signature over this challenge.
    case proven
    /// It did not.
    case refuted
    /// It could not be found out.
    case unknown(Obstacle)

    /// Curves that cards sign with, by the length of a coordinate in bytes.
    private static let curves = ["prime256v1": 32, "secp384r1": 48]
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
        var signature = signature
        switch (scheme, key.kind) {
        case (.rsaPKCS1, .rsa), (.rsaPSS, .rsa), (.rsaPSS, .rsaPSS): break
        case (.ecdsaDER, .ellipticCurve(let curve)) where curves[curve] != nil: break
        case (.ecdsaPlain, .ellipticCurve(let curve)):
            guard let size = curves[curve] else { return .unknown(.schemeDoesNotFit(key.kind)) }
            guard signature.count == size * 2 else { return .refuted }
            do throws(LibraryError) {
                signature = try encoded(signature, size: size)
            } catch {
                return .unknown(.library(error))
            }
        default: return .unknown(.schemeDoesNotFit(key.kind))
        }
        guard !signature.isEmpty, signature.count <= maximumSize else { return .refuted }
        do throws(LibraryError) {
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
    ) throws(LibraryError) -> Possession {
        guard let context = unsafe Owner<DigestContextObject>(adopting: EVP_MD_CTX_new()) else {
            throw .drain()
        }
        let (digest, isPSS) =
            switch scheme {
            case .rsaPKCS1(let digest), .ecdsaDER(let digest), .ecdsaPlain(let digest): (digest, false)
            case .rsaPSS(let digest): (digest, true)
            }
        let isReady = unsafe certificate.handle.with { x509 in
            unsafe context.with { context in
                var parameters: OpaquePointer?
                let key = unsafe X509_get0_pubkey(x509)
                guard unsafe EVP_DigestVerifyInit(context, &parameters, digest.method, nil, key) == 1 else {
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
            ERR_clear_error()
            return .refuted
        }
        return .proven
    }

    /// r and s as a SEQUENCE of two INTEGERs.
    ///
    /// Wraps `ECDSA_SIG_set0` and `i2d_ECDSA_SIG`.
    private static func encoded(_ plain: [UInt8], size: Int) throws(LibraryError) -> [UInt8] {
        guard let owner = unsafe Owner<ECDSASignatureObject>(adopting: ECDSA_SIG_new()) else {
            throw .drain()
        }
        return try unsafe owner.with { signature throws(LibraryError) in
            let r = unsafe BN_bin2bn(Array(plain.prefix(size)), Int32(size), nil)
            let s = unsafe BN_bin2bn(Array(plain.suffix(size)), Int32(size), nil)
            guard unsafe ECDSA_SIG_set0(signature, r, s) == 1 else {
                unsafe BN_free(r)
                unsafe BN_free(s)
                throw .drain()
            }
            var bytes: UnsafeMutablePointer<UInt8>?
            let count = unsafe i2d_ECDSA_SIG(signature, &bytes)
            guard count > 0, let start = unsafe bytes else { throw .drain() }
            defer { unsafe CRYPTO_free(start, #file, #line) }
            return unsafe Array(UnsafeBufferPointer(start: start, count: Int(count)))
        }
    }
}
