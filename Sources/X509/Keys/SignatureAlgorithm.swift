package import COpenSSL

/// How something was signed: a certificate, a list of revoked certificates, or an answer about one.
package struct SignatureAlgorithm: Hashable, Sendable {
    /// OpenSSL's name of algorithm and digest, such as `RSA-SHA256`.
    package let name: String
    /// OpenSSL's name of the digest, such as `SHA1`; `nil` where the algorithm has none of its own or is unknown.
    package let digest: String?
    /// MD5, SHA-1 and digests as weak as these; an unknown algorithm counts as weak.
    package let isWeak: Bool

    /// What it costs to make two documents with one signature, as a power of two; less is weak (NIST SP 800-57, part 1,
    /// revision 5, table 4): MD5 and SHA-1 are below, SHA-224 is not.
    private static let minimumSecurityBits: Int32 = 112

    /// What goes wrong stays in OpenSSL's queue.
    ///
    /// Wraps `OBJ_find_sigid_algs`.
    package init(reading algorithm: UnsafePointer<X509_ALGOR>?) {
        func text(_ number: Int32) -> String? {
            number == NID_undef ? nil : unsafe OBJ_nid2sn(number).map { unsafe String(cString: $0) }
        }
        let number = unsafe algorithm.map { unsafe OBJ_obj2nid($0.pointee.algorithm) } ?? NID_undef
        name = text(number) ?? "?"
        var digest: Int32 = 0
        guard unsafe OBJ_find_sigid_algs(number, &digest, nil) == 1 else {
            (self.digest, isWeak) = (nil, true)
            return
        }
        let isPSS = number == NID_rsassaPss
        if isPSS { digest = unsafe Self.pssDigest(algorithm) }
        self.digest = text(digest)
        // EdDSA hashes by itself, as strongly as its curve is (RFC 8032, 8.5).
        guard isPSS || digest != NID_undef else {
            isWeak = false
            return
        }
        // Half of the digest's bits: collisions are what matters.
        let method = unsafe EVP_get_digestbyname(text(digest) ?? "")
        isWeak = unsafe method.map { unsafe EVP_MD_get_size($0) * 4 < Self.minimumSecurityBits } ?? true
    }

    /// The digest of RSASSA-PSS, which stands in the parameters and is SHA-1 where nothing does (RFC 4055, 3.1).
    ///
    /// Wraps `d2i_RSA_PSS_PARAMS`.
    private static func pssDigest(_ algorithm: UnsafePointer<X509_ALGOR>?) -> Int32 {
        guard let parameter = unsafe algorithm?.pointee.parameter,
            unsafe ASN1_TYPE_get(parameter) == V_ASN1_SEQUENCE,
            let bytes = unsafe ASN1String.bytes(of: parameter.pointee.value.sequence, limit: 1024)
        else { return NID_undef }
        let decoded = unsafe bytes.withUnsafeBufferPointer { bytes in
            var cursor = bytes.baseAddress
            return unsafe d2i_RSA_PSS_PARAMS(nil, &cursor, bytes.count).map { OpaquePointer($0) }
        }
        guard
            let parameters = unsafe OpenSSLObject(
                adopting: decoded,
                freedBy: { unsafe RSA_PSS_PARAMS_free(UnsafeMutablePointer($0)) }
            )
        else {
            return NID_undef
        }
        return unsafe parameters.with { parameters in
            let parameters = unsafe UnsafePointer<RSA_PSS_PARAMS>(parameters)
            guard let hash = unsafe parameters.pointee.hashAlgorithm else { return NID_sha1 }
            return unsafe OBJ_obj2nid(hash.pointee.algorithm)
        }
    }
}

extension SignatureAlgorithm {
    /// Wraps `X509_get0_signature`.
    init(of certificate: OpaquePointer) {
        var algorithm: UnsafePointer<X509_ALGOR>?
        unsafe X509_get0_signature(nil, &algorithm, certificate)
        self = unsafe SignatureAlgorithm(reading: algorithm)
    }
}
