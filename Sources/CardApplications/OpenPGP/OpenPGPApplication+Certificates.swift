package import CardCore

extension OpenPGPApplication {
    /// The cardholder certificate `7F21`; of the three that version 3 has, the first belongs to the authentication key.
    package mutating func readCertificates(
        _ scope: CertificateScope,
        on channel: inout AnyCardChannel
    ) throws(CardError) -> [CardCertificate] {
        let response = try transported { () throws(TransportError) in
            try Self.getData(0x7F21, limit: 16_384, on: &channel)
        }
        // Where there is none, some cards answer with no data and some with 6A88.
        guard response.status.isSuccess else { return [] }
        let span = response.data.span
        // The YubiKey NEO sends the template with its tag. What is not X.509 DER may be there too, and is not ours.
        guard var object = try? BERTLV(parsing: span, in: 0..<span.count) else { return [] }
        if object.tag == 0x7F21, let inner = try? BERTLV(parsing: span, in: object.value) { object = inner }
        guard object.tag == 0x30 else { return [] }
        let der = Array(response.data[object.whole])
        return [CardCertificate(id: "7F21", label: "Cardholder certificate", pin: OpenPGPCodes.pw1, der: der)]
    }

    package mutating func readCertificate(
        _ choice: CertificateChoice,
        _ scope: CertificateScope,
        on channel: inout AnyCardChannel
    ) throws(CardError) -> CardCertificate? {
        let certificate = try readCertificates(scope, on: &channel).first
        return choice == .login || choice == certificate.map { .id($0.id) } ? certificate : nil
    }
}
