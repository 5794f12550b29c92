internal import COpenSSL

extension CertificateExtensions {
    /// Wraps `X509_get_ext_d2i` and the accessors of its types.
    init(of x509: OpaquePointer) {
        var malformed = unsafe X509_get_extension_flags(x509) & UInt32(EXFLAG_INVALID) != 0
        var refused: [CertificateText] = []

        keyUsage = unsafe Self.keyUsage(of: x509, &malformed)
        extendedKeyUsage = unsafe Self.decoded(NID_ext_key_usage, of: x509, &malformed).map { list in
            let owner = unsafe OpenSSLObject(adopting: list, freedBy: EXTENDED_KEY_USAGE_free)
            return unsafe owner?.objects(kv_objects_count, kv_objects_at) ?? []
        }
        let policyList = unsafe Self.decoded(NID_certificate_policies, of: x509, &malformed)
        let policyOwner = unsafe OpenSSLObject(adopting: policyList, freedBy: CERTIFICATEPOLICIES_free)
        policies =
            unsafe policyOwner?.objects(kv_policies_count, kv_policies_at) ?? []
        isAuthority = unsafe Self.isAuthority(x509, &malformed)

        let names = unsafe OpenSSLObject(
            adopting: Self.decoded(NID_subject_alt_name, of: x509, &malformed),
            freedBy: GENERAL_NAMES_free
        )
        func texts(
            _ pick: (UnsafePointer<GENERAL_NAME>?) -> UnsafePointer<ASN1_STRING>?
        ) -> [CertificateText] {
            unsafe names?.with { unsafe Self.texts(in: $0, pick) } ?? []
        }
        emailAddresses = unsafe texts(kv_general_name_email)
        principalNames = unsafe texts(kv_general_name_upn)

        let points = unsafe OpenSSLObject(
            adopting: Self.decoded(NID_crl_distribution_points, of: x509, &malformed),
            freedBy: CRL_DIST_POINTS_free
        )
        crlDistributionPoints =
            unsafe points?.with { unsafe Self.points($0, issuer: X509_get_issuer_name(x509)) } ?? []
        refused += crlDistributionPoints.flatMap(\.names).compactMap { name in
            if case .uri(let text) = name, !WebAddress.isUsable(text.raw) { text } else { nil }
        }
        let access = unsafe OpenSSLObject(
            adopting: Self.decoded(NID_info_access, of: x509, &malformed),
            freedBy: AUTHORITY_INFO_ACCESS_free
        )
        ocspAddresses = unsafe access?.with { unsafe Self.locations($0, NID_ad_OCSP, &refused) } ?? []
        issuerAddresses = unsafe access?.with { unsafe Self.locations($0, NID_ad_ca_issuers, &refused) } ?? []
        refusedAddresses = refused

        cardNumber = unsafe Self.cardNumber(of: x509)
        unknownCritical = unsafe Self.unknownCritical(of: x509)
        needsNoRevocationCheck = unsafe X509_get_ext_by_NID(x509, NID_id_pkix_OCSP_noCheck, -1) >= 0
        isMalformed = malformed
    }

    private static func keyUsage(of x509: OpaquePointer, _ malformed: inout Bool) -> [KeyUsage]? {
        guard unsafe X509_get_ext_by_NID(x509, NID_key_usage, -1) >= 0 else { return nil }
        let bits = unsafe OpenSSLObject(
            adopting: decoded(NID_key_usage, of: x509, &malformed),
            freedBy: { unsafe ASN1_STRING_free(UnsafeMutablePointer($0)) }
        )
        return unsafe bits?.with { bits in
            KeyUsage.allCases.enumerated().filter { position, _ in
                unsafe ASN1_BIT_STRING_get_bit(UnsafePointer(bits), Int32(position)) == 1
            }.map(\.element)
        } ?? []
    }

    /// An extension's value; `nil` when there is none.
    ///
    /// Doubled and unreadable ones count as malformed.
    private static func decoded(
        _ number: Int32,
        of x509: OpaquePointer,
        _ malformed: inout Bool
    ) -> OpaquePointer? {
        var critical: Int32 = 0
        let value = unsafe X509_get_ext_d2i(x509, number, &critical, nil)
        if unsafe value == nil {
            // -1: no such extension.
            if critical != -1 { malformed = true }
        }
        return unsafe value.map { OpaquePointer($0) }
    }

    private static func isAuthority(_ x509: OpaquePointer, _ malformed: inout Bool) -> Bool {
        guard let pointer = unsafe decoded(NID_basic_constraints, of: x509, &malformed) else { return false }
        let value = unsafe UnsafeMutablePointer<BASIC_CONSTRAINTS>(pointer)
        defer { unsafe BASIC_CONSTRAINTS_free(value) }
        return unsafe value.pointee.ca != 0
    }

    /// A text of any type; `nil` where the extension makes no sense: it is private, and no reason to reject a certificate.
    private static func cardNumber(of x509: OpaquePointer) -> CertificateText? {
        guard let type = unsafe OBJ_txt2obj(ObjectID.cardNumber.dotted, 1) else { return nil }
        defer { unsafe ASN1_OBJECT_free(type) }
        let position = unsafe X509_get_ext_by_OBJ(x509, type, -1)
        guard position >= 0, unsafe X509_get_ext_by_OBJ(x509, type, position) < 0,
            let value = unsafe X509_EXTENSION_get_data(X509_get_ext(x509, position))
        else { return nil }
        var cursor = unsafe ASN1_STRING_get0_data(value)
        let decoded = unsafe d2i_ASN1_TYPE(nil, &cursor, Int(ASN1_STRING_length(value)))
        let owner = unsafe OpenSSLObject(
            adopting: decoded.map { OpaquePointer($0) },
            freedBy: { unsafe ASN1_TYPE_free(UnsafeMutablePointer($0)) }
        )
        return unsafe owner?.with { value in
            let value = unsafe UnsafePointer<ASN1_TYPE>(value)
            guard
                [V_ASN1_PRINTABLESTRING, V_ASN1_UTF8STRING, V_ASN1_IA5STRING, V_ASN1_T61STRING]
                    .contains(unsafe ASN1_TYPE_get(value))
            else { return nil }
            return unsafe ASN1String.text(of: value.pointee.value.asn1_string, limit: 128)
        }
    }

    private static func unknownCritical(of x509: OpaquePointer) -> [ObjectID] {
        (0..<max(0, unsafe X509_get_ext_count(x509))).compactMap { index in
            guard let entry = unsafe X509_get_ext(x509, index),
                unsafe X509_EXTENSION_get_critical(entry) == 1, unsafe X509_supported_extension(entry) == 0
            else { return nil }
            return unsafe ObjectID(reading: X509_EXTENSION_get_object(entry))
        }
    }
}

extension OpenSSLObject {
    /// The object identifiers of a list.
    fileprivate borrowing func objects(
        _ count: (OpaquePointer?) -> Int32,
        _ at: (OpaquePointer?, Int32) -> OpaquePointer?
    ) -> [ObjectID] {
        unsafe with { list in
            (0..<max(0, unsafe count(list))).map { unsafe ObjectID(reading: at(list, $0)) }
        }
    }
}
