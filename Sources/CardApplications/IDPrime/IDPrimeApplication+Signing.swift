package import CardCore

extension IDPrimeApplication {
    /// Reads the certificates of keys behind the user's PIN until the one that is meant.
    package mutating func readCertificate(
        _ choice: CertificateChoice,
        _ scope: CertificateScope,
        on channel: inout AnyCardChannel
    ) throws(CardError) -> CardCertificate? {
        let named = index.entries.filter { $0.certificateNumber != nil }.prefix(
            MinidriverCertificate.maximumCount
        )
        guard !named.isEmpty else { return nil }
        // The login certificate is told by its PIN.
        let pins = scope.contains(.pins) || choice == .login ? try readPINsOfContainers(on: &channel) : [:]
        for entry in named {
            let pin = entry.certificateNumber.flatMap { pins[$0] }
            switch choice {
            case .login: guard pin == IDPrimePINs.userNumber else { continue }
            case .id(let id): guard entry.name == id else { continue }
            }
            guard let certificate = try readCertificate(entry, pins, on: &channel) else { continue }
            if choice != .login || certificate.isForLogin { return certificate }
        }
        return nil
    }

    /// What OpenSC's idprime driver asks: RSA of every card in its table, ECDSA of those from 840 on.
    package mutating func signingForms(
        of certificate: CardCertificate,
        on channel: inout AnyCardChannel
    ) throws(CardError) -> [SigningForm] {
        guard certificate.isForLogin, let key = CertificateKey(certificate: certificate.der),
            reference(of: certificate) != nil
        else {
            return []
        }
        if case .ec = key, !knowsECDSA { return [] }
        return ThalesSignature.forms(of: key)
    }

    package mutating func sign(
        _ request: SigningRequest,
        with certificate: CardCertificate,
        on channel: inout CodeChannel
    ) throws(CardError) -> [UInt8] {
        guard try signingForms(of: certificate, on: &channel.plain).contains(request.form),
            let key = CertificateKey(certificate: certificate.der),
            let reference = reference(of: certificate)
        else { throw .notSupported }
        return try ThalesSignature.compute(
            request,
            with: key,
            reference: reference,
            .idPrime,
            on: &channel.plain
        )
    }

    /// Cards that number their keys from 11, from F7, or in a file: 930, 840 and 940 (OpenSC's idprime driver).
    private var knowsECDSA: Bool {
        switch keyNumbering {
        case .counted(let first, _): first == 0x11 || first == 0xF7
        case .file: true
        case nil: false
        }
    }

    /// The key of a certificate behind the user's PIN; the signature PIN's keys are never asked.
    private func reference(of certificate: CardCertificate) -> UInt8? {
        guard certificate.pin == IDPrimePINs.id(number: IDPrimePINs.userNumber),
            let container = index.entries.first(where: { $0.name == certificate.id })?.certificateNumber
        else { return nil }
        return keyNumbering?.reference(container: container, file: keyReferenceFile)
    }
}
