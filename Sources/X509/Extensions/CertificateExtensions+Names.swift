internal import COpenSSL

/// Names and addresses in extensions.
extension CertificateExtensions {
    static func texts(
        in names: OpaquePointer,
        _ pick: (UnsafePointer<GENERAL_NAME>?) -> UnsafePointer<ASN1_STRING>?
    ) -> [CertificateText] {
        (0..<max(0, unsafe kv_general_names_count(names))).compactMap { index in
            unsafe ASN1String.text(
                of: pick(kv_general_names_at(names, index)),
                limit: .max
            )
        }
    }

    /// All names of a list.
    static func names(in names: OpaquePointer) -> [GeneralName] {
        (0..<max(0, unsafe kv_general_names_count(names))).compactMap { index in
            unsafe kv_general_names_at(names, index).map { unsafe GeneralName(reading: $0) }
        }
    }

    static func points(_ list: OpaquePointer, issuer: OpaquePointer?) -> [DistributionPoint] {
        (0..<max(0, unsafe kv_crl_points_count(list))).compactMap { index in
            guard let point = unsafe kv_crl_points_at(list, index) else { return nil }
            return unsafe DistributionPoint(
                names: DistributionPoint.names(in: point.pointee.distpoint, issuer: issuer),
                isIndirect: point.pointee.CRLissuer != nil,
                isForSomeReasons: point.pointee.reasons != nil
            )
        }
    }

    static func locations(
        _ list: OpaquePointer,
        _ method: Int32,
        _ refused: inout [CertificateText]
    ) -> [String] {
        var addresses: [String] = []
        for index in 0..<max(0, unsafe kv_access_count(list))
        where unsafe kv_access_method(list, index) == method {
            let string = unsafe kv_general_name_uri(kv_access_location(list, index))
            guard let text = unsafe ASN1String.text(of: string, limit: .max) else { continue }
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
}
