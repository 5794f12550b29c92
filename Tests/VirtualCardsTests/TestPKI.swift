import COpenSSL

/// Signatures judged by the public keys of the test PKI.
enum TestPKI {
    /// The data that `signature` signs, by the key in the certificate `name`, without its PKCS#1 v1.5 padding unless told otherwise.
    static func recovered(
        _ signature: [UInt8],
        certificate name: String,
        withPadding: Bool = false
    ) -> [UInt8]? {
        guard let file = unsafe BIO_new_file(Bench.fixtures + "/pki/certificates/\(name).pem", "r") else {
            return nil
        }
        defer { unsafe BIO_free(file) }
        guard let certificate = unsafe PEM_read_bio_X509(file, nil, nil, nil) else { return nil }
        defer { unsafe X509_free(certificate) }
        guard let context = unsafe EVP_PKEY_CTX_new(X509_get0_pubkey(certificate), nil) else { return nil }
        defer { unsafe EVP_PKEY_CTX_free(context) }
        guard unsafe EVP_PKEY_verify_recover_init(context) == 1,
            unsafe EVP_PKEY_CTX_set_rsa_padding(context, withPadding ? RSA_NO_PADDING : RSA_PKCS1_PADDING)
                == 1
        else { return nil }
        var data = [UInt8](repeating: 0, count: 512)
        var length = data.count
        guard unsafe EVP_PKEY_verify_recover(context, &data, &length, signature, signature.count) == 1 else {
            return nil
        }
        return Array(data.prefix(length))
    }
}
