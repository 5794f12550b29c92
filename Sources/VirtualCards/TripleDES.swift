internal import COpenSSL

/// Triple DES with three keys, chained from a block of zeros and without padding, in OpenSSL.
struct TripleDES {
    private let key: [UInt8]

    /// `nil` unless `key` has 24 bytes.
    init?(key: [UInt8]) {
        guard key.count == 24 else { return nil }
        self.key = key
    }

    func encrypt(_ data: [UInt8]) -> [UInt8]? { crypt(data, encrypting: true) }

    func decrypt(_ data: [UInt8]) -> [UInt8]? { crypt(data, encrypting: false) }

    /// Whole blocks of 8 bytes; `nil` for anything else.
    private func crypt(_ data: [UInt8], encrypting: Bool) -> [UInt8]? {
        defer { ERR_clear_error() }
        guard !data.isEmpty, data.count % 8 == 0, let context = unsafe EVP_CIPHER_CTX_new() else {
            return nil
        }
        defer { unsafe EVP_CIPHER_CTX_free(context) }
        let start = [UInt8](repeating: 0, count: 8)
        guard
            unsafe EVP_CipherInit_ex(context, EVP_des_ede3_cbc(), nil, key, start, encrypting ? 1 : 0) == 1,
            unsafe EVP_CIPHER_CTX_set_padding(context, 0) == 1
        else { return nil }
        // OpenSSL may write one block more than it was given.
        var output = [UInt8](repeating: 0, count: data.count + 8)
        var written: Int32 = 0
        guard unsafe EVP_CipherUpdate(context, &output, &written, data, Int32(clamping: data.count)) == 1,
            Int(written) == data.count
        else { return nil }
        return Array(output.prefix(data.count))
    }
}
