internal import COpenSSL

extension Certificate {
    /// The content of subjectPublicKey (RFC 5280, 4.1.2.7): an RSAPublicKey, a point of a curve, or the key itself.
    ///
    /// Wraps `X509_get0_pubkey_bitstr`.
    package var publicKeyBits: [UInt8] {
        unsafe handle.with { x509 in
            unsafe ASN1String.bytes(of: X509_get0_pubkey_bitstr(x509), limit: Self.maximumSize) ?? []
        }
    }
}
