/// The one owner of an OpenSSL object, which frees it exactly once.
@safe package struct OpenSSLObject: ~Copyable {
    private let pointer: OpaquePointer
    private let free: (OpaquePointer?) -> Void

    /// Takes over `pointer`, for which OpenSSL has the function `free`; `nil` when the call that should have made it failed.
    package init?(adopting pointer: OpaquePointer?, freedBy free: @escaping (OpaquePointer?) -> Void) {
        guard let pointer = unsafe pointer else { return nil }
        unsafe (self.pointer, self.free) = (pointer, free)
    }

    deinit { unsafe free(pointer) }

    /// Lends the object; the pointer must not leave `body`.
    package borrowing func with<Result, Failure: Error>(
        _ body: (OpaquePointer) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        try unsafe body(pointer)
    }
}

/// An OpenSSL object that several values share, freed with the last of them.
///
/// Threads may read an `X509` or use an `X509_STORE` at the same time: what OpenSSL fills in late it locks itself.
@safe package final class SharedOpenSSLObject: @unchecked Sendable {
    private let owner: OpenSSLObject

    package init(_ owner: consuming OpenSSLObject) { self.owner = owner }

    package func with<Result, Failure: Error>(
        _ body: (OpaquePointer) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        try unsafe owner.with(body)
    }

    /// Tells whether OpenSSL speaks of this object.
    package var identity: UInt { unsafe owner.with { UInt(bitPattern: $0) } }
}
