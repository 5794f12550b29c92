internal import COpenSSL
internal import X509

/// Certificates in their textual form (RFC 7468, 5).
extension TrustFile {
    /// Every certificate of the text; a block of another kind, such as a private key, refuses it as a whole.
    ///
    /// Wraps `PEM_read_bio`.
    static func pemCertificates(in bytes: [UInt8], limit: Int) throws(TrustStore.Problem) -> [Certificate] {
        let pointer = unsafe bytes.withUnsafeBytes { buffer -> OpaquePointer? in
            guard let bio = unsafe BIO_new(BIO_s_mem()) else { return nil }
            let count = unsafe BIO_write(bio, buffer.baseAddress, Int32(clamping: buffer.count))
            guard count == buffer.count else {
                unsafe BIO_free_all(bio)
                return nil
            }
            return unsafe bio
        }
        guard let bio = unsafe OpenSSLObject(adopting: pointer, freedBy: BIO_free_all) else {
            throw .library(.drain())
        }
        var certificates: [Certificate] = []
        while let block = try next(bio) {
            guard block.name == PEM_STRING_X509 || block.name == PEM_STRING_X509_OLD else {
                throw .notOnlyCertificates(found: block.name)
            }
            do throws(CertificateError) {
                certificates.append(try Certificate(der: block.bytes))
            } catch {
                throw Problem(error)
            }
            guard certificates.count <= limit else { throw .tooMany(limit: limit) }
        }
        return certificates
    }

    private static func next(
        _ bio: borrowing OpenSSLObject
    ) throws(TrustStore.Problem) -> (name: String, bytes: [UInt8])? {
        var name: UnsafeMutablePointer<CChar>?
        var header: UnsafeMutablePointer<CChar>?
        var data: UnsafeMutablePointer<UInt8>?
        var length = 0
        let done = unsafe bio.with { unsafe PEM_read_bio($0, &name, &header, &data, &length) }
        defer {
            unsafe CRYPTO_free(name, #file, #line)
            unsafe CRYPTO_free(header, #file, #line)
            unsafe CRYPTO_free(data, #file, #line)
        }
        guard done == 1, let name = unsafe name, let data = unsafe data else {
            let isEnd = ERR_GET_REASON(ERR_peek_last_error()) == PEM_R_NO_START_LINE
            let error = OpenSSLError.drain()
            if isEnd && !error.isOutOfMemory { return nil }
            throw .library(error)
        }
        let bytes = unsafe Array(UnsafeBufferPointer(start: data, count: length))
        return (unsafe String(cString: name), bytes)
    }
}

extension TrustStore.Problem {
    init(_ error: CertificateError) {
        if case .library(let error) = error { self = .library(error) } else { self = .notACertificate(error) }
    }
}
