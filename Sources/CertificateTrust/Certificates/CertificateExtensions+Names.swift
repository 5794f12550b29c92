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

    static func points(_ list: OpaquePointer, _ refused: inout [CertificateText]) -> [CRLPoint] {
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

    static func locations(
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
}
