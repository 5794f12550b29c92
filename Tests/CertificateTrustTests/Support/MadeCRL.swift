import COpenSSL

@testable import CertificateTrust
@testable import X509

/// A list of the issuer that the openssl command does not make.
struct MadeCRL {
    /// 2026-06-01T00:00:00Z.
    static let june = Instant(seconds: 1_780_272_000)
    static let year: Int64 = 365 * 86_400

    struct Entry {
        let certificate: Certificate
        var reason: RevocationReason?
        /// A certificateIssuer in DER.
        var issuer: [UInt8]?
        var isCritical = false
    }

    enum Failure: Error { case openSSL(OpenSSLError) }

    var thisUpdate = june
    var nextUpdate: Instant? = Instant(seconds: Fixtures.instant.seconds + year)
    var entries: [Entry] = []
    /// Whose key signs.
    var key = "issuer"
    /// The list says which key signed: the content of an authorityKeyIdentifier in DER.
    var authorityKeyIdentifier: [UInt8]?
    /// Signed by RSASSA-PSS with this digest.
    var pssDigest: String?
    /// issuingDistributionPoint in DER.
    var issuingDistributionPoint: [UInt8]?

    func der() throws -> [UInt8] {
        guard let file = unsafe BIO_new_file(Fixtures.keyPath(key), "r"), let crl = unsafe X509_CRL_new()
        else {
            throw Failure.openSSL(.drain())
        }
        let key = unsafe PEM_read_bio_PrivateKey(file, nil, nil, nil)
        defer {
            unsafe BIO_free(file)
            unsafe EVP_PKEY_free(key)
            unsafe X509_CRL_free(crl)
        }
        try unsafe Fixtures.certificate("issuer").handle.with { issuer in
            unsafe _ = X509_CRL_set_issuer_name(crl, X509_get_subject_name(issuer))
        }
        unsafe X509_CRL_set_version(crl, 1)
        unsafe withTime(thisUpdate) { unsafe _ = X509_CRL_set1_lastUpdate(crl, $0) }
        if let nextUpdate { unsafe withTime(nextUpdate) { unsafe _ = X509_CRL_set1_nextUpdate(crl, $0) } }
        for entry in entries { unsafe add(entry, to: crl) }
        if let content = authorityKeyIdentifier {
            unsafe withExtension(
                NID_authority_key_identifier,
                [0x30, 0x81, UInt8(content.count)] + content,
                false
            ) {
                unsafe _ = X509_CRL_add_ext(crl, $0, -1)
            }
        }
        if let issuingDistributionPoint {
            unsafe withExtension(NID_issuing_distribution_point, issuingDistributionPoint, true) {
                unsafe _ = X509_CRL_add_ext(crl, $0, -1)
            }
        }
        guard unsafe isSigned(crl, by: key) else { throw Failure.openSSL(.drain()) }
        var bytes: UnsafeMutablePointer<UInt8>?
        let count = unsafe i2d_X509_CRL(crl, &bytes)
        guard count > 0, let start = unsafe bytes else { throw Failure.openSSL(.drain()) }
        defer { unsafe CRYPTO_free(start, #file, #line) }
        return unsafe Array(UnsafeBufferPointer(start: start, count: Int(count)))
    }

    private func isSigned(_ crl: OpaquePointer, by key: OpaquePointer?) -> Bool {
        guard let pssDigest else { return unsafe X509_CRL_sign(crl, key, EVP_sha256()) > 0 }
        let context = unsafe EVP_MD_CTX_new()
        defer { unsafe EVP_MD_CTX_free(context) }
        var parameters: OpaquePointer?
        return unsafe EVP_DigestSignInit(context, &parameters, EVP_get_digestbyname(pssDigest), nil, key) == 1
            && EVP_PKEY_CTX_set_rsa_padding(parameters, RSA_PKCS1_PSS_PADDING) == 1
            && X509_CRL_sign_ctx(crl, context) > 0
    }

    private func add(_ entry: Entry, to crl: OpaquePointer) {
        let revoked = unsafe X509_REVOKED_new()
        unsafe entry.certificate.handle.with { x509 in
            unsafe _ = X509_REVOKED_set_serialNumber(revoked, X509_get_serialNumber(x509))
        }
        unsafe withTime(thisUpdate) { unsafe _ = X509_REVOKED_set_revocationDate(revoked, $0) }
        if let reason = entry.reason {
            unsafe withExtension(NID_crl_reason, [0x0A, 0x01, UInt8(reason.rawValue)], false) {
                unsafe _ = X509_REVOKED_add_ext(revoked, $0, -1)
            }
        }
        if let issuer = entry.issuer {
            unsafe withExtension(NID_certificate_issuer, issuer, entry.isCritical) {
                unsafe _ = X509_REVOKED_add_ext(revoked, $0, -1)
            }
        }
        unsafe X509_CRL_add0_revoked(crl, revoked)
    }

    private func withTime(_ instant: Instant, _ body: (UnsafeMutablePointer<ASN1_TIME>?) -> Void) {
        let time = unsafe ASN1_TIME_set(nil, time_t(instant.seconds))
        unsafe body(time)
        unsafe ASN1_TIME_free(time)
    }

    private func withExtension(
        _ number: Int32,
        _ bytes: [UInt8],
        _ isCritical: Bool,
        _ body: (OpaquePointer?) -> Void
    ) {
        let value = unsafe ASN1_OCTET_STRING_new()
        unsafe ASN1_OCTET_STRING_set(value, bytes, Int32(bytes.count))
        let made = unsafe X509_EXTENSION_create_by_NID(nil, number, isCritical ? 1 : 0, value)
        unsafe body(made)
        unsafe X509_EXTENSION_free(made)
        unsafe ASN1_OCTET_STRING_free(value)
    }
}
