internal import COpenSSL

extension CertificateExtensions {
    /// Elements of one extension that are read; real ones have up to ten.
    static let maximumCount = 32
    /// Extensions of one certificate that are looked at for unknown critical ones.
    private static let maximumExtensionCount = 256

    /// Wraps `X509_get_ext_d2i` and the accessors of its types.
    init(of x509: OpaquePointer) {
        var malformed = unsafe X509_get_extension_flags(x509) & UInt32(EXFLAG_INVALID) != 0
        var refused: [CertificateText] = []

        let bits = unsafe Owner<StringObject>(adopting: Self.decoded(NID_key_usage, of: x509, &malformed))
        keyUsage = unsafe bits?.with { unsafe Self.keyUsage(UnsafePointer($0)) }
        extendedKeyUsage = unsafe Self.decoded(NID_ext_key_usage, of: x509, &malformed).map { list in
            let owner = unsafe Owner<ExtendedKeyUsageObject>(adopting: list)
            return unsafe owner?.objects(kv_objects_count, kv_objects_at, limit: Self.maximumCount) ?? []
        }
        let policyList = unsafe Self.decoded(NID_certificate_policies, of: x509, &malformed)
        let policyOwner = unsafe Owner<PoliciesObject>(adopting: policyList)
        policies =
            unsafe policyOwner?.objects(kv_policies_count, kv_policies_at, limit: Self.maximumCount) ?? []
        basicConstraints = unsafe Self.basicConstraints(of: x509, &malformed)

        let names = unsafe Owner<GeneralNamesObject>(
            adopting: Self.decoded(NID_subject_alt_name, of: x509, &malformed)
        )
        func texts(
            _ pick: (UnsafePointer<GENERAL_NAME>?) -> UnsafePointer<ASN1_STRING>?
        ) -> [CertificateText] {
            unsafe names?.with { unsafe Self.texts(in: $0, pick) } ?? []
        }
        emailAddresses = unsafe texts(kv_general_name_email)
        dnsNames = unsafe texts(kv_general_name_dns)
        principalNames = unsafe texts(kv_general_name_upn)

        let points = unsafe Owner<DistributionPointsObject>(
            adopting: Self.decoded(NID_crl_distribution_points, of: x509, &malformed)
        )
        crlPoints = unsafe points?.with { unsafe Self.points($0, &refused) } ?? []
        let access = unsafe Owner<InformationAccessObject>(
            adopting: Self.decoded(NID_info_access, of: x509, &malformed)
        )
        ocspAddresses = unsafe access?.with { unsafe Self.locations($0, NID_ad_OCSP, &refused) } ?? []
        issuerAddresses = unsafe access?.with { unsafe Self.locations($0, NID_ad_ca_issuers, &refused) } ?? []
        refusedAddresses = refused

        cardNumber = unsafe Self.cardNumber(of: x509, &malformed)
        unknownCritical = unsafe Self.unknownCritical(of: x509)
        needsNoRevocationCheck = unsafe X509_get_ext_by_NID(x509, NID_id_pkix_OCSP_noCheck, -1) >= 0
        isMalformed = malformed
    }

    private static func keyUsage(_ bits: UnsafePointer<ASN1_BIT_STRING>) -> [KeyUsage] {
        KeyUsage.allCases.enumerated().filter { position, _ in
            unsafe ASN1_BIT_STRING_get_bit(bits, Int32(position)) == 1
        }.map(\.element)
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
            ERR_clear_error()
            // -1: no such extension.
            if critical != -1 { malformed = true }
        }
        return unsafe value.map { OpaquePointer($0) }
    }

    private static func basicConstraints(of x509: OpaquePointer, _ malformed: inout Bool) -> BasicConstraints?
    {
        guard let pointer = unsafe decoded(NID_basic_constraints, of: x509, &malformed) else { return nil }
        let value = unsafe UnsafeMutablePointer<BASIC_CONSTRAINTS>(pointer)
        defer { unsafe BASIC_CONSTRAINTS_free(value) }
        var length: Int?
        if let number = unsafe kv_basic_constraints_path_length(value) {
            var decoded: Int64 = 0
            if unsafe ASN1_INTEGER_get_int64(&decoded, number) == 1 { length = Int(decoded) }
            ERR_clear_error()
        }
        return BasicConstraints(isAuthority: unsafe kv_basic_constraints_ca(value) != 0, pathLength: length)
    }

    private static func cardNumber(of x509: OpaquePointer, _ malformed: inout Bool) -> CertificateText? {
        guard let type = unsafe OBJ_txt2obj(ObjectID.cardNumber.dotted, 1) else {
            ERR_clear_error()
            malformed = true
            return nil
        }
        defer { unsafe ASN1_OBJECT_free(type) }
        let position = unsafe X509_get_ext_by_OBJ(x509, type, -1)
        guard position >= 0 else { return nil }
        guard unsafe X509_get_ext_by_OBJ(x509, type, position) < 0,
            let value = unsafe X509_EXTENSION_get_data(X509_get_ext(x509, position)),
            let bytes = unsafe LibraryString.bytes(of: value, limit: 129),
            // PrintableString, in short form.
            bytes.count >= 2, bytes[0] == 0x13, Int(bytes[1]) == bytes.count - 2
        else {
            malformed = true
            return nil
        }
        return CertificateText(String(decoding: bytes.dropFirst(2), as: UTF8.self))
    }

    private static func unknownCritical(of x509: OpaquePointer) -> [ObjectID] {
        let count = min(Int(unsafe X509_get_ext_count(x509)), maximumExtensionCount)
        return (0..<max(count, 0)).compactMap { index in
            guard let entry = unsafe X509_get_ext(x509, Int32(index)),
                unsafe X509_EXTENSION_get_critical(entry) == 1, unsafe X509_supported_extension(entry) == 0
            else { return nil }
            return unsafe ObjectID(reading: X509_EXTENSION_get_object(entry))
        }
    }
}

extension Owner {
    /// The object identifiers of a list.
    fileprivate borrowing func objects(
        _ count: (OpaquePointer?) -> Int32,
        _ at: (OpaquePointer?, Int32) -> OpaquePointer?,
        limit: Int
    ) -> [ObjectID] {
        unsafe with { list in
            (0..<Int32(clamping: max(0, min(Int(unsafe count(list)), limit)))).map { index in
                unsafe ObjectID(reading: at(list, index))
            }
        }
    }
}
