/// Why bytes are no certificate that can be judged.
package enum CertificateError: Error, Hashable, Sendable {
    /// More bytes than any certificate of a person has.
    case tooLarge(limit: Int)
    /// Not the DER of a certificate (RFC 5280, 4.1).
    case notACertificate(OpenSSLError)
    /// OpenSSL could not do its part, so that nothing is known of the certificate.
    case library(OpenSSLError)
    /// A certificate and `count` bytes after it.
    case trailingBytes(count: Int)
    /// A time of the validity cannot be read.
    case invalidTime
}
