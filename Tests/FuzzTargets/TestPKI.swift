internal import COpenSSL
internal import CertificateTrust
internal import Glibc
internal import X509

/// The test PKI, which the targets for certificates trust, and the key of its issuer, to sign what nobody should have signed.
///
/// It is read from the source tree.
@safe struct TestPKI: @unchecked Sendable {
    /// `nil` when it cannot be read.
    static let shared = TestPKI()

    /// At which everything good of it is valid: 2030-01-01T00:00:00Z.
    static let instant = Instant(seconds: 1_893_456_000)
    static let folder =
        #filePath.split(separator: "/").dropLast(3).map { "/\($0)" }.joined() + "/Fixtures/pki"

    let root: Certificate
    let issuer: Certificate
    let login: Certificate
    let revoked: Certificate
    let store: TrustStore
    /// The signed parts of every certificate that there is.
    private let known: Set<[UInt8]>
    private let issuerKey: OpaquePointer

    private init?() {
        func certificate(_ path: String) -> Certificate? {
            Self.bytes("\(Self.folder)/\(path)").flatMap { try? Certificate(der: $0) }
        }
        guard let root = certificate("certificates/root.der"),
            let issuer = certificate("certificates/issuer.der"),
            let login = certificate("certificates/login.der"),
            let revoked = certificate("trust/certificates/revoked.der"),
            let store = try? TrustStore(path: "root", files: [("root", root.der)]),
            let file = unsafe BIO_new_file("\(Self.folder)/keys/issuer.key.pem", "r")
        else { return nil }
        defer { unsafe BIO_free(file) }
        guard let key = unsafe PEM_read_bio_PrivateKey(file, nil, nil, nil) else { return nil }
        (self.root, self.issuer, self.login, self.revoked, self.store) = (root, issuer, login, revoked, store)
        unsafe issuerKey = key
        known = Set(Self.certificates.compactMap { Self.signedPart(of: $0.bytes) })
        ERR_clear_error()
    }

    /// Every certificate and every revocation list, by name.
    static let certificates = files(in: "certificates", ".der") + files(in: "trust/certificates", ".der")
    static let lists = files(in: "trust/crls", ".crl")

    /// Whether somebody has made a certificate with exactly this signed part.
    func knows(_ der: [UInt8]) -> Bool { Self.signedPart(of: der).map(known.contains) ?? false }

    // MARK: Signing

    /// The certificate with the issuer's name and a signature of the issuer.
    func signing(certificate der: [UInt8]) -> [UInt8]? {
        defer { ERR_clear_error() }
        guard let x509 = unsafe Self.decoded(der, { unsafe d2i_X509(nil, $0, $1) }) else { return nil }
        defer { unsafe X509_free(x509) }
        guard let name = unsafe Self.decoded(issuer.der, { unsafe d2i_X509(nil, $0, $1) }) else { return nil }
        defer { unsafe X509_free(name) }
        guard unsafe X509_set_issuer_name(x509, X509_get_subject_name(name)) == 1,
            unsafe X509_sign(x509, issuerKey, EVP_sha256()) > 0
        else { return nil }
        return unsafe Self.encoded { unsafe i2d_X509(x509, $0) }
    }

    /// The list with the issuer's name and a signature of the issuer.
    func signing(list der: [UInt8]) -> [UInt8]? {
        defer { ERR_clear_error() }
        guard let crl = unsafe Self.decoded(der, { unsafe d2i_X509_CRL(nil, $0, $1) }) else { return nil }
        defer { unsafe X509_CRL_free(crl) }
        guard let name = unsafe Self.decoded(issuer.der, { unsafe d2i_X509(nil, $0, $1) }) else { return nil }
        defer { unsafe X509_free(name) }
        guard unsafe X509_CRL_set_issuer_name(crl, X509_get_subject_name(name)) == 1,
            unsafe X509_CRL_sign(crl, issuerKey, EVP_sha256()) > 0
        else { return nil }
        return unsafe Self.encoded { unsafe i2d_X509_CRL(crl, $0) }
    }

    /// The answer with a signature of the issuer, which answers itself.
    func signing(answer der: [UInt8]) -> [UInt8]? {
        defer { ERR_clear_error() }
        guard let response = unsafe Self.decoded(der, { unsafe d2i_OCSP_RESPONSE(nil, $0, $1) }) else {
            return nil
        }
        defer { unsafe OCSP_RESPONSE_free(response) }
        guard let basic = unsafe OCSP_response_get1_basic(response) else { return nil }
        defer { unsafe OCSP_BASICRESP_free(basic) }
        guard let signer = unsafe Self.decoded(issuer.der, { unsafe d2i_X509(nil, $0, $1) }) else {
            return nil
        }
        defer { unsafe X509_free(signer) }
        let flags = UInt(OCSP_NOCERTS)
        guard unsafe OCSP_basic_sign(basic, signer, issuerKey, EVP_sha256(), nil, flags) == 1,
            let made = unsafe OCSP_response_create(OCSP_RESPONSE_STATUS_SUCCESSFUL, basic)
        else { return nil }
        defer { unsafe OCSP_RESPONSE_free(made) }
        return unsafe Self.encoded { unsafe i2d_OCSP_RESPONSE(made, $0) }
    }

    // MARK: Reading

    /// What `i2d_re_X509_tbs` gives of a certificate.
    private static func signedPart(of der: [UInt8]) -> [UInt8]? {
        defer { ERR_clear_error() }
        guard let x509 = unsafe decoded(der, { unsafe d2i_X509(nil, $0, $1) }) else { return nil }
        defer { unsafe X509_free(x509) }
        return unsafe encoded { unsafe i2d_re_X509_tbs(x509, $0) }
    }

    /// What one of OpenSSL's `d2i` functions makes of `der`.
    static func decoded(
        _ der: [UInt8],
        _ read: (UnsafeMutablePointer<UnsafePointer<UInt8>?>, Int) -> OpaquePointer?
    ) -> OpaquePointer? {
        unsafe der.withUnsafeBufferPointer { bytes in
            var cursor = bytes.baseAddress
            return unsafe read(&cursor, bytes.count)
        }
    }

    private static func encoded(
        _ write: (UnsafeMutablePointer<UnsafeMutablePointer<UInt8>?>) -> Int32
    ) -> [UInt8]? {
        var start: UnsafeMutablePointer<UInt8>?
        let count = unsafe write(&start)
        guard count > 0, let start = unsafe start else { return nil }
        defer { unsafe CRYPTO_free(start, #file, #line) }
        return unsafe Array(UnsafeBufferPointer(start: start, count: Int(count)))
    }

    private static func files(in path: String, _ suffix: String) -> [(name: String, bytes: [UInt8])] {
        guard let directory = unsafe opendir("\(folder)/\(path)") else { return [] }
        defer { unsafe _ = closedir(directory) }
        var files: [(name: String, bytes: [UInt8])] = []
        while let entry = unsafe readdir(directory) {
            let name = unsafe withUnsafeBytes(of: &entry.pointee.d_name) { bytes in
                unsafe String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
            }
            guard name.hasSuffix(suffix), let bytes = bytes("\(folder)/\(path)/\(name)") else { continue }
            files.append((String(name.dropLast(suffix.count)), bytes))
        }
        return files.sorted { $0.name < $1.name }
    }

    static func bytes(_ path: String) -> [UInt8]? {
        let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        var bytes = [UInt8](repeating: 0, count: 1 << 16)
        let count = unsafe bytes.withUnsafeMutableBytes { unsafe read(descriptor, $0.baseAddress, $0.count) }
        return count < 0 ? nil : Array(bytes.prefix(count))
    }
}
