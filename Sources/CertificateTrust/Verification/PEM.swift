internal import COpenSSL

/// Certificates in their textual form (RFC 7468, 5).
package enum PEM {
    package static func text(of certificate: Certificate) -> String { text(der: certificate.der) }

    /// The text of a certificate in DER, 64 characters a line; nobody looks into it.
    package static func text(der: [UInt8]) -> String {
        let encoded = base64(der)
        let lines = stride(from: 0, to: encoded.count, by: 64).map { start in
            String(decoding: encoded[start..<min(start + 64, encoded.count)], as: UTF8.self)
        }
        return (["-----BEGIN CERTIFICATE-----"] + lines + ["-----END CERTIFICATE-----", ""])
            .joined(separator: "\n")
    }

    /// Every certificate of the text; a block of another kind, such as a private key, refuses it as a whole.
    ///
    /// Wraps `PEM_read_bio`.
    static func certificates(in bytes: [UInt8], limit: Int) throws(TrustStore.Problem) -> [Certificate] {
        let pointer = unsafe bytes.withUnsafeBytes { buffer -> OpaquePointer? in
            guard let bio = unsafe BIO_new(BIO_s_mem()) else { return nil }
            let count = unsafe BIO_write(bio, buffer.baseAddress, Int32(clamping: buffer.count))
            guard count == buffer.count else {
                unsafe BIO_free_all(bio)
                return nil
            }
            return unsafe bio
        }
        guard let bio = unsafe Owner<BIOObject>(adopting: pointer) else {
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
                throw .notACertificate(error)
            }
            guard certificates.count <= limit else { throw .tooMany(limit: limit) }
        }
        return certificates
    }

    private static func next(
        _ bio: borrowing Owner<BIOObject>
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
            let error = LibraryError.drain()
            if isEnd { return nil }
            throw .library(error)
        }
        let bytes = unsafe Array(UnsafeBufferPointer(start: data, count: length))
        return (unsafe String(cString: name), bytes)
    }

    /// Wraps `EVP_EncodeBlock`.
    private static func base64(_ bytes: [UInt8]) -> [UInt8] {
        var output = [UInt8](repeating: 0, count: (bytes.count + 2) / 3 * 4 + 1)
        let count = unsafe EVP_EncodeBlock(&output, bytes, Int32(clamping: bytes.count))
        return Array(output.prefix(max(0, Int(count))))
    }
}
