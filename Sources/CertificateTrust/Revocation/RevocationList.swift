internal import COpenSSL
internal import Glibc

/// A revocation list (RFC 5280, 5), judged for one certificate.
///
/// Wraps `X509_CRL`.
package struct RevocationList: ~Copyable {
    package typealias Problem = Revocation.CRLProblem

    package struct Answer {
        package let status: Revocation.Status
        package let made: Instant
        package let validUntil: Instant
    }

    /// Larger ones are not fetched; a list of 200,000 certificates has some 8 MB.
    static let maximumSize = 16 << 20
    /// Clocks of issuers and workstations differ by so many seconds.
    package static let tolerance: Int64 = 300

    private let owner: Owner<X509CRLObject>
    private let scan = Scan()

    /// What takes a look at every entry, which is worth one only.
    private final class Scan {
        var extensions: Extensions?
    }

    package init(der: [UInt8]) throws(Problem) {
        var used = 0
        let pointer = unsafe der.withUnsafeBufferPointer { bytes -> OpaquePointer? in
            guard let start = bytes.baseAddress, bytes.count <= Self.maximumSize else { return nil }
            var cursor: UnsafePointer<UInt8>? = unsafe start
            let pointer = unsafe d2i_X509_CRL(nil, &cursor, bytes.count)
            if let end = unsafe cursor { used = unsafe end - start }
            return unsafe pointer
        }
        guard let owner = unsafe Owner<X509CRLObject>(adopting: pointer), used == der.count else {
            ERR_clear_error()
            throw .notACRL
        }
        self.owner = owner
    }

    /// What the list says about `certificate`, whose issuer's certificate has been verified.
    ///
    /// A list that is out of date may still say that the certificate is revoked, for that does not pass.
    package borrowing func answer(
        about certificate: Certificate,
        issuer: Certificate,
        point: CertificateExtensions.CRLPoint,
        at instant: Instant
    ) throws(Problem) -> Answer {
        if point.isIndirect { throw .indirect }
        if point.isForSomeReasons { throw .someReasons }
        try checkSignature(of: issuer)
        try checkScope(for: certificate, point: point)
        let times = unsafe owner.with { crl in
            unsafe (
                Instant(reading: X509_CRL_get0_lastUpdate(crl)),
                Instant(reading: X509_CRL_get0_nextUpdate(crl))
            )
        }
        guard let made = times.0 else { throw .notACRL }
        guard let validUntil = times.1 else { throw .endless }
        guard made.seconds <= instant.seconds + Self.tolerance else { throw .notYetValid(from: made) }
        let status = unsafe owner.with { unsafe Self.status(of: certificate, in: $0, made: made) }
        if validUntil < instant {
            guard case .revoked(_, let reason) = status, reason != .certificateHold else {
                throw .outOfDate(since: validUntil)
            }
        }
        return Answer(status: status, made: made, validUntil: validUntil)
    }

    private borrowing func checkSignature(of issuer: Certificate) throws(Problem) {
        if let uses = issuer.extensions.keyUsage, !uses.contains(.cRLSign) { throw .issuerMayNotSign }
        let result: (isOfIssuer: Bool, isSigned: Bool, algorithm: Int32) = unsafe owner.with { crl in
            unsafe issuer.handle.with { issuer in
                let names = unsafe X509_NAME_cmp(X509_CRL_get_issuer(crl), X509_get_subject_name(issuer))
                let signed = unsafe X509_CRL_verify(crl, X509_get0_pubkey(issuer))
                return unsafe (names == 0, signed == 1, X509_CRL_get_signature_nid(crl))
            }
        }
        ERR_clear_error()
        guard result.isOfIssuer else { throw .otherIssuer }
        guard result.isSigned else { throw .signatureInvalid }
        if SignatureDigest.isWeak(result.algorithm) { throw .weakSignature }
    }

    private borrowing func checkScope(
        for certificate: Certificate,
        point: CertificateExtensions.CRLPoint
    ) throws(Problem) {
        let isDelta = unsafe owner.with { unsafe X509_CRL_get_ext_by_NID($0, NID_delta_crl, -1) >= 0 }
        if isDelta { throw .delta }
        let extensions = extensions()
        if extensions.nameIssuers { throw .indirect }
        guard extensions.unknown.isEmpty else { throw .unknownCriticalExtension(extensions.unknown) }
        let problem = unsafe owner.with { crl -> Problem? in
            var critical: Int32 = 0
            let value = unsafe X509_CRL_get_ext_d2i(crl, NID_issuing_distribution_point, &critical, nil)
            guard let value = unsafe value else {
                ERR_clear_error()
                // -1: no such extension.
                return critical == -1 ? nil : .notACRL
            }
            let scope = unsafe value.assumingMemoryBound(to: ISSUING_DIST_POINT.self)
            defer { unsafe ISSUING_DIST_POINT_free(scope) }
            if unsafe kv_idp_is_indirect(scope) != 0 { return .indirect }
            if unsafe kv_idp_is_for_some_reasons(scope) != 0 { return .someReasons }
            let isAuthority = certificate.extensions.isAuthority
            if unsafe kv_idp_is_for_attributes(scope) != 0 { return .otherScope }
            if unsafe kv_idp_is_for_authorities(scope) != 0 && !isAuthority { return .otherScope }
            if unsafe kv_idp_is_for_users(scope) != 0 && isAuthority { return .otherScope }
            guard unsafe kv_idp_has_a_name(scope) != 0 else { return nil }
            let names = unsafe kv_idp_full_name(scope).map {
                unsafe CertificateExtensions.addresses(in: $0)
            }
            return (names ?? []).contains(where: point.addresses.contains) ? nil : .otherScope
        }
        if let problem { throw problem }
    }

    private borrowing func extensions() -> Extensions {
        if let known = scan.extensions { return known }
        let found = unsafe owner.with { unsafe Extensions(of: $0) }
        scan.extensions = found
        return found
    }

    /// Wraps `X509_CRL_get0_by_cert`.
    private static func status(
        of certificate: Certificate,
        in crl: OpaquePointer,
        made: Instant
    ) -> Revocation.Status {
        var entry: OpaquePointer?
        let found = unsafe certificate.handle.with { unsafe X509_CRL_get0_by_cert(crl, &entry, $0) }
        // 2: taken off the list again (removeFromCRL), which only a delta may say; it is no proof of being good.
        guard found != 0, let entry = unsafe entry else { return .good }
        var reason: RevocationReason?
        if let value = unsafe X509_REVOKED_get_ext_d2i(entry, NID_crl_reason, nil, nil) {
            let number = unsafe value.assumingMemoryBound(to: ASN1_ENUMERATED.self)
            reason = unsafe RevocationReason(rawValue: Int(ASN1_ENUMERATED_get(number)))
            unsafe ASN1_ENUMERATED_free(number)
        }
        ERR_clear_error()
        let date = unsafe Instant(reading: X509_REVOKED_get0_revocationDate(entry))
        // When it was revoked, or at the latest when the list was made.
        return .revoked(at: date ?? made, reason: reason)
    }
}

