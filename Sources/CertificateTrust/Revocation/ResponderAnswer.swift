internal import COpenSSL
internal import Glibc

/// An answer of an OCSP responder (RFC 6960), judged for one certificate.
///
/// Wraps `OCSP_RESPONSE`. A nonce is neither sent nor asked for: big responders sign in advance.
package struct ResponderAnswer: ~Copyable {
    package typealias Problem = Revocation.OCSPProblem

    package struct Answer {
        package let status: Revocation.Status
        package let made: Instant
        package let validUntil: Instant?
    }

    /// Larger ones are not fetched; real ones have about 2,000 bytes.
    static let maximumSize = 64 << 10
    /// Clocks differ by so many seconds; and so long counts an answer without nextUpdate.
    package static let tolerance: Int64 = 300

    private let owner: Owner<OCSPBasicResponseObject>

    package init(der: [UInt8]) throws(Problem) {
        let pointer = unsafe der.withUnsafeBufferPointer { bytes -> OpaquePointer? in
            guard bytes.count <= Self.maximumSize else { return nil }
            var cursor = bytes.baseAddress
            return unsafe d2i_OCSP_RESPONSE(nil, &cursor, bytes.count)
        }
        guard let response = unsafe Owner<OCSPResponseObject>(adopting: pointer) else {
            ERR_clear_error()
            throw .notAnAnswer
        }
        // -1 when it is no number that OpenSSL takes, which then has something to say.
        let status = unsafe response.with { unsafe OCSP_response_status($0) }
        ERR_clear_error()
        guard status >= 0 else { throw .notAnAnswer }
        guard status == OCSP_RESPONSE_STATUS_SUCCESSFUL else { throw .refused(status: Int(status)) }
        let basic = unsafe response.with { unsafe OCSP_response_get1_basic($0) }
        guard let owner = unsafe Owner<OCSPBasicResponseObject>(adopting: basic) else {
            ERR_clear_error()
            throw .notAnAnswer
        }
        self.owner = owner
    }

    /// The question about `certificate`, in DER.
    package static func request(
        about certificate: Certificate,
        issuer: Certificate
    ) throws(LibraryError) -> [UInt8] {
        guard let request = unsafe Owner<OCSPRequestObject>(adopting: OCSP_REQUEST_new()) else {
            throw .drain()
        }
        return try unsafe request.with { request throws(LibraryError) in
            guard let id = unsafe identifier(of: certificate, issuer: issuer) else { throw .drain() }
            // The request takes the identifier over.
            guard unsafe OCSP_request_add0_id(request, id) != nil else {
                unsafe OCSP_CERTID_free(id)
                throw .drain()
            }
            var bytes: UnsafeMutablePointer<UInt8>?
            let count = unsafe i2d_OCSP_REQUEST(request, &bytes)
            guard count > 0, let start = unsafe bytes else { throw .drain() }
            defer { unsafe CRYPTO_free(start, #file, #line) }
            return unsafe Array(UnsafeBufferPointer(start: start, count: Int(count)))
        }
    }

    /// SHA-1 names the issuer, as every responder understands (RFC 5019, 2.1.1); nothing is signed with it.
    private static func identifier(of certificate: Certificate, issuer: Certificate) -> OpaquePointer? {
        unsafe certificate.handle.with { subject in
            unsafe issuer.handle.with { unsafe OCSP_cert_to_id(EVP_sha1(), subject, $0) }
        }
    }

    /// What the answer says about `certificate`, whose issuer's certificate has been verified.
    package borrowing func answer(
        about certificate: Certificate,
        issuer: Certificate,
        at instant: Instant
    ) throws(Problem) -> Answer {
        try checkSigner(issuer: issuer, at: instant)
        guard
            let id = unsafe Owner<OCSPCertificateIDObject>(
                adopting: Self.identifier(of: certificate, issuer: issuer)
            )
        else { throw .library(.drain()) }
        var (status, reason): (Int32, Int32) = (0, -1)
        var revoked: UnsafeMutablePointer<ASN1_GENERALIZEDTIME>?
        var this: UnsafeMutablePointer<ASN1_GENERALIZEDTIME>?
        var next: UnsafeMutablePointer<ASN1_GENERALIZEDTIME>?
        let found = unsafe owner.with { basic in
            unsafe id.with { id in
                unsafe OCSP_resp_find_status(basic, id, &status, &reason, &revoked, &this, &next)
            }
        }
        ERR_clear_error()
        guard found == 1 else { throw .otherCertificate }
        guard let made = unsafe Instant(reading: UnsafePointer(this)) else { throw .notAnAnswer }
        let validUntil = unsafe Instant(reading: UnsafePointer(next))
        if made.seconds > instant.seconds + Self.tolerance { throw .notYetValid(from: made) }
        if let validUntil {
            if validUntil.seconds < instant.seconds - Self.tolerance { throw .outOfDate(since: validUntil) }
        } else if made.seconds < instant.seconds - Self.tolerance {
            throw .tooOld(made: made)
        }
        switch status {
        case V_OCSP_CERTSTATUS_GOOD:
            return Answer(status: .good, made: made, validUntil: validUntil)
        case V_OCSP_CERTSTATUS_REVOKED:
            let date = unsafe Instant(reading: UnsafePointer(revoked)) ?? made
            let why = RevocationReason(rawValue: Int(reason))
            return Answer(status: .revoked(at: date, reason: why), made: made, validUntil: validUntil)
        default: throw .notKnown
        }
    }

    /// The signer is the issuer, or has the issuer's leave (RFC 6960, 4.2.2.2).
    ///
    /// The issuer stands in a store of its own, because the chain above it has been verified already. Wraps
    /// `OCSP_basic_verify`.
    private borrowing func checkSigner(issuer: Certificate, at instant: Instant) throws(Problem) {
        guard let store = unsafe Owner<X509StoreObject>(adopting: X509_STORE_new()),
            let helpers = unsafe Owner<X509StackObject>(adopting: kv_certificates_new())
        else { throw .library(.drain()) }
        let isReady = unsafe store.with { store in
            unsafe helpers.with { helpers in
                unsafe issuer.handle.with { issuer -> Bool in
                    guard let parameters = unsafe X509_STORE_get0_param(store) else { return false }
                    unsafe X509_VERIFY_PARAM_set_time(parameters, time_t(instant.seconds))
                    let flags = UInt(X509_V_FLAG_PARTIAL_CHAIN)
                    return unsafe X509_VERIFY_PARAM_set_flags(parameters, flags) == 1
                        && X509_STORE_add_cert(store, issuer) == 1
                        && kv_certificates_push(helpers, issuer) > 0
                }
            }
        }
        guard isReady else { throw .library(.drain()) }
        let result = unsafe owner.with { basic in
            unsafe helpers.with { helpers in
                unsafe store.with { unsafe OCSP_basic_verify(basic, helpers, $0, 0) }
            }
        }
        guard result == 1 else {
            let error = LibraryError.drain()
            if error.has(library: ERR_LIB_OCSP, reason: OCSP_R_SIGNATURE_FAILURE) { throw .signatureInvalid }
            let delegation = [OCSP_R_MISSING_OCSPSIGNING_USAGE, OCSP_R_ROOT_CA_NOT_TRUSTED]
            if delegation.contains(where: { error.has(library: ERR_LIB_OCSP, reason: $0) }) {
                throw .notDelegated
            }
            throw .signerNotTrusted(error)
        }
        try checkDelegate(of: issuer, helpers)
        let isWeak = unsafe owner.with { basic -> Bool in
            var type: OpaquePointer?
            unsafe X509_ALGOR_get0(&type, nil, nil, OCSP_resp_get0_tbs_sigalg(basic))
            return unsafe SignatureDigest.isWeak(OBJ_obj2nid(type))
        }
        if isWeak { throw .weakSignature }
    }

    /// A signer who is not the issuer needs a key and a certificate as strong as any in a chain, and one that may sign.
    ///
    /// Wraps `OCSP_resp_get0_signer`.
    private borrowing func checkDelegate(
        of issuer: Certificate,
        _ helpers: borrowing Owner<X509StackObject>
    ) throws(Problem) {
        let der = unsafe owner.with { basic in
            unsafe helpers.with { helpers -> [UInt8]? in
                var signer: OpaquePointer?
                guard unsafe OCSP_resp_get0_signer(basic, &signer, helpers) == 1 else { return nil }
                var bytes: UnsafeMutablePointer<UInt8>?
                let count = unsafe i2d_X509(signer, &bytes)
                guard count > 0, let start = unsafe bytes else { return nil }
                defer { unsafe CRYPTO_free(start, #file, #line) }
                return unsafe Array(UnsafeBufferPointer(start: start, count: Int(count)))
            }
        }
        guard let der else { throw .library(.drain()) }
        guard der != issuer.der else { return }
        guard let signer = try? Certificate(der: der) else { throw .notDelegated }
        if let uses = signer.extensions.keyUsage, !uses.contains(.digitalSignature) { throw .notDelegated }
        let link = ChainLink(certificate: signer, origin: .handedIn)
        guard Verification.weaknesses(in: [link]).isEmpty else { throw .weakSignature }
    }
}
