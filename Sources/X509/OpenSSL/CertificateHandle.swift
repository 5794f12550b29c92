internal import COpenSSL

/// The `X509` of a certificate, shared by the copies of a `Certificate` and freed with the last of them.
///
/// Threads may read an `X509` at the same time: what OpenSSL fills in late (its extension cache) it locks itself.
@safe package final class CertificateHandle: @unchecked Sendable {
    private let owner: OpenSSLObject<X509Object>

    init(_ owner: consuming OpenSSLObject<X509Object>) { self.owner = owner }

    package func with<Result, Failure: Error>(
        _ body: (OpaquePointer) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        try unsafe owner.with(body)
    }

    /// Tells whether OpenSSL speaks of this object.
    package var identity: UInt { unsafe owner.with { UInt(bitPattern: $0) } }
}
