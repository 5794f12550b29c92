internal import COpenSSL
internal import CertificateTrust
internal import X509

/// Certificates as they are read, shown, and judged.
enum CertificateTargets {
    static func certificate(_ input: [UInt8], _ broken: inout BrokenRules) {
        guard let pki = TestPKI.shared else {
            broken.expect(false, "the test PKI cannot be read")
            return
        }
        if let certificate: Certificate = read(input, &broken) {
            CertificateRules.judge(certificate, &broken)
            examine(certificate, pki, isSigned: false, &broken)
            helps(certificate, pki, &broken)
        }
        if let signed = pki.signing(certificate: input), let certificate = try? Certificate(der: signed) {
            settle("reading a certificate", &broken)
            examine(certificate, pki, isSigned: true, &broken)
        }
        trust(input, pki, &broken)
    }

    /// What a card offers as a certificate.
    static func read(_ der: [UInt8], _ broken: inout BrokenRules) {
        if let certificate: Certificate = read(der, &broken) { CertificateRules.judge(certificate, &broken) }
    }

    private static func read(_ der: [UInt8], _ broken: inout BrokenRules) -> Certificate? {
        func read() -> Result<Certificate, CertificateError> {
            Result { () throws(CertificateError) in try Certificate(der: der) }
        }
        let found = read()
        settle("reading a certificate", &broken)
        // Reading a key costs OpenSSL most of the time.
        guard der.count.isMultiple(of: 4) else { return try? found.get() }
        broken.expect(isSame(found, read()), "a certificate is read in two ways")
        guard let certificate = try? found.get() else { return nil }
        broken.expect(certificate.der == der, "a certificate is not kept whole")
        broken.expect(der.count <= Certificate.maximumSize, "a certificate too large was read")
        let text = (try? PEM.text(of: certificate)) ?? ""
        let again = try? TrustFile.certificates(in: Array(text.utf8))
        settle("reading PEM", &broken)
        broken.expect(again == [certificate], "a certificate does not survive PEM")
        return certificate
    }

    /// Whether everything that was read is the same.
    private static func isSame(
        _ left: Result<Certificate, CertificateError>,
        _ right: Result<Certificate, CertificateError>
    ) -> Bool {
        switch (left, right) {
        case (.failure(let left), .failure(let right)): left == right
        case (.success(let left), .success(let right)):
            left.subject == right.subject && left.issuer == right.issuer && left.key == right.key
                && left.serialNumber == right.serialNumber && left.notBefore == right.notBefore
                && left.notAfter == right.notAfter && left.signature == right.signature
                && left.extensions == right.extensions
        default: false
        }
    }

    /// The input as what is judged; `isSigned` when the issuer has signed it, whatever it is.
    private static func examine(
        _ certificate: Certificate,
        _ pki: TestPKI,
        isSigned: Bool,
        _ broken: inout BrokenRules
    ) {
        let verification = Verification(store: pki.store)
        // What it says that it is for, and one of the others by chance, for the sake of speed.
        let purposes: Set = [Purpose(certificate.use), Purpose.allCases[certificate.der.count % 3]]
        for purpose in purposes {
            let verdict = verification.verify(
                certificate,
                intermediates: [pki.issuer],
                purpose: purpose,
                at: TestPKI.instant
            )
            settle("verifying", &broken)
            VerdictRules.judge(verdict, of: certificate, purpose: purpose, store: pki.store, &broken)
            if case .trusted = verdict {
                broken.expect(
                    isSigned || pki.knows(certificate.der),
                    "a certificate nobody signed is trusted"
                )
            }
        }
        let requires = certificate.der.count.isMultiple(of: 2)
        let found = Examiner(
            verification: verification,
            revocation: Revocation(policy: requires ? .cached : .off, cache: nil),
            requiresRevocation: requires
        ).examine(
            certificate,
            intermediates: [pki.issuer],
            purpose: Purpose(certificate.use),
            at: TestPKI.instant
        )
        settle("examining", &broken)
        broken.expect(
            found.isTrusted == found.reasons.isEmpty,
            "trusted with reasons, or rejected without"
        )
        broken.expect(
            !found.isTrusted || !requires || found.chain.count == 1,
            "an unknown revocation is passed over"
        )
        broken.expect(found.revocation != .good, "good without anybody who says so")
    }

    /// The input as an issuer that somebody hands in.
    private static func helps(_ certificate: Certificate, _ pki: TestPKI, _ broken: inout BrokenRules) {
        let verdict = Verification(store: pki.store).verify(
            pki.login,
            intermediates: [certificate],
            purpose: .login,
            at: TestPKI.instant
        )
        settle("verifying", &broken)
        VerdictRules.judge(verdict, of: pki.login, purpose: .login, store: pki.store, &broken)
        if case .trusted = verdict {
            broken.expect(pki.knows(certificate.der), "an issuer nobody signed is believed")
        }
    }

    /// The input as a file of the administrator.
    private static func trust(_ input: [UInt8], _ pki: TestPKI, _ broken: inout BrokenRules) {
        let store = try? TrustStore(path: "input", files: [("input", input)])
        settle("making a store", &broken)
        guard let store else {
            broken.expect(false, "no store of one file")
            return
        }
        let count = store.anchors.count + store.intermediates.count
        broken.expect(count <= TrustFile.maximumCertificateCount, "more certificates than are read")
        broken.expect((count == 0) == !store.refusedFiles.isEmpty, "a file that is both taken and refused")
        let verdict = Verification(store: store).verify(
            pki.login,
            intermediates: [pki.issuer],
            purpose: .login,
            at: TestPKI.instant
        )
        settle("verifying", &broken)
        VerdictRules.judge(verdict, of: pki.login, purpose: .login, store: store, &broken)
    }

    /// Nothing is left in OpenSSL's queue of errors for the next call to find.
    static func settle(_ work: String, _ broken: inout BrokenRules) {
        let code = ERR_peek_error()
        let text = unsafe ERR_reason_error_string(code).map { unsafe String(cString: $0) } ?? "\(code)"
        broken.expect(code == 0, "\(work) leaves an error of OpenSSL behind: \(text)")
        ERR_clear_error()
    }
}
