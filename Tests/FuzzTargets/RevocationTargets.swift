internal import COpenSSL
internal import CertificateTrust
internal import Glibc
internal import X509

/// Revocation lists and answers of responders, as they come over the network or out of a cache.
enum RevocationTargets {
    static func list(_ input: [UInt8], _ broken: inout BrokenRules) {
        guard let pki = TestPKI.shared else {
            broken.expect(false, "the test PKI cannot be read")
            return
        }
        judge(list: input, pki, isSigned: false, &broken)
        if let signed = pki.signing(list: input) { judge(list: signed, pki, isSigned: true, &broken) }
    }

    static func answer(_ input: [UInt8], _ broken: inout BrokenRules) {
        guard let pki = TestPKI.shared else {
            broken.expect(false, "the test PKI cannot be read")
            return
        }
        judge(answer: input, pki, isSigned: false, &broken)
        if let signed = pki.signing(answer: input) { judge(answer: signed, pki, isSigned: true, &broken) }
    }

    // MARK: Lists

    private static func judge(list der: [UInt8], _ pki: TestPKI, isSigned: Bool, _ broken: inout BrokenRules)
    {
        guard let point = pki.login.extensions.crlDistributionPoints.first else { return }
        typealias Found = Result<RevocationStatement, Revocation.CRLProblem>
        for subject in [pki.login, pki.revoked, pki.issuer] {
            func ask() -> Found {
                Found { () throws(Revocation.CRLProblem) in
                    try CRL(der).statement(
                        about: subject,
                        issuer: pki.issuer,
                        point: point,
                        at: TestPKI.instant
                    )
                }
            }
            let found = ask()
            CertificateTargets.settle("judging a list", &broken)
            broken.expect(found.text == ask().text, "a list is read in two ways")
            switch found {
            case .failure(.unknownCriticalExtension(let identifiers)):
                broken.expect(!identifiers.isEmpty, "an unknown extension without a name")
                for identifier in identifiers { CertificateRules.judge(identifier, &broken) }
            case .failure: break
            case .success(let answer):
                judge(answer, of: der, about: subject, pki, &broken)
                broken.expect(
                    isSigned || subject != pki.revoked || answer.status != .good,
                    "revoked, and called good"
                )
            }
        }
    }

    private static func judge(
        _ answer: RevocationStatement,
        of der: [UInt8],
        about subject: Certificate,
        _ pki: TestPKI,
        _ broken: inout BrokenRules
    ) {
        let latest = TestPKI.instant.seconds + RevocationStatement.tolerance
        broken.expect(answer.thisUpdate.seconds <= latest || answer.status != .good, "a list of the future")
        let end = answer.nextUpdate?.seconds ?? answer.thisUpdate.seconds + Revocation.standardMaximumAge
        broken.expect(end >= TestPKI.instant.seconds || answer.status != .good, "a list out of date")
        guard let crl = unsafe TestPKI.decoded(der, { unsafe d2i_X509_CRL(nil, $0, $1) }) else {
            broken.expect(false, "an answer of no list")
            return
        }
        defer { unsafe X509_CRL_free(crl) }
        let isSigned = unsafe withX509(pki.issuer.der) {
            unsafe X509_CRL_verify(crl, X509_get0_pubkey($0)) == 1
        }
        broken.expect(isSigned, "a list without the issuer's signature is believed")
        let isListed = unsafe withX509(subject.der) { unsafe lists($0, in: crl) }
        broken.expect(isListed == (answer.status != .good), "listed and good, or not listed and revoked")
        ERR_clear_error()
    }

    /// Whether the list has an entry with this serial number that names no other issuer.
    private static func lists(_ subject: OpaquePointer, in crl: OpaquePointer) -> Bool {
        (0..<max(0, unsafe kv_revoked_count(crl))).contains { index in
            let entry = unsafe kv_revoked_at(crl, index)
            let number = unsafe X509_REVOKED_get0_serialNumber(entry)
            return unsafe ASN1_INTEGER_cmp(number, X509_get0_serialNumber(subject)) == 0
        }
    }

