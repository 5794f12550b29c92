internal import COpenSSL
internal import CertificateTrust
import X509

/// What a C program does that verifies many certificates: everything prepared once, and a context for each.
///
/// Lives as long as the process, which frees its objects with all its memory.
@safe final class BareVerification {
    /// How revocation lists are asked.
    enum Lists {
        /// By `X509_verify_cert`, which asks them all, and the anchor's about the anchor too.
        case byOpenSSL
        /// As we do it, for every certificate but the anchor: by the calls that check a list and look into it.
        case likeOurs
    }

    private let lists: Lists
    private let store: OpaquePointer
    private let issuers: OpaquePointer
    private let leaf: OpaquePointer
    private let der: [UInt8]
    /// From the leaf's issuer upwards.
    private let crls: [OpaquePointer]

    /// `files` are revocation lists in DER, the leaf's first; `nil` when OpenSSL cannot read what is given.
    init?(leaf der: [UInt8], trust: TrustStore, files: [String], _ lists: Lists, at instant: Instant) {
        guard let store = unsafe X509_STORE_new(), let issuers = unsafe kv_certificates_new(),
            let leaf = unsafe Self.certificate(der), let parameters = unsafe X509_STORE_get0_param(store)
        else { return nil }
        var crls: [OpaquePointer] = unsafe []
        for path in files {
            guard let file = unsafe BIO_new_file(path, "rb"), let crl = unsafe d2i_X509_CRL_bio(file, nil),
                unsafe X509_STORE_add_crl(store, crl) == 1
            else { return nil }
            unsafe crls.append(crl)
            unsafe BIO_free_all(file)
        }
        unsafe (self.store, self.issuers, self.leaf, self.der) = (store, issuers, leaf, der)
        unsafe (self.lists, self.crls) = (lists, crls)
        for anchor in trust.anchors {
            guard let x509 = unsafe Self.certificate(anchor.certificate.der),
                unsafe X509_STORE_add_cert(store, x509) == 1
            else { return nil }
        }
        for issuer in trust.intermediates {
            guard let x509 = unsafe Self.certificate(issuer.certificate.der),
                unsafe kv_certificates_push(issuers, x509) > 0
            else { return nil }
        }
        unsafe X509_VERIFY_PARAM_set_time(parameters, time_t(instant.seconds))
        let flags =
            switch lists {
            case .byOpenSSL: X509_V_FLAG_CRL_CHECK | X509_V_FLAG_CRL_CHECK_ALL
            case .likeOurs: X509_V_FLAG_POLICY_CHECK
            }
        guard unsafe X509_VERIFY_PARAM_set_flags(parameters, UInt(flags)) == 1 else { return nil }
    }

    /// Verifies the certificate that was read once.
    func verify() -> Bool { unsafe verify(leaf) }

    /// Reads the certificate and verifies it.
    func readAndVerify() -> Bool {
        guard let x509 = unsafe Self.certificate(der) else { return false }
        defer { unsafe X509_free(x509) }
        return unsafe verify(x509)
    }

    private func verify(_ x509: OpaquePointer) -> Bool {
        guard let context = unsafe X509_STORE_CTX_new() else { return false }
        defer { unsafe X509_STORE_CTX_free(context) }
        guard unsafe X509_STORE_CTX_init(context, store, x509, issuers) == 1,
            unsafe X509_verify_cert(context) == 1
        else { return false }
        return unsafe lists == .byOpenSSL || isOnNoList(X509_STORE_CTX_get0_chain(context))
    }

    private func isOnNoList(_ chain: OpaquePointer?) -> Bool {
        for unsafe(index, crl) in unsafe crls.enumerated() {
            let certificate = unsafe kv_certificates_at(chain, Int32(index))
            guard let issuer = unsafe kv_certificates_at(chain, Int32(index) + 1),
                unsafe X509_CRL_verify(crl, X509_get0_pubkey(issuer)) == 1,
                unsafe X509_CRL_get0_by_cert(crl, nil, certificate) == 0
            else { return false }
        }
        return true
    }

    private static func certificate(_ der: [UInt8]) -> OpaquePointer? {
        unsafe der.withUnsafeBufferPointer { bytes in
            var cursor = bytes.baseAddress
            return unsafe d2i_X509(nil, &cursor, bytes.count)
        }
    }
}
