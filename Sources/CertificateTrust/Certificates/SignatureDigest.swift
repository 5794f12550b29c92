internal import COpenSSL

/// The digests of signature algorithms.
enum SignatureDigest {
    /// MD5, SHA-1 and whatever is as weak; an unknown algorithm counts as weak.
    ///
    /// PSS and EdDSA name no digest here, and are made with strong ones by every issuer. Wraps `OBJ_find_sigid_algs`.
    static func isWeak(_ algorithm: Int32) -> Bool {
        var digest: Int32 = 0
        guard unsafe OBJ_find_sigid_algs(algorithm, &digest, nil) == 1 else { return true }
        guard digest != NID_undef else { return false }
        guard let method = unsafe EVP_get_digestbyname(OBJ_nid2sn(digest)) else { return true }
        // Half of a digest's bits: collisions are what matters.
        let bits = unsafe Int(EVP_MD_get_size(method)) * 4
        return bits < SignatureAlgorithm.minimumSecurityBits
    }
}
