internal import COpenSSL
internal import X509

/// One run of OpenSSL's verification: the chain, and everything that it found against it.
///
/// Wraps `X509_verify_cert`.
struct CertificatePath {
    let certificate: Certificate
    let intermediates: [Certificate]
    let store: TrustStore
    let chainLimit: Int
    let instant: Instant

    struct Outcome {
        /// From the certificate as far as it went; has at least the certificate.
        var chain: [ChainLink]
        /// Empty only when OpenSSL trusts the chain.
        var reasons: [Reason]
    }

    /// What OpenSSL said against one certificate.
    struct Finding {
        let code: Int32
        let depth: Int32
        let identity: UInt?
    }

    /// Collects the errors that the callback receives, which lets the verification continue.
    final class Findings {
        private(set) var list: [Finding] = []
        /// Some dozen errors are possible for each certificate of a chain.
        private static let maximumCount = 128

        func append(_ finding: Finding) {
            if list.count < Self.maximumCount { list.append(finding) }
        }
    }

    func run() -> Outcome {
        do throws(OpenSSLError) {
            return try build()
        } catch {
            let link = ChainLink(certificate: certificate, origin: .subject)
            return Outcome(chain: [link], reasons: [.notChecked(link, error)])
        }
    }

    private func build() throws(OpenSSLError) -> Outcome {
        try OpenSSLError.prepareQueue()
        guard
            let stack = unsafe OpenSSLObject(adopting: kv_certificates_new(), freedBy: kv_certificates_free),
            let context = unsafe OpenSSLObject(adopting: X509_STORE_CTX_new(), freedBy: X509_STORE_CTX_free)
        else { throw .drain() }
        for helper in intermediates + store.intermediates.map(\.certificate) {
            let count = unsafe stack.with { stack in
                unsafe helper.handle.with { unsafe kv_certificates_push(stack, $0) }
            }
            guard count > 0 else { throw .drain() }
        }
        let findings = Findings()
        return try unsafe context.with { context throws(OpenSSLError) in
            try unsafe prepare(context, stack)
            return try unsafe verify(context, findings)
        }
    }

    private func prepare(
        _ context: OpaquePointer,
        _ stack: borrowing OpenSSLObject
    ) throws(OpenSSLError) {
        let done = unsafe store.handle.with { store in
            unsafe stack.with { stack in
                unsafe certificate.handle.with { unsafe X509_STORE_CTX_init(context, store, $0, stack) }
            }
        }
        guard done == 1, let parameters = unsafe X509_STORE_CTX_get0_param(context) else { throw .drain() }
        unsafe X509_VERIFY_PARAM_set_time(parameters, time_t(instant.seconds))
        // OpenSSL counts the authorities between both ends.
        unsafe X509_VERIFY_PARAM_set_depth(parameters, Int32(clamping: chainLimit - 2))
        // Any policy is as good for us (RFC 5280, 6.1.1 c); without saying so, a chain that demands one would always fail.
        guard unsafe X509_VERIFY_PARAM_set_flags(parameters, UInt(X509_V_FLAG_POLICY_CHECK)) == 1,
            unsafe X509_VERIFY_PARAM_add0_policy(parameters, OBJ_nid2obj(NID_any_policy)) == 1
        else { throw .drain() }
    }

    private var hasOnlyRSAKeys: Bool {
        let stored = store.anchors + store.intermediates
        return ([certificate] + intermediates + stored.map(\.certificate)).allSatisfy(\.key.isRSA)
    }

    private func verify(_ context: OpaquePointer, _ findings: Findings) throws(OpenSSLError) -> Outcome {
        defer { withExtendedLifetime(findings) {} }
        let pointer = unsafe Unmanaged.passUnretained(findings).toOpaque()
        guard unsafe X509_STORE_CTX_set_ex_data(context, 0, pointer) == 1 else { throw .drain() }
        unsafe X509_STORE_CTX_set_verify_cb(context) { isGood, context in
            guard isGood == 0, let context = unsafe context else { return 1 }
            let current = unsafe X509_STORE_CTX_get_current_cert(context)
            let finding = Finding(
                code: unsafe X509_STORE_CTX_get_error(context),
                depth: unsafe X509_STORE_CTX_get_error_depth(context),
                identity: unsafe current.map { UInt(bitPattern: $0) }
            )
            if let data = unsafe X509_STORE_CTX_get_ex_data(context, 0) {
                unsafe Unmanaged<Findings>.fromOpaque(data).takeUnretainedValue().append(finding)
            }
            return 1
        }
        let result = unsafe X509_verify_cert(context)
        let error = unsafe X509_STORE_CTX_get_error(context)
        // Other entries of the queue belong to the findings, which have codes of their own.
        let queue = OpenSSLError.drain()
        let isWrong = findings.list.contains { $0.code == X509_V_ERR_CERT_SIGNATURE_FAILURE }
        if queue.isOutOfMemory || isWrong && !queue.isWrongSignature(isRSA: hasOnlyRSAKeys) { throw queue }
        var chain: [UInt] = []
        if let list = unsafe X509_STORE_CTX_get0_chain(context) {
            for index in 0..<max(0, unsafe kv_certificates_count(list)) {
                if let x509 = unsafe kv_certificates_at(list, index) { chain.append(UInt(bitPattern: x509)) }
            }
        }
        return outcome(result: result, error: error, chain: chain, findings: findings.list)
    }
}
