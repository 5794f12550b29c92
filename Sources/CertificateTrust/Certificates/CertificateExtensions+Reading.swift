internal import COpenSSL

extension CertificateExtensions {
    /// Elements of one extension that are read; real ones have up to ten.
    private static let maximumCount = 32
    /// Bytes of one text.
    private static let maximumLength = 1024
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

    // MARK: Names and addresses

    private static func texts(
        in names: OpaquePointer,
        _ pick: (UnsafePointer<GENERAL_NAME>?) -> UnsafePointer<ASN1_STRING>?
    ) -> [CertificateText] {
        let count = min(Int(unsafe kv_general_names_count(names)), maximumCount)
        return (0..<max(count, 0)).compactMap { index in
            unsafe LibraryString.text(
                of: pick(kv_general_names_at(names, Int32(index))),
                limit: maximumLength
            )
        }
    }

    /// The addresses among the names of a CRL's distribution point.
    static func addresses(in names: OpaquePointer) -> [String] {
        unsafe texts(in: names, kv_general_name_uri).map(\.raw)
    }

    private static func points(_ list: OpaquePointer, _ refused: inout [CertificateText]) -> [CRLPoint] {
        let count = min(Int(unsafe kv_crl_points_count(list)), maximumCount)
        var points: [CRLPoint] = []
        for index in 0..<max(count, 0) {
            guard let point = unsafe kv_crl_points_at(list, Int32(index)) else { break }
            var addresses: [String] = []
            if let names = unsafe kv_crl_point_full_name(point) {
                for text in unsafe texts(in: names, kv_general_name_uri) {
                    sort(text, &addresses, &refused)
                }
            }
            points.append(
                CRLPoint(
                    addresses: addresses,
                    isIndirect: unsafe kv_crl_point_names_an_issuer(point) != 0,
                    isForSomeReasons: unsafe kv_crl_point_names_reasons(point) != 0
                )
            )
        }
        return points
    }

    private static func locations(
        _ list: OpaquePointer,
        _ method: Int32,
        _ refused: inout [CertificateText]
    ) -> [String] {
        var addresses: [String] = []
        for index in 0..<Int32(clamping: max(0, min(Int(unsafe kv_access_count(list)), maximumCount)))
        where unsafe kv_access_method(list, index) == method {
            let string = unsafe kv_general_name_uri(kv_access_location(list, index))
            guard let text = unsafe LibraryString.text(of: string, limit: maximumLength) else { continue }
            sort(text, &addresses, &refused)
        }
        return addresses
    }

    private static func sort(
        _ text: CertificateText,
        _ addresses: inout [String],
        _ refused: inout [CertificateText]
    ) {
        if WebAddress.isUsable(text.raw) {
            if !addresses.contains(text.raw) { addresses.append(text.raw) }
        } else {
            refused.append(text)
        }
    }

    // MARK: Extensions that OpenSSL does not know

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
