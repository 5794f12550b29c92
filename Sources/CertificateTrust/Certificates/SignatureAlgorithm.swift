internal import COpenSSL

/// How an issuer signed.
package struct SignatureAlgorithm: Hashable, Sendable {
    /// OpenSSL's name of algorithm and digest, such as `RSA-SHA256`.
    package let name: String
    /// OpenSSL's name of the digest, such as `SHA1`; `nil` where the algorithm has none of its own or is unknown.
    package let digest: String?
    /// What it costs to make two documents with one signature, as a power of two; `nil` when the algorithm is unknown.
    package let securityBits: Int?

    /// Less is weak (NIST SP 800-57, part 1, revision 5, table 4): MD5 and SHA-1 are below, SHA-224 is not.
    static let minimumSecurityBits = 112

    /// MD5, SHA-1 and whatever is as weak; an unknown algorithm counts as weak.
    package var isWeak: Bool { (securityBits ?? 0) < Self.minimumSecurityBits }

    /// Wraps `X509_get_signature_info`.
    init(of certificate: OpaquePointer) {
        func text(_ number: Int32) -> String? {
            number == NID_undef ? nil : unsafe OBJ_nid2sn(number).map { unsafe String(cString: $0) }
        }
        name = text(unsafe X509_get_signature_nid(certificate)) ?? "?"
        var (digest, key, bits): (Int32, Int32, Int32) = (0, 0, 0)
        guard unsafe X509_get_signature_info(certificate, &digest, &key, &bits, nil) == 1 else {
            ERR_clear_error()
            (self.digest, securityBits) = (nil, nil)
            return
        }
        self.digest = text(digest)
        securityBits = Int(bits)
    }
}
