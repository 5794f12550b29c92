internal import COpenSSL

/// A C type of OpenSSL, and how one of it is freed.
package protocol OpenSSLType {
    static func free(_ pointer: OpaquePointer)
}

/// The one owner of an OpenSSL object, which frees it exactly once.
///
/// `OpenSSLObject<X509Object>` is the owner of an `X509`, and so on: one type a C type.
@safe package struct OpenSSLObject<Object: OpenSSLType>: ~Copyable {
    private let pointer: OpaquePointer

    /// Takes over `pointer`; `nil` when the call that should have made it failed.
    package init?(adopting pointer: OpaquePointer?) {
        guard let pointer = unsafe pointer else { return nil }
        unsafe self.pointer = pointer
    }

    deinit { unsafe Object.free(pointer) }

    /// Lends the object; the pointer must not leave `body`.
    package borrowing func with<Result, Failure: Error>(
        _ body: (OpaquePointer) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        try unsafe body(pointer)
    }
}

/// `X509`.
package enum X509Object: OpenSSLType {
    package static func free(_ pointer: OpaquePointer) { unsafe X509_free(pointer) }
}

/// `X509_NAME`.
enum NameObject: OpenSSLType {
    static func free(_ pointer: OpaquePointer) { unsafe X509_NAME_free(pointer) }
}

/// `RSA_PSS_PARAMS`.
enum PSSParametersObject: OpenSSLType {
    static func free(_ pointer: OpaquePointer) { unsafe RSA_PSS_PARAMS_free(UnsafeMutablePointer(pointer)) }
}

/// `ASN1_TYPE`.
enum AnyTypeObject: OpenSSLType {
    static func free(_ pointer: OpaquePointer) { unsafe ASN1_TYPE_free(UnsafeMutablePointer(pointer)) }
}

/// `BIO`.
package enum BIOObject: OpenSSLType {
    package static func free(_ pointer: OpaquePointer) { unsafe BIO_free_all(pointer) }
}

/// `BIGNUM`.
enum BigNumberObject: OpenSSLType {
    static func free(_ pointer: OpaquePointer) { unsafe BN_free(pointer) }
}

/// `ASN1_STRING`, `ASN1_BIT_STRING` and the like.
enum StringObject: OpenSSLType {
    static func free(_ pointer: OpaquePointer) { unsafe ASN1_STRING_free(UnsafeMutablePointer(pointer)) }
}

/// `GENERAL_NAMES`.
enum GeneralNamesObject: OpenSSLType {
    static func free(_ pointer: OpaquePointer) { unsafe GENERAL_NAMES_free(pointer) }
}

/// `CRL_DIST_POINTS`.
enum DistributionPointsObject: OpenSSLType {
    static func free(_ pointer: OpaquePointer) { unsafe CRL_DIST_POINTS_free(pointer) }
}

/// `AUTHORITY_INFO_ACCESS`.
enum InformationAccessObject: OpenSSLType {
    static func free(_ pointer: OpaquePointer) { unsafe AUTHORITY_INFO_ACCESS_free(pointer) }
}

/// `CERTIFICATEPOLICIES`.
enum PoliciesObject: OpenSSLType {
    static func free(_ pointer: OpaquePointer) { unsafe CERTIFICATEPOLICIES_free(pointer) }
}

/// `EXTENDED_KEY_USAGE`.
enum ExtendedKeyUsageObject: OpenSSLType {
    static func free(_ pointer: OpaquePointer) { unsafe EXTENDED_KEY_USAGE_free(pointer) }
}
