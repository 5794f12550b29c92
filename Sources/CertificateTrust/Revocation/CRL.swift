internal import COpenSSL
package import X509

/// A list of revoked certificates (RFC 5280, 5), judged for one certificate.
///
/// Wraps `X509_CRL`.
package struct CRL: ~Copyable {
    package typealias Problem = Revocation.CRLProblem

    /// Larger ones are not fetched; a list of 200,000 certificates has some 8 MB.
    static let maximumSize = 16 << 20

    private let owner: OpenSSLObject
    private let scan = Scan()

    /// What takes a look at every entry, which is worth one only.
    private final class Scan {
        var conditions: Conditions?
    }

    /// Reads DER or PEM; what stands behind the list is not looked at, for the signature covers the list alone.
    package init(_ bytes: [UInt8]) throws(Problem) {
        guard bytes.count <= Self.maximumSize else { throw .notACRL }
        do throws(OpenSSLError) { try OpenSSLError.prepareQueue() } catch { throw .library(error) }
        let isDER = bytes.first == 0x30
        let pointer = unsafe bytes.withUnsafeBufferPointer { bytes -> OpaquePointer? in
            if isDER {
                var cursor = bytes.baseAddress
                return unsafe d2i_X509_CRL(nil, &cursor, bytes.count)
            }
            // OpenSSL would ask the person at the terminal for the password of an encrypted PEM.
            let memory = unsafe OpenSSLObject(
                adopting: BIO_new_mem_buf(bytes.baseAddress, Int32(bytes.count)),
                freedBy: BIO_free_all
            )
            return unsafe memory?.with { unsafe PEM_read_bio_X509_CRL($0, nil, { _, _, _, _ in -1 }, nil) }
        }
        guard let owner = unsafe OpenSSLObject(adopting: pointer, freedBy: X509_CRL_free) else {
            let error = OpenSSLError.drain()
            throw error.isOutOfMemory ? .library(error) : .notACRL
        }
        try Self.checkMemory()
        self.owner = owner
    }

    /// The nextUpdate of the list, and whether it has an entry.
    var summary: (nextUpdate: Instant?, saysRevoked: Bool) {
        unsafe owner.with { crl in
            unsafe (Instant(reading: X509_CRL_get0_nextUpdate(crl)), kv_revoked_count(crl) > 0)
        }
    }

    /// The list alone, in DER; empty when OpenSSL fails.
    var der: [UInt8] {
        unsafe owner.with { crl in
            var bytes: UnsafeMutablePointer<UInt8>?
            let count = unsafe i2d_X509_CRL(crl, &bytes)
            defer { unsafe CRYPTO_free(bytes, #file, #line) }
            return unsafe bytes.map { unsafe Array(UnsafeBufferPointer(start: $0, count: Int(count))) } ?? []
        }
    }

    var thisUpdate: Instant? { unsafe owner.with { unsafe Instant(reading: X509_CRL_get0_lastUpdate($0)) } }

    /// What the list says about `certificate`, whose issuer's certificate has been verified.
    ///
    /// `point` is where the list was fetched. A list that is out of date may still say that the certificate is revoked, for
    /// that does not pass.
    package borrowing func statement(
        about certificate: Certificate,
        issuer: Certificate,
        point: DistributionPoint,
        at instant: Instant,
        maximumAge: Int64 = Revocation.standardMaximumAge
    ) throws(Problem) -> RevocationStatement {
        if point.isIndirect { throw .indirect }
        try checkSignature(of: issuer, for: certificate)
        let problem = try scopeProblem(for: certificate)
        let times = unsafe owner.with { crl in
            unsafe (
                Instant(reading: X509_CRL_get0_lastUpdate(crl)),
                Instant(reading: X509_CRL_get0_nextUpdate(crl))
            )
        }
        guard let thisUpdate = times.0 else { throw .notACRL }
        let status = unsafe owner.with { unsafe Self.status(of: certificate, in: $0, thisUpdate) }
        // A list of some reasons proves nothing by what is not on it, but by what is.
        if let problem, problem != .someReasons || status == .good { throw problem }
        if point.isForSomeReasons, status == .good { throw .someReasons }
        return try RevocationStatement(
            status,
            from: thisUpdate,
            until: times.1,
            signed: thisUpdate,
            at: instant,
            maximumAge: maximumAge,
            or: Problem.self
        )
    }

    private borrowing func checkSignature(
        of issuer: Certificate,
        for certificate: Certificate
    ) throws(Problem) {
        if let uses = issuer.extensions.keyUsage, !uses.contains(.cRLSign) { throw .issuerMayNotSign }
        let isOfIssuer = unsafe owner.with { crl in
            unsafe issuer.handle.with { issuer in
                unsafe X509_NAME_cmp(X509_CRL_get_issuer(crl), X509_get_subject_name(issuer)) == 0
            }
        }
        guard isOfIssuer, certificate.issuer.isSameName(as: issuer.subject) else { throw .otherIssuer }
        do throws(OpenSSLError) { try OpenSSLError.prepareQueue() } catch { throw .library(error) }
        let isSigned = unsafe owner.with { crl in
            unsafe issuer.handle.with { unsafe X509_CRL_verify(crl, X509_get0_pubkey($0)) == 1 }
        }
        let error = OpenSSLError.drain()
        guard isSigned else {
            guard error.isWrongSignature(isRSA: issuer.key.isRSA) else { throw .library(error) }
            throw hasOtherKeyIdentifier(than: issuer) ? .otherKey : .signatureInvalid
        }
        let algorithm = unsafe owner.with { crl in
            var algorithm: UnsafePointer<X509_ALGOR>?
            unsafe X509_CRL_get0_signature(crl, nil, &algorithm)
            return unsafe SignatureAlgorithm(reading: algorithm)
        }
        try Self.checkMemory()
        if algorithm.isWeak { throw .weakSignature }
    }

    /// What came of calls that fail without memory too means nothing then.
    private static func checkMemory() throws(Problem) {
        let error = OpenSSLError.drain()
        if error.isOutOfMemory { throw .library(error) }
    }

    /// Whether the list says that another key of the issuer signed it (authorityKeyIdentifier; RFC 5280, 5.2.1).
    private borrowing func hasOtherKeyIdentifier(than issuer: Certificate) -> Bool {
        defer { ERR_clear_error() }
        return unsafe owner.with { crl in
            guard let value = unsafe X509_CRL_get_ext_d2i(crl, NID_authority_key_identifier, nil, nil) else {
                return false
            }
            let identifier = unsafe value.assumingMemoryBound(to: AUTHORITY_KEYID.self)
            defer { unsafe AUTHORITY_KEYID_free(identifier) }
            return unsafe issuer.handle.with { issuer in
                unsafe X509_check_akid(issuer, identifier) != X509_V_OK
            }
        }
    }

    private borrowing func scopeProblem(for certificate: Certificate) throws(Problem) -> Problem? {
        let isDelta = unsafe owner.with { unsafe X509_CRL_get_ext_by_NID($0, NID_delta_crl, -1) >= 0 }
        if isDelta { throw .delta }
        let conditions = conditions()
        if conditions.nameIssuers { throw .indirect }
        guard conditions.unknown.isEmpty else { throw .unknownCriticalExtension(conditions.unknown) }
        let scope = try unsafe owner.with { (crl) throws(Problem) in
            try unsafe IssuingDistributionPoint(of: crl)
        }
        try Self.checkMemory()
        return scope?.problem(for: certificate)
    }

    private borrowing func conditions() -> Conditions {
        if let known = scan.conditions { return known }
        let found = unsafe owner.with { unsafe Conditions(of: $0) }
        scan.conditions = found
        return found
    }

    /// Wraps `X509_CRL_get0_by_cert`.
    private static func status(
        of certificate: Certificate,
        in crl: OpaquePointer,
        _ thisUpdate: Instant
    ) -> RevocationStatus {
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
        return .revoked(at: date ?? thisUpdate, reason: reason)
    }
}

extension CRL {
    /// What the extensions of a list and of its entries forbid.
    fileprivate struct Conditions {
        /// Critical ones that are not supported here; more than one of a kind is named once.
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
