internal import COpenSSL
internal import X509

/// `X509_STORE`.
enum X509StoreObject: OpenSSLType {
    static func free(_ pointer: OpaquePointer) { unsafe X509_STORE_free(pointer) }
}

/// `X509_STORE_CTX`.
enum X509StoreContextObject: OpenSSLType {
    static func free(_ pointer: OpaquePointer) { unsafe X509_STORE_CTX_free(pointer) }
}

/// `STACK_OF(X509)` without its elements, which have owners of their own.
enum X509StackObject: OpenSSLType {
    static func free(_ pointer: OpaquePointer) { unsafe kv_certificates_free(pointer) }
}

/// `EVP_MD_CTX`.
enum DigestContextObject: OpenSSLType {
    static func free(_ pointer: OpaquePointer) { unsafe EVP_MD_CTX_free(pointer) }
}

/// `X509_CRL`.
enum X509CRLObject: OpenSSLType {
    static func free(_ pointer: OpaquePointer) { unsafe X509_CRL_free(pointer) }
}

/// `OCSP_REQUEST`.
enum OCSPRequestObject: OpenSSLType {
    static func free(_ pointer: OpaquePointer) { unsafe OCSP_REQUEST_free(pointer) }
}

/// `OCSP_RESPONSE`.
enum OCSPResponseObject: OpenSSLType {
    static func free(_ pointer: OpaquePointer) { unsafe OCSP_RESPONSE_free(pointer) }
}

/// `OCSP_BASICRESP`.
enum OCSPBasicResponseObject: OpenSSLType {
    static func free(_ pointer: OpaquePointer) { unsafe OCSP_BASICRESP_free(pointer) }
}

/// `OCSP_CERTID`.
enum OCSPCertificateIDObject: OpenSSLType {
    static func free(_ pointer: OpaquePointer) { unsafe OCSP_CERTID_free(pointer) }
}
