package import COpenSSL

/// Reading the string types of ASN.1, which hold a length and may hold NUL.
package enum ASN1String {
    /// The bytes of `string`, at most `limit` of them; `nil` when it is longer.
    package static func bytes(of string: UnsafePointer<ASN1_STRING>?, limit: Int) -> [UInt8]? {
        guard let string = unsafe string else { return nil }
        let count = unsafe Int(ASN1_STRING_length(string))
        guard (0...limit).contains(count) else { return nil }
        guard count > 0, let start = unsafe ASN1_STRING_get0_data(string) else { return [] }
        return unsafe Array(UnsafeBufferPointer(start: start, count: count))
    }

    /// The characters of `string`, whatever type it has.
    ///
    /// What is no valid string of its type is read byte by byte as ISO 8859-1, so that nothing is lost; what went wrong stays
    /// in OpenSSL's queue.
    package static func text(of string: UnsafePointer<ASN1_STRING>?, limit: Int) -> CertificateText? {
        guard let raw = unsafe bytes(of: string, limit: limit) else { return nil }
        var converted: UnsafeMutablePointer<UInt8>?
        let count = unsafe ASN1_STRING_to_UTF8(&converted, string)
        guard count >= 0, let start = unsafe converted else {
            return CertificateText(String(String.UnicodeScalarView(raw.map { Unicode.Scalar($0) })))
        }
        defer { unsafe CRYPTO_free(start, #file, #line) }
        let bytes = unsafe UnsafeBufferPointer(start: start, count: Int(count))
        return unsafe CertificateText(String(decoding: bytes, as: UTF8.self))
    }
}
