internal import COpenSSL
internal import X509

/// The `X509_STORE` of the anchors; OpenSSL locks what it changes in it.
@safe final class TrustStoreHandle: @unchecked Sendable {
    private let owner: OpenSSLObject<X509StoreObject>

    init(_ anchors: [Certificate]) throws(OpenSSLError) {
        guard let owner = unsafe OpenSSLObject<X509StoreObject>(adopting: X509_STORE_new()) else {
            throw .drain()
        }
        for anchor in anchors {
            let done = unsafe owner.with { store in
                unsafe anchor.handle.with { unsafe X509_STORE_add_cert(store, $0) }
            }
            guard done == 1 else { throw .drain() }
        }
        self.owner = owner
    }

    func with<Result, Failure: Error>(
        _ body: (OpaquePointer) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        try unsafe owner.with(body)
    }
}
