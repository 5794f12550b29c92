internal import COpenSSL
internal import CardApplications
internal import CardCore
internal import CertificateTrust
internal import X509

/// A key of the test PKI, its certificate, and what it makes of a challenge.
struct SignatureKey: Sendable {
    /// Certificates with the file of their key.
    static let names = [
        ("trust/certificates/p256.der", "trust/keys/p256.key.pem"),
        ("trust/certificates/p384.der", "trust/keys/p384.key.pem"),
        ("certificates/login.der", "keys/login.key.pem"),
        ("trust/certificates/rsa1024.der", "trust/keys/weak.key.pem"),
    ]
    static let all = names.compactMap { SignatureKey(certificate: $0.0, key: $0.1) }

    let certificate: Certificate
    let onCard: CardCertificate
    let kind: CertificateKey
    let challenge: Challenge
    /// PKCS#1 v1.5 with SHA-256, or ECDSA in DER.
    let signature: [UInt8]
    /// PSS with SHA-256; the same as `signature` of another key than one of RSA.
    let pss: [UInt8]

    private init?(certificate path: String, key keyPath: String) {
        guard let der = TestPKI.bytes("\(TestPKI.folder)/\(path)"),
            let certificate = try? Certificate(der: der), let kind = CertificateKey(certificate: der),
            let challenge = try? Challenge(),
            let file = unsafe BIO_new_file("\(TestPKI.folder)/\(keyPath)", "r")
        else { return nil }
        defer { unsafe BIO_free(file) }
        guard let key = unsafe PEM_read_bio_PrivateKey(file, nil, nil, nil) else { return nil }
        defer { unsafe EVP_PKEY_free(key) }
        let isCurve = if case .ec = kind { true } else { false }
        let digest = unsafe kind == .ec(.p384) ? EVP_sha384() : EVP_sha256()
        guard let signature = unsafe Self.sign(challenge, key, digest, isPSS: false),
            let pss = unsafe isCurve ? signature : Self.sign(challenge, key, digest, isPSS: true)
        else { return nil }
        (self.certificate, self.kind, self.challenge) = (certificate, kind, challenge)
        (self.signature, self.pss) = (signature, pss)
        onCard = CardCertificate(id: "9A", label: "", pin: nil, der: der)
        ERR_clear_error()
    }

    func check(_ signature: [UInt8], _ scheme: Possession.Scheme) -> Possession {
        Possession.check(of: certificate, challenge: challenge, signature: signature, scheme: scheme)
    }

    private static func sign(
        _ challenge: Challenge,
        _ key: OpaquePointer,
        _ digest: OpaquePointer?,
        isPSS: Bool
    ) -> [UInt8]? {
        guard let context = unsafe EVP_MD_CTX_new() else { return nil }
        defer { unsafe EVP_MD_CTX_free(context) }
        var parameters: OpaquePointer?
        guard unsafe EVP_DigestSignInit(context, &parameters, digest, nil, key) == 1 else { return nil }
        if isPSS {
            guard unsafe EVP_PKEY_CTX_set_rsa_padding(parameters, RSA_PKCS1_PSS_PADDING) == 1,
                unsafe EVP_PKEY_CTX_set_rsa_pss_saltlen(parameters, RSA_PSS_SALTLEN_DIGEST) == 1
            else { return nil }
        }
        var signature = [UInt8](repeating: 0, count: 1_024)
        var count = signature.count
        let done = unsafe EVP_DigestSign(context, &signature, &count, challenge.bytes, challenge.bytes.count)
        return done == 1 ? Array(signature.prefix(count)) : nil
    }

    /// r and s one after the other, of an ECDSA-Sig-Value.
    static func plain(_ der: [UInt8], length: Int) -> [UInt8]? {
        guard let outer = try? BERTLV(parsing: der.span, in: 0..<der.count),
            let numbers = try? BERTLV.objects(in: der.span, range: outer.value, limit: 2), numbers.count == 2
        else { return nil }
        return numbers.flatMap { number -> [UInt8] in
            let value = der[number.value].drop { $0 == 0 }
            return [UInt8](repeating: 0, count: max(0, length - value.count)) + value
        }
    }
}