extension RevocationList {
    /// What the extensions of a list and of its entries forbid.
    fileprivate struct Extensions {
        /// Critical ones that nobody here understands; more than one of a kind is named once.
        let unknown: [ObjectID]
        /// An entry says whose certificate it is about (certificateIssuer; RFC 5280, 5.3.3).
        ///
        /// OpenSSL believes it of this entry and of all that follow, even where the list does not say that it is indirect: so
        /// one entry could hide others.
        let nameIssuers: Bool

        private static let known = [
            NID_issuing_distribution_point, NID_authority_key_identifier, NID_crl_number, NID_delta_crl,
        ]

        init(of crl: OpaquePointer) {
            var unknown: Set<ObjectID> = []
            var nameIssuers = false
            for index in 0..<max(0, unsafe X509_CRL_get_ext_count(crl)) {
                let entry = unsafe X509_CRL_get_ext(crl, index)
                let type = unsafe X509_EXTENSION_get_object(entry)
                guard unsafe X509_EXTENSION_get_critical(entry) == 1,
                    unsafe !Self.known.contains(OBJ_obj2nid(type))
                else { continue }
                unsafe unknown.insert(ObjectID(reading: type))
            }
            for index in 0..<max(0, unsafe kv_revoked_count(crl)) {
                let revoked = unsafe kv_revoked_at(crl, index)
                for index in 0..<max(0, unsafe X509_REVOKED_get_ext_count(revoked)) {
                    let entry = unsafe X509_REVOKED_get_ext(revoked, index)
                    let type = unsafe X509_EXTENSION_get_object(entry)
                    let number = unsafe OBJ_obj2nid(type)
                    if number == NID_certificate_issuer { nameIssuers = true }
                    guard unsafe X509_EXTENSION_get_critical(entry) == 1, number != NID_crl_reason else {
                        continue
                    }
                    unsafe unknown.insert(ObjectID(reading: type))
                }
            }
            self.unknown = unknown.sorted { $0.dotted < $1.dotted }
            self.nameIssuers = nameIssuers
        }
    }
}
