internal import COpenSSL
internal import X509

/// Which certificates a CRL is about (issuingDistributionPoint; RFC 5280, 5.2.5).
struct IssuingDistributionPoint {
    /// The names of the distribution point that the list belongs to; `nil` where it names none.
    private let names: [GeneralName]?
    private let isIndirect: Bool
    private let isForSomeReasons: Bool
    private let isForAuthorities: Bool
    private let isForUsers: Bool
    private let isForAttributes: Bool

    /// `nil` when the list has no such extension.
    ///
    /// Wraps `ISSUING_DIST_POINT`.
    init?(of crl: OpaquePointer) throws(Revocation.CRLProblem) {
        var critical: Int32 = 0
        let value = unsafe X509_CRL_get_ext_d2i(crl, NID_issuing_distribution_point, &critical, nil)
        guard let value = unsafe value else {
            let error = OpenSSLError.drain()
            // -1: no such extension.
            if critical == -1 { return nil }
            throw error.isOutOfMemory ? .library(error) : .notACRL
        }
        let point = unsafe value.assumingMemoryBound(to: ISSUING_DIST_POINT.self)
        defer { unsafe ISSUING_DIST_POINT_free(point) }
        names = unsafe point.pointee.distpoint.map { name in
            unsafe DistributionPoint.names(in: name, issuer: X509_CRL_get_issuer(crl))
        }
        // A BOOLEAN without a value is -1.
        isIndirect = unsafe point.pointee.indirectCRL > 0
        isForSomeReasons = unsafe point.pointee.onlysomereasons != nil
        isForAuthorities = unsafe point.pointee.onlyCA > 0
        isForUsers = unsafe point.pointee.onlyuser > 0
        isForAttributes = unsafe point.pointee.onlyattr > 0
    }

    /// What keeps the list from being about `certificate` (RFC 5280, 6.3.3 b).
    func problem(for certificate: Certificate) -> Revocation.CRLProblem? {
        if isIndirect { return .indirect }
        let isAuthority = certificate.extensions.isAuthority
        if isForAttributes || isForAuthorities && !isAuthority || isForUsers && isAuthority {
            return .otherScope
        }
        let partial: Revocation.CRLProblem? = isForSomeReasons ? .someReasons : nil
        guard let names else { return partial }
        // Any name of any of the certificate's points: one list may be offered at many (6.3.3 b 2 i).
        let isMeant = certificate.extensions.crlDistributionPoints.contains { point in
            !point.isIndirect
                && point.names.contains { name in names.contains { $0.isSameName(as: name) } }
        }
        return isMeant ? partial : .otherScope
    }
}
