internal import COpenSSL

/// A C type of OpenSSL, and how one of it is freed.
protocol LibraryType {
    static func free(_ pointer: OpaquePointer)
}

/// The one owner of an OpenSSL object, which frees it exactly once.
///
/// `Owner<X509Object>` is the owner of an `X509`, and so on: one type a C type.
@safe struct Owner<Object: LibraryType>: ~Copyable {
    private let pointer: OpaquePointer

    /// Takes over `pointer`; `nil` when the call that should have made it failed.
    init?(adopting pointer: OpaquePointer?) {
        guard let pointer = unsafe pointer else { return nil }
        unsafe self.pointer = pointer
    }

    deinit { unsafe Object.free(pointer) }

    /// Lends the object; the pointer must not leave `body`.
    borrowing func with<Result, Failure: Error>(
        _ body: (OpaquePointer) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        try unsafe body(pointer)
    }
}

/// `X509`.
enum X509Object: LibraryType {
    static func free(_ pointer: OpaquePointer) { unsafe X509_free(pointer) }
}

/// `X509_STORE`.
enum X509StoreObject: LibraryType {
    static func free(_ pointer: OpaquePointer) { unsafe X509_STORE_free(pointer) }
}

/// `X509_STORE_CTX`.
enum X509StoreContextObject: LibraryType {
    static func free(_ pointer: OpaquePointer) { unsafe X509_STORE_CTX_free(pointer) }
}

/// `STACK_OF(X509)` without its elements, which have owners of their own.
enum X509StackObject: LibraryType {
    static func free(_ pointer: OpaquePointer) { unsafe kv_certificates_free(pointer) }
}

/// `BIO`.
enum BIOObject: LibraryType {
    static func free(_ pointer: OpaquePointer) { unsafe BIO_free_all(pointer) }
}

/// `BIGNUM`.
enum BigNumberObject: LibraryType {
    static func free(_ pointer: OpaquePointer) { unsafe BN_free(pointer) }
}

/// `EVP_MD_CTX`.
enum DigestContextObject: LibraryType {
    static func free(_ pointer: OpaquePointer) { unsafe EVP_MD_CTX_free(pointer) }
}

/// `ASN1_STRING`, `ASN1_BIT_STRING` and the like.
enum StringObject: LibraryType {
    static func free(_ pointer: OpaquePointer) { unsafe ASN1_STRING_free(UnsafeMutablePointer(pointer)) }
}

/// `GENERAL_NAMES`.
enum GeneralNamesObject: LibraryType {
    static func free(_ pointer: OpaquePointer) { unsafe GENERAL_NAMES_free(pointer) }
}

/// `CRL_DIST_POINTS`.
enum DistributionPointsObject: LibraryType {
    static func free(_ pointer: OpaquePointer) { unsafe CRL_DIST_POINTS_free(pointer) }
}

/// `AUTHORITY_INFO_ACCESS`.
enum InformationAccessObject: LibraryType {
    static func free(_ pointer: OpaquePointer) { unsafe AUTHORITY_INFO_ACCESS_free(pointer) }
}

/// `CERTIFICATEPOLICIES`.
enum PoliciesObject: LibraryType {
    static func free(_ pointer: OpaquePointer) { unsafe CERTIFICATEPOLICIES_free(pointer) }
}

/// `EXTENDED_KEY_USAGE`.
enum ExtendedKeyUsageObject: LibraryType {
    static func free(_ pointer: OpaquePointer) { unsafe EXTENDED_KEY_USAGE_free(pointer) }
}

/// `X509_CRL`.
enum X509CRLObject: LibraryType {
    static func free(_ pointer: OpaquePointer) { unsafe X509_CRL_free(pointer) }
}

/// `OCSP_REQUEST`.
enum OCSPRequestObject: LibraryType {
    static func free(_ pointer: OpaquePointer) { unsafe OCSP_REQUEST_free(pointer) }
}

/// `OCSP_RESPONSE`.
enum OCSPResponseObject: LibraryType {
    static func free(_ pointer: OpaquePointer) { unsafe OCSP_RESPONSE_free(pointer) }
}

/// `OCSP_BASICRESP`.
enum OCSPBasicResponseObject: LibraryType {
    static func free(_ pointer: OpaquePointer) { unsafe OCSP_BASICRESP_free(pointer) }
}

/// `OCSP_CERTID`.
enum OCSPCertificateIDObject: LibraryType {
    static func free(_ pointer: OpaquePointer) { unsafe OCSP_CERTID_free(pointer) }
}

/// `OSSL_HTTP_REQ_CTX`, with its connection.
enum HTTPRequestObject: LibraryType {
    static func free(_ pointer: OpaquePointer) { unsafe _ = OSSL_HTTP_close(pointer, 1) }
}
