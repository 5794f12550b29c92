internal import COpenSSL
internal import Glibc
package import X509

/// An answer of an OCSP responder (RFC 6960), judged for one certificate.
///
/// Wraps `OCSP_RESPONSE`. A nonce is neither sent nor asked for: big responders sign in advance.
package struct OCSPResponse: ~Copyable {
    package typealias Problem = Revocation.OCSPProblem

    /// Larger ones are not fetched; real ones have about 2,000 bytes.
    static let maximumSize = 64 << 10

    /// The answer alone, without what stood behind it.
    let der: [UInt8]

    private let owner: OpenSSLObject

    /// Reads DER; what stands behind the answer is not looked at, for the signature covers the answer alone.
    package init(der: [UInt8]) throws(Problem) {
        do throws(OpenSSLError) { try OpenSSLError.prepareQueue() } catch { throw .library(error) }
        var used = 0
        let pointer = unsafe der.withUnsafeBufferPointer { bytes -> OpaquePointer? in
            guard bytes.count <= Self.maximumSize, let start = bytes.baseAddress else { return nil }
            var cursor: UnsafePointer<UInt8>? = unsafe start
            let pointer = unsafe d2i_OCSP_RESPONSE(nil, &cursor, bytes.count)
            used = unsafe cursor.map { unsafe $0 - start } ?? 0
            return unsafe pointer
        }
        guard let response = unsafe OpenSSLObject(adopting: pointer, freedBy: OCSP_RESPONSE_free) else {
            throw Self.unreadable()
        }
        // -1 when it is no number that OpenSSL takes, which then has something to say.
        let status = unsafe response.with { unsafe OCSP_response_status($0) }
        ERR_clear_error()
        guard status >= 0 else { throw .notAnAnswer }
        guard status == OCSP_RESPONSE_STATUS_SUCCESSFUL else { throw .refused(status: Int(status)) }
        let basic = unsafe response.with { unsafe OCSP_response_get1_basic($0) }
        guard let owner = unsafe OpenSSLObject(adopting: basic, freedBy: OCSP_BASICRESP_free) else {
            throw Self.unreadable()
        }
        self.owner = owner
        self.der = Array(der.prefix(used))
    }

    /// The latest nextUpdate in the response, and whether it says that a certificate is revoked.
    var summary: (nextUpdate: Instant?, saysRevoked: Bool) {
        unsafe owner.with { basic in
            var nextUpdate: Instant?
            var saysRevoked = false
            for index in 0..<max(0, unsafe OCSP_resp_count(basic)) {
                var next: UnsafeMutablePointer<ASN1_GENERALIZEDTIME>?
                let single = unsafe OCSP_resp_get0(basic, index)
                let status = unsafe OCSP_single_get0_status(single, nil, nil, nil, &next)
                if status == V_OCSP_CERTSTATUS_REVOKED { saysRevoked = true }
                nextUpdate = [nextUpdate, unsafe Instant(reading: UnsafePointer(next))].compactMap { $0 }
                    .max()
            }
            return (nextUpdate, saysRevoked)
        }
    }

    private static func unreadable() -> Problem {
        let error = OpenSSLError.drain()
        return error.isOutOfMemory ? .library(error) : .notAnAnswer
    }

    /// The question about `certificate`, in DER.
    ///
    /// SHA-1 names the issuer, as every responder understands (RFC 5019, 2.1.1); nothing is signed with it.
    package static func request(
        about certificate: Certificate,
        issuer: Certificate
    ) throws(OpenSSLError) -> [UInt8] {
        guard let request = unsafe OpenSSLObject(adopting: OCSP_REQUEST_new(), freedBy: OCSP_REQUEST_free)
        else {
            throw .drain()
        }
        return try unsafe request.with { request throws(OpenSSLError) in
            guard let id = unsafe identifier(of: certificate, issuer: issuer, by: EVP_sha1()) else {
                throw .drain()
            }
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

    private static func identifier(
        of certificate: Certificate,
        issuer: Certificate,
        by digest: OpaquePointer?
    ) -> OpaquePointer? {
        unsafe certificate.handle.with { subject in
            unsafe issuer.handle.with { unsafe OCSP_cert_to_id(digest, subject, $0) }
        }
    }

    /// What the answer says about `certificate`, whose issuer's certificate has been verified.
    ///
    /// The signer of what was `kept` since it was fetched is judged at producedAt, so that the end of his certificate makes
    /// nothing forgotten. Without a nextUpdate a "good" counts for `maximumAge` seconds.
    package borrowing func statement(
        about certificate: Certificate,
        issuer: Certificate,
        at instant: Instant,
        kept: Bool = false,
        maximumAge: Int64 = Revocation.standardMaximumAge
    ) throws(Problem) -> RevocationStatement {
        let produced = unsafe owner.with { unsafe Instant(reading: OCSP_resp_get0_produced_at($0)) }
        guard let produced else { throw .notAnAnswer }
        let delegate = try checkSigner(issuer: issuer, at: kept ? min(produced, instant) : instant)
        var statements: [RevocationStatement] = []
        var problem = Problem.otherCertificate
        for index in 0..<max(0, unsafe owner.with { unsafe OCSP_resp_count($0) }) {
            do throws(Problem) {
                guard let entry = try entry(index, about: certificate, issuer: issuer) else { continue }
                statements.append(
                    try RevocationStatement(
                        entry.status,
                        from: entry.thisUpdate,
                        until: entry.nextUpdate,
                        signed: produced,
                        at: instant,
                        maximumAge: maximumAge,
                        grace: RevocationStatement.tolerance,
                        or: Problem.self
                    )
                )
            } catch {
                problem = error
            }
        }
        guard var statement = statements.max(by: RevocationStatement.isWeaker) else { throw problem }
        statement.delegate = delegate
        return statement
    }

    private typealias Entry = (status: RevocationStatus, thisUpdate: Instant, nextUpdate: Instant?)

    /// The SingleResponse at `index`; `nil` where it is about another certificate.
    ///
    /// The responder chooses the digest of its CertID (RFC 6960, 4.1.1). Wraps `OCSP_id_get0_info` and
    /// `OCSP_single_get0_status`.
    private borrowing func entry(
        _ index: Int32,
        about certificate: Certificate,
        issuer: Certificate
    ) throws(Problem) -> Entry? {
        try unsafe owner.with { (basic) throws(Problem) -> Entry? in
            defer { ERR_clear_error() }
            let single = unsafe OCSP_resp_get0(basic, index)
            guard let id = unsafe OCSP_SINGLERESP_get0_id(single) else { return nil }
            var type: OpaquePointer?
            guard unsafe OCSP_id_get0_info(nil, &type, nil, nil, id) == 1,
                let digest = unsafe EVP_get_digestbyname(OBJ_nid2sn(OBJ_obj2nid(type)))
            else { return nil }
            let own = unsafe Self.identifier(of: certificate, issuer: issuer, by: digest)
            guard let own = unsafe OpenSSLObject(adopting: own, freedBy: OCSP_CERTID_free) else {
                throw .library(.drain())
            }
            guard unsafe own.with({ unsafe OCSP_id_cmp($0, id) }) == 0 else { return nil }
            var reason: Int32 = -1
            var revoked: UnsafeMutablePointer<ASN1_GENERALIZEDTIME>?
            var this: UnsafeMutablePointer<ASN1_GENERALIZEDTIME>?
            var next: UnsafeMutablePointer<ASN1_GENERALIZEDTIME>?
            let status = unsafe OCSP_single_get0_status(single, &reason, &revoked, &this, &next)
            guard let thisUpdate = unsafe Instant(reading: UnsafePointer(this)) else { throw .notAnAnswer }
            let nextUpdate = unsafe Instant(reading: UnsafePointer(next))
            if unsafe next != nil, nextUpdate == nil { throw .notAnAnswer }
            switch status {
            case V_OCSP_CERTSTATUS_GOOD: return (.good, thisUpdate, nextUpdate)
            case V_OCSP_CERTSTATUS_REVOKED:
                let date = unsafe Instant(reading: UnsafePointer(revoked)) ?? thisUpdate
                let why = RevocationReason(rawValue: Int(reason))
                return (.revoked(at: date, reason: why), thisUpdate, nextUpdate)
            default: throw .notKnown
            }
        }
    }

    /// The signer is the issuer, or has the issuer's leave (RFC 6960, 4.2.2.2); the latter where his revocation is to be asked.
    ///
    /// The issuer stands in a store of its own, because the chain above it has been verified already. Wraps
    /// `OCSP_basic_verify`.
    private borrowing func checkSigner(
        issuer: Certificate,
        at instant: Instant
    ) throws(Problem) -> Certificate? {
        do throws(OpenSSLError) { try OpenSSLError.prepareQueue() } catch { throw .library(error) }
        guard let store = unsafe OpenSSLObject(adopting: X509_STORE_new(), freedBy: X509_STORE_free),
            let helpers = unsafe OpenSSLObject(adopting: kv_certificates_new(), freedBy: kv_certificates_free)
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
        guard result == 1 else { throw Self.problem(.drain(), issuer) }
        let delegate = try delegate(of: issuer, helpers)
        let algorithm = unsafe owner.with { basic in
            unsafe SignatureAlgorithm(reading: OCSP_resp_get0_tbs_sigalg(basic))
        }
        let error = OpenSSLError.drain()
        if error.isOutOfMemory { throw .library(error) }
        if algorithm.isWeak { throw .weakSignature }
        return delegate
    }

    private static func problem(_ error: OpenSSLError, _ issuer: Certificate) -> Problem {
        func has(_ reason: Int32) -> Bool { error.has(library: ERR_LIB_OCSP, reason: reason) }
        if error.isOutOfMemory { return .library(error) }
        if has(OCSP_R_SIGNATURE_FAILURE) {
            return error.isWrongSignature(isRSA: issuer.key.isRSA) ? .signatureInvalid : .library(error)
        }
        if has(OCSP_R_MISSING_OCSPSIGNING_USAGE) || has(OCSP_R_ROOT_CA_NOT_TRUSTED) { return .notDelegated }
        return .signerNotTrusted(error)
    }

    /// A signer who is not the issuer needs a key and a certificate as strong as any in a chain, and one that may sign.
    ///
    /// Wraps `OCSP_resp_get0_signer`.
    private borrowing func delegate(
        of issuer: Certificate,
        _ helpers: borrowing OpenSSLObject
    ) throws(Problem) -> Certificate? {
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
        guard der != issuer.der else { return nil }
        let signer: Certificate
        do throws(CertificateError) {
            signer = try Certificate(der: der)
        } catch .library(let error) {
            throw .library(error)
        } catch {
            throw .notDelegated
        }
        // The signature has just been verified with this key.
        guard signer.key.bits > 0 else { throw .library(.drain()) }
        if let uses = signer.extensions.keyUsage, !uses.contains(.digitalSignature) { throw .notDelegated }
        let link = ChainLink(certificate: signer, origin: .handedIn)
        guard Verification.weaknesses(in: [link]).isEmpty else { throw .weakSignature }
        return signer.extensions.needsNoRevocationCheck ? nil : signer
    }
}
