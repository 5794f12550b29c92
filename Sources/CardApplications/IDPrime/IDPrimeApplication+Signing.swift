package import CardCore

extension IDPrimeApplication {
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