    private static func withX509(_ der: [UInt8], _ body: (OpaquePointer) -> Bool) -> Bool {
        guard let x509 = unsafe TestPKI.decoded(der, { unsafe d2i_X509(nil, $0, $1) }) else { return false }
        defer { unsafe X509_free(x509) }
        return unsafe body(x509)
    }

    // MARK: Answers

    private static func judge(
        answer der: [UInt8],
        _ pki: TestPKI,
        isSigned: Bool,
        _ broken: inout BrokenRules
    ) {
        typealias Found = Result<RevocationStatement, Revocation.OCSPProblem>
        for subject in [pki.login, pki.revoked] {
            func ask() -> Found {
                Found { () throws(Revocation.OCSPProblem) in
                    try OCSPResponse(der: der).statement(
                        about: subject,
                        issuer: pki.issuer,
                        at: TestPKI.instant
                    )
                }
            }
            let found = ask()
            CertificateTargets.settle("judging an answer", &broken)
            broken.expect(found.text == ask().text, "an answer is read in two ways")
            guard case .success(let answer) = found else { continue }
            let instant = TestPKI.instant.seconds
            let tolerance = RevocationStatement.tolerance
            let isEarly = answer.thisUpdate.seconds > instant + tolerance
            broken.expect(!isEarly || answer.status != .good, "an answer of the future")
            let isOver = answer.nextUpdate.map { $0.seconds < instant - tolerance } ?? false
            broken.expect(!isOver || answer.status != .good, "an answer out of date")
            broken.expect(
                isSigned || subject != pki.revoked || answer.status != .good,
                "revoked, and called good"
            )
            broken.expect(
                unsafe withX509(pki.issuer.der) { unsafe isSignedForOpenSSL(der, issuer: $0) },
                "an answer without the issuer's leave is believed"
            )
            ERR_clear_error()
        }
    }

    /// OpenSSL's own check of the signature and of the signer.
    private static func isSignedForOpenSSL(_ der: [UInt8], issuer: OpaquePointer) -> Bool {
        guard let response = unsafe TestPKI.decoded(der, { unsafe d2i_OCSP_RESPONSE(nil, $0, $1) }) else {
            return false
        }
        defer { unsafe OCSP_RESPONSE_free(response) }
        guard let basic = unsafe OCSP_response_get1_basic(response) else { return false }
        defer { unsafe OCSP_BASICRESP_free(basic) }
        guard let store = unsafe X509_STORE_new() else { return false }
        defer { unsafe X509_STORE_free(store) }
        guard let helpers = unsafe kv_certificates_new() else { return false }
        defer { unsafe kv_certificates_free(helpers) }
        guard let parameters = unsafe X509_STORE_get0_param(store),
            unsafe X509_VERIFY_PARAM_set_flags(parameters, UInt(X509_V_FLAG_PARTIAL_CHAIN)) == 1,
            unsafe X509_STORE_add_cert(store, issuer) == 1, unsafe kv_certificates_push(helpers, issuer) > 0
        else { return false }
        unsafe X509_VERIFY_PARAM_set_time(parameters, time_t(TestPKI.instant.seconds))
        return unsafe OCSP_basic_verify(basic, helpers, store, 0) == 1
    }
}

extension Result<RevocationStatement, Revocation.CRLProblem> {
    /// Everything that was said, for comparing.
    fileprivate var text: String {
        switch self {
        case .failure(let problem): "\(problem)"
        case .success(let answer): "\(answer)"
        }
    }
}

extension Result<RevocationStatement, Revocation.OCSPProblem> {
    /// Everything that was said, for comparing.
    fileprivate var text: String {
        switch self {
        case .failure(let problem): "\(problem)"
        case .success(let answer): "\(answer)"
        }
    }
}
