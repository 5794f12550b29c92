internal import COpenSSL

/// Names and addresses in extensions.
extension CertificateExtensions {
    /// Bytes of one text.
    private static let maximumLength = 1024

    static func texts(
        in names: OpaquePointer,
        _ pick: (UnsafePointer<GENERAL_NAME>?) -> UnsafePointer<ASN1_STRING>?
    ) -> [CertificateText] {
        let count = min(Int(unsafe kv_general_names_count(names)), maximumCount)
        return (0..<max(count, 0)).compactMap { index in
            unsafe ASN1String.text(
                of: pick(kv_general_names_at(names, Int32(index))),
                limit: maximumLength
            )
        }
    }

    /// All names of a list.
    static func names(in names: OpaquePointer) -> [GeneralName] {
        let count = min(Int(unsafe kv_general_names_count(names)), maximumCount)
        return (0..<max(count, 0)).compactMap { index in
            unsafe kv_general_names_at(names, Int32(index)).map { unsafe GeneralName(reading: $0) }
        }
    }

    static func points(_ list: OpaquePointer, issuer: OpaquePointer?) -> [DistributionPoint] {
        let count = min(Int(unsafe kv_crl_points_count(list)), maximumCount)
        return (0..<max(count, 0)).compactMap { index in
            guard let point = unsafe kv_crl_points_at(list, Int32(index)) else { return nil }
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
        for index in 0..<Int32(clamping: max(0, min(Int(unsafe kv_access_count(list)), maximumCount)))
        where unsafe kv_access_method(list, index) == method {
            let string = unsafe kv_general_name_uri(kv_access_location(list, index))
            guard let text = unsafe ASN1String.text(of: string, limit: maximumLength) else { continue }
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
