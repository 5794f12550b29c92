internal import COpenSSL

/// An X.509 certificate (RFC 5280), read and not judged.
///
/// A value: copies share what was read, and the OpenSSL object. Two certificates are equal when their bytes are.
package struct Certificate: Hashable, Sendable, CustomStringConvertible, CustomDebugStringConvertible {
    /// Larger ones are refused; SITHS certificates have about 1,800 bytes.
    package static let maximumSize = 16_384

    package var der: [UInt8] { content.der }
    package var subject: DistinguishedName { content.subject }
    package var issuer: DistinguishedName { content.issuer }
    /// The content of the INTEGER, most significant byte first.
    package var serialNumber: [UInt8] { content.serialNumber }
    package var notBefore: Instant { content.notBefore }
    package var notAfter: Instant { content.notAfter }
    package var key: PublicKey { content.key }
    package var signature: SignatureAlgorithm { content.signature }
    package var extensions: CertificateExtensions { content.extensions }

    /// The `X509` itself, for other calls of OpenSSL.
    package var handle: SharedOpenSSLObject { content.handle }

    /// What was read; an object, so that a copy is one pointer and not two dozen values.
    private let content: Content

    private final class Content: Sendable {
        let der: [UInt8]
        let subject: DistinguishedName
        let issuer: DistinguishedName
        let serialNumber: [UInt8]
        let notBefore: Instant
        let notAfter: Instant
        let key: PublicKey
        let signature: SignatureAlgorithm
        let extensions: CertificateExtensions
        let handle: SharedOpenSSLObject

        init(der: [UInt8], handle: SharedOpenSSLObject) throws(CertificateError) {
            self.der = der
            self.handle = handle
            let times = unsafe handle.with { x509 in
                unsafe (
                    Instant(reading: X509_get0_notBefore(x509)), Instant(reading: X509_get0_notAfter(x509))
                )
            }
            guard let notBefore = times.0, let notAfter = times.1 else { throw .invalidTime }
            (self.notBefore, self.notAfter) = (notBefore, notAfter)
            subject = unsafe handle.with { unsafe DistinguishedName(reading: X509_get_subject_name($0)) }
            issuer = unsafe handle.with { unsafe DistinguishedName(reading: X509_get_issuer_name($0)) }
            serialNumber = unsafe handle.with { x509 in
                unsafe ASN1String.bytes(of: X509_get0_serialNumber(x509), limit: Certificate.maximumSize)
                    ?? []
            }
            key = unsafe handle.with { unsafe PublicKey(of: $0) }
            signature = unsafe handle.with { unsafe SignatureAlgorithm(of: $0) }
            extensions = unsafe handle.with { unsafe CertificateExtensions(of: $0) }
            // What makes no sense is an error of OpenSSL too, and was read as such; without memory nothing was read.
            let error = OpenSSLError.drain()
            if error.isOutOfMemory { throw .library(error) }
        }
    }

    package static func == (left: Certificate, right: Certificate) -> Bool { left.der == right.der }
    package func hash(into hasher: inout Hasher) { hasher.combine(der) }

    /// Which certificate this is, without a word about its holder, so that it may stand in a log.
    package var description: String {
        let digits = HexDigits.text(of: serialNumber.prefix(20), uppercase: true)
        return "certificate \(digits) of \(issuer.commonName?.shown ?? "?")"
    }

    package var debugDescription: String { description }

    /// SHA-256 over the whole certificate, 32 bytes; empty when OpenSSL fails.
    package var fingerprint: [UInt8] { (try? MessageDigest.sha256(of: der)) ?? [] }

    /// Holder and issuer have the same name, as roots have.
    package var isSelfIssued: Bool { subject.encoded == issuer.encoded }

    /// Its own issuer, by name and key identifiers.
    ///
    /// Wraps `X509_self_signed`.
    package var isSelfSigned: Bool {
        defer { ERR_clear_error() }
        return unsafe handle.with { unsafe X509_self_signed($0, 0) } == 1
    }

    /// Reads a certificate that anybody may have written.
    ///
    /// Wraps `d2i_X509`.
    package init(der: [UInt8]) throws(CertificateError) {
        guard der.count <= Self.maximumSize else { throw .tooLarge(limit: Self.maximumSize) }
        do throws(OpenSSLError) { try OpenSSLError.prepareQueue() } catch { throw .library(error) }
        var used = 0
        let pointer = unsafe der.withUnsafeBufferPointer { bytes -> OpaquePointer? in
            var cursor = bytes.baseAddress
            let pointer = unsafe d2i_X509(nil, &cursor, bytes.count)
            if let start = bytes.baseAddress, let end = unsafe cursor { used = unsafe end - start }
            return unsafe pointer
        }
        guard let owner = unsafe OpenSSLObject(adopting: pointer, freedBy: X509_free) else {
            let error = OpenSSLError.drain()
            throw error.isOutOfMemory ? .library(error) : .notACertificate(error)
        }
        let handle = SharedOpenSSLObject(owner)
        guard used == der.count else { throw .trailingBytes(count: der.count - used) }
        content = try Content(der: der, handle: handle)
    }
}
