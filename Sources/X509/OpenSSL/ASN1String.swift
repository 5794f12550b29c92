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
    /// What is no valid string of its type is read unit by unit, octets as ISO 8859-1, so that nothing is lost; what went wrong
    /// stays in OpenSSL's queue.
    package static func text(of string: UnsafePointer<ASN1_STRING>?, limit: Int) -> CertificateText? {
        guard let raw = unsafe bytes(of: string, limit: limit) else { return nil }
        var converted: UnsafeMutablePointer<UInt8>?
        let count = unsafe ASN1_STRING_to_UTF8(&converted, string)
        guard count >= 0, let start = unsafe converted else {
            return CertificateText(repaired(raw, width: unsafe width(of: ASN1_STRING_type(string))))
        }
        defer { unsafe CRYPTO_free(start, #file, #line) }
        let bytes = unsafe UnsafeBufferPointer(start: start, count: Int(count))
        return unsafe CertificateText(String(decoding: bytes, as: UTF8.self))
    }

    /// Octets of a character, 1 where the type has no fixed number.
    private static func width(of type: Int32) -> Int {
        type == V_ASN1_BMPSTRING ? 2 : type == V_ASN1_UNIVERSALSTRING ? 4 : 1
    }

    private static func repaired(_ bytes: [UInt8], width: Int) -> String {
        let scalars = stride(from: 0, to: bytes.count, by: width).map { start in
            let value = bytes[start..<min(start + width, bytes.count)].reduce(0) { $0 << 8 | UInt32($1) }
            return Unicode.Scalar(value) ?? "\u{FFFD}"
        }
        return String(String.UnicodeScalarView(scalars))
    }
}
