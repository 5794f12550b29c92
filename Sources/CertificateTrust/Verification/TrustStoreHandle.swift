internal import COpenSSL

/// The `X509_STORE` of the anchors; OpenSSL locks what it changes in it.
@safe final class TrustStoreHandle: @unchecked Sendable {
    private let owner: Owner<X509StoreObject>

    init(_ anchors: [Certificate]) throws(LibraryError) {
        guard let owner = unsafe Owner<X509StoreObject>(adopting: X509_STORE_new()) else { throw .drain() }
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
