package import COpenSSL

/// Where a list of revoked certificates is found (DistributionPoint; RFC 5280, 4.2.1.13).
package struct DistributionPoint: Hashable, Sendable {
    /// The names of the point; one that is relative to the issuer is written out.
    package let names: [GeneralName]
    /// The list is made by another issuer than the certificate.
    package let isIndirect: Bool
    /// The list knows only some reasons of revocation.
    package let isForSomeReasons: Bool

    package init(names: [GeneralName], isIndirect: Bool = false, isForSomeReasons: Bool = false) {
        (self.names, self.isIndirect, self.isForSomeReasons) = (names, isIndirect, isForSomeReasons)
    }

    /// Addresses of http and https, as they stand in the certificate.
    package var addresses: [String] {
        names.compactMap { name in
            if case .uri(let text) = name, WebAddress.isUsable(text.raw) { text.raw } else { nil }
        }
    }

    /// The names in a DistributionPointName; `issuer` is who made the certificate or list that it stands in.
    ///
    /// What goes wrong stays in OpenSSL's queue. Wraps `DIST_POINT_set_dpname`.
    package static func names(
        in name: UnsafeMutablePointer<DIST_POINT_NAME>?,
        issuer: OpaquePointer?
    ) -> [GeneralName] {
        guard let name = unsafe name else { return [] }
        if let list = unsafe kv_point_full_name(name) { return unsafe CertificateExtensions.names(in: list) }
        guard unsafe DIST_POINT_set_dpname(name, issuer) == 1, let whole = unsafe name.pointee.dpname else {
            return []
        }
        return [.directoryName(unsafe DistinguishedName(reading: whole))]
    }
}
