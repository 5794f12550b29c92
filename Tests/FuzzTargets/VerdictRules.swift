internal import COpenSSL
internal import CertificateTrust
internal import X509

/// What must hold of a verdict.
enum VerdictRules {
    static func judge(
        _ verdict: Verdict,
        of certificate: Certificate,
        purpose: Purpose,
        store: TrustStore,
        _ broken: inout BrokenRules
    ) {
        switch verdict {
        case .rejected(let reasons):
            broken.expect(!reasons.isEmpty, "rejected without a reason")
            broken.expect(Set(reasons).count == reasons.count, "the same reason twice")
            for reason in reasons {
                guard case .other(_, _, let text) = reason else { continue }
                CertificateRules.show(text, "a reason", &broken)
            }
        case .trusted(let chain):
            judge(chain, of: certificate, purpose: purpose, store: store, &broken)
        }
    }

    private static func judge(
        _ chain: [ChainLink],
        of certificate: Certificate,
        purpose: Purpose,
        store: TrustStore,
        _ broken: inout BrokenRules
    ) {
        broken.expect(chain.first?.certificate == certificate, "a chain of another certificate")
        broken.expect(
            store.anchors.contains { $0.certificate == chain.last?.certificate },
            "a chain that ends in no anchor"
        )
        broken.expect(chain.count <= Verification.standardChainLimit, "a chain too long")
        for link in chain {
            let read = link.certificate
            broken.expect(
                read.notBefore <= TestPKI.instant && TestPKI.instant <= read.notAfter,
                "trusted at a time of which it says nothing"
            )
            broken.expect(!read.extensions.isMalformed, "trusted although it is malformed")
            broken.expect(read.extensions.unknownCritical.isEmpty, "trusted although not understood")
            broken.expect(!read.key.hasWorthlessExponent && !read.key.isROCAShaped, "trusted with a weak key")
            broken.expect(read.key.bits >= (read.key.minimumBits ?? 0), "trusted with a short key")
        }
        for link in chain.dropLast() {
            broken.expect(!link.certificate.signature.isWeak, "trusted with a weak signature")
        }
        for link in chain.dropFirst() {
            broken.expect(link.certificate.extensions.isAuthority, "issued by no authority")
        }
        let needed: CertificateExtensions.KeyUsage? =
            switch purpose {
            case .login: .digitalSignature
            case .signing: .nonRepudiation
            case .any: nil
            }
        if let needed {
            broken.expect(
                certificate.extensions.keyUsage?.contains(needed) == true,
                "trusted for another use"
            )
        }
        broken.expect(
            isTrustedByOpenSSL(chain.map(\.certificate.der), isForLogin: purpose == .login),
            "trusted where OpenSSL alone does not trust"
        )
    }

    /// OpenSSL's own verdict on the chain from first to last, at the same instant.
    private static func isTrustedByOpenSSL(_ chain: [[UInt8]], isForLogin: Bool) -> Bool {
        defer { ERR_clear_error() }
        let list = unsafe chain.map { unsafe TestPKI.decoded($0) { unsafe d2i_X509(nil, $0, $1) } }
        defer { unsafe list.forEach { unsafe X509_free($0) } }
        guard let store = unsafe X509_STORE_new() else { return false }
        defer { unsafe X509_STORE_free(store) }
        guard let context = unsafe X509_STORE_CTX_new() else { return false }
        defer { unsafe X509_STORE_CTX_free(context) }
        guard let helpers = unsafe kv_certificates_new() else { return false }
        defer { unsafe kv_certificates_free(helpers) }
        unsafe list.forEach { unsafe _ = kv_certificates_push(helpers, $0) }
        guard let first = unsafe list.first, let last = unsafe list.last,
            unsafe X509_STORE_add_cert(store, last) == 1,
            unsafe X509_STORE_CTX_init(context, store, first, helpers) == 1,
            let parameters = unsafe X509_STORE_CTX_get0_param(context)
        else { return false }
        unsafe X509_VERIFY_PARAM_set_time(parameters, time_t(TestPKI.instant.seconds))
        if isForLogin {
            unsafe _ = X509_VERIFY_PARAM_set_purpose(parameters, X509_PURPOSE_SSL_CLIENT)
        }
        return unsafe X509_verify_cert(context) == 1
    }
}
