package import CardCore

extension PIVApplication {
    /// One GET DATA: the place of a certificate follows from its slot.
    package mutating func readCertificate(
        _ choice: CertificateChoice,
        _ scope: CertificateScope,
        on channel: inout AnyCardChannel
    ) throws(CardError) -> CardCertificate? {
        let slot = (PIVSlot.current + PIVSlot.retired).first { slot in
            switch choice {
            case .login: slot.reference == Self.loginSlot
            case .id(let id): slot.id == id
            }
        }
        guard let slot else { return nil }
        return try transported { () throws(TransportError) in
            try readCertificate(in: slot, on: &channel)
        }
    }
}
