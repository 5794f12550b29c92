import COpenSSL

/// A certificate of the test PKI's issuer with names that no real issuer would give out.
struct TestCertificate {
    /// Attributes of the subject: type as OpenSSL names it, ASN.1 type, octets.
    var attributes: [(type: String, kind: Int32, value: [UInt8])] = [
        ("CN", V_ASN1_UTF8STRING, Array("Test".utf8))
    ]
    /// GeneralNames in DER.
    var names: [[UInt8]] = []
    var keyUsage = "critical,digitalSignature"
    var issuer = "issuer"
    /// Seconds from now.
    var notBefore = -86_400
    var notAfter = 86_400
    var serial = 0x4711

    static func tlv(_ tag: UInt8, _ value: [UInt8]) -> [UInt8] {
        value.count < 128
            ? [tag, UInt8(value.count)] + value
            : [tag, 0x82, UInt8(value.count >> 8), UInt8(value.count & 0xFF)] + value
    }

    static func mail(_ text: [UInt8]) -> [UInt8] { tlv(0x81, text) }

    /// otherName of this type; `kind` is the tag of the value's string.
    static func upn(_ text: [UInt8], kind: UInt8 = 0x0C, type: UInt8 = 0x03) -> [UInt8] {
        let identifier: [UInt8] = [0x06, 0x0A, 0x2B, 0x06, 0x01, 0x04, 0x01, 0x82, 0x37, 0x14, 0x02, type]
        return tlv(0xA0, identifier + tlv(0xA0, tlv(kind, text)))
    }

    static func serialNumber(
        _ text: String,
        _ kind: Int32 = V_ASN1_PRINTABLESTRING
    ) -> (String, Int32, [UInt8]) {
        ("serialNumber", kind, Array(text.utf8))
    }

    var der: [UInt8] {
        get throws {
            let folder = TestTrust.pki
            let key = unsafe try Self.need(Self.key("\(folder)/keys/\(issuer).key.pem"))
            defer { unsafe EVP_PKEY_free(key) }
            let authority = unsafe try Self.need(Self.certificate("\(folder)/certificates/\(issuer).pem"))
            defer { unsafe X509_free(authority) }
            let certificate = unsafe try Self.need(X509_new())
            defer { unsafe X509_free(certificate) }
            unsafe X509_set_version(certificate, 2)
            unsafe ASN1_INTEGER_set(X509_get_serialNumber(certificate), serial)
            unsafe X509_gmtime_adj(X509_getm_notBefore(certificate), notBefore)
            unsafe X509_gmtime_adj(X509_getm_notAfter(certificate), notAfter)
            unsafe X509_set_issuer_name(certificate, X509_get_subject_name(authority))
            unsafe X509_set_pubkey(certificate, X509_get0_pubkey(authority))
            let name = unsafe X509_get_subject_name(certificate)
            for attribute in attributes {
                let number = unsafe OBJ_txt2nid(attribute.type)
                let object = unsafe try Self.need(OBJ_nid2obj(number))
                let entry = unsafe try Self.need(
                    X509_NAME_ENTRY_create_by_OBJ(
                        nil,
                        object,
                        attribute.kind,
                        attribute.value,
                        Int32(attribute.value.count)
                    )
                )
                unsafe X509_NAME_add_entry(name, entry, -1, 0)
                unsafe X509_NAME_ENTRY_free(entry)
            }
            let usage = unsafe try Self.need(X509V3_EXT_conf_nid(nil, nil, NID_key_usage, keyUsage))
            unsafe X509_add_ext(certificate, usage, -1)
            unsafe X509_EXTENSION_free(usage)
            if !names.isEmpty {
                let value = Self.tlv(0x30, names.flatMap { $0 })
                let octets = unsafe try Self.need(ASN1_OCTET_STRING_new())
                unsafe ASN1_OCTET_STRING_set(octets, value, Int32(value.count))
                let alternative = unsafe X509_EXTENSION_create_by_NID(nil, NID_subject_alt_name, 0, octets)
                unsafe try X509_add_ext(certificate, Self.need(alternative), -1)
                unsafe X509_EXTENSION_free(alternative)
                unsafe ASN1_OCTET_STRING_free(octets)
            }
            guard unsafe X509_sign(certificate, key, EVP_sha256()) > 0 else { throw Failed() }
            var start: UnsafeMutablePointer<UInt8>?
            let count = unsafe i2d_X509(certificate, &start)
            let first = unsafe try Self.need(start)
            defer { unsafe CRYPTO_free(first, #file, #line) }
            return unsafe Array(UnsafeBufferPointer(start: first, count: Int(count)))
        }
    }

    private struct Failed: Error {}

    private static func need<T>(_ value: T?) throws -> T {
        guard let value else { throw Failed() }
        return value
    }

    private static func key(_ path: String) -> OpaquePointer? {
        guard let file = unsafe BIO_new_file(path, "r") else { return nil }
        defer { unsafe BIO_free(file) }
        return unsafe PEM_read_bio_PrivateKey(file, nil, nil, nil)
    }

    private static func certificate(_ path: String) -> OpaquePointer? {
        guard let file = unsafe BIO_new_file(path, "r") else { return nil }
        defer { unsafe BIO_free(file) }
        return unsafe PEM_read_bio_X509(file, nil, nil, nil)
    }
}
