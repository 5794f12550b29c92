internal import COpenSSL

/// A certificate in its textual form (RFC 7468, 5).
package enum PEM {
    package static func text(of certificate: Certificate) throws(OpenSSLError) -> String {
        try text(der: certificate.der)
    }

    /// The text of a certificate in DER, 64 characters a line; the DER is not parsed.
    ///
    /// Wraps `PEM_write_bio`.
    package static func text(der: [UInt8]) throws(OpenSSLError) -> String {
        guard let memory = unsafe OpenSSLObject(adopting: BIO_new(BIO_s_mem()), freedBy: BIO_free_all) else {
            throw .drain()
        }
        return try unsafe memory.with { (memory) throws(OpenSSLError) in
            guard unsafe PEM_write_bio(memory, PEM_STRING_X509, "", der, der.count) > 0 else {
                throw .drain()
            }
            var start: UnsafeMutablePointer<CChar>?
            let count = unsafe kv_memory_bio(memory, &start)
            return unsafe String(decoding: UnsafeRawBufferPointer(start: start, count: count), as: UTF8.self)
        }
    }
}
