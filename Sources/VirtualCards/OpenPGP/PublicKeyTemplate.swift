internal import COpenSSL

/// The public key of a private one, as an OpenPGP card tells it: template `7F49` (OpenPGP card specification 3.4, 7.2.14).
enum PublicKeyTemplate {
    /// The template; `nil` where there is no key, or none of a kind that these cards have.
    static func make(pem: String) -> [UInt8]? {
        guard let key = unsafe PrivateKeyFile.parse(pem) else { return nil }
        defer {
            unsafe EVP_PKEY_free(key)
            ERR_clear_error()
        }
        if let modulus = unsafe number("n", of: key), let exponent = unsafe number("e", of: key) {
            return dataObject([0x7F, 0x49], dataObject([0x81], modulus) + dataObject([0x82], exponent))
        }
        return unsafe point(of: key).map { dataObject([0x7F, 0x49], dataObject([0x86], $0)) }
    }

    /// A point that is not compressed, or the key itself where it is one of Ed25519.
    private static func point(of key: OpaquePointer) -> [UInt8]? {
        var output = [UInt8](repeating: 0, count: 256)
        var length = output.count
        let name = OSSL_PKEY_PARAM_PUB_KEY
        guard unsafe EVP_PKEY_get_octet_string_param(key, name, &output, output.count, &length) == 1 else {
            return nil
        }
        return Array(output.prefix(length))
    }

    private static func number(_ name: String, of key: OpaquePointer) -> [UInt8]? {
        var number: OpaquePointer?
        guard unsafe EVP_PKEY_get_bn_param(key, name, &number) == 1, let number = unsafe number else {
            return nil
        }
        defer { unsafe BN_free(number) }
        var bytes = [UInt8](repeating: 0, count: (Int(unsafe BN_num_bits(number)) + 7) / 8)
        return unsafe BN_bn2bin(number, &bytes) == Int32(bytes.count) ? bytes : nil
    }
}
