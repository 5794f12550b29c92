package import CardCore

extension PIVApplication {
    package mutating func readCertificates(
        _ scope: CertificateScope,
        on channel: inout AnyCardChannel
    ) throws(CardError) -> [CardCertificate] {
        var slots = PIVSlot.current
        if scope.contains(.retired) { slots += try retiredSlots(on: &channel) }
        var found: [CardCertificate] = []
        for slot in slots {
            let certificate = try transported { () throws(TransportError) in
                try readCertificate(in: slot, on: &channel)
            }
            if let certificate { found.append(certificate) }
        }
        return found
    }

    /// The certificate in one slot; `nil` where there is none, and without DER where it cannot be read.
    private func readCertificate(
        in slot: PIVSlot,
        on channel: inout AnyCardChannel
    ) throws(TransportError) -> CardCertificate? {
        let der: [UInt8]
        switch try PIVObject.read(slot.tag, on: &channel) {
        case .absent: return nil
        case .refused, .malformed: der = []
        case .object(let object):
            guard let found = PIVCertificate.der(in: object) else { return nil }
            der = found
        }
        let pin = slot.needsPIN ? PIVCodes.id(PIVCodes.preferred(discovery)) : nil
        return CardCertificate(id: slot.id, label: slot.label, pin: pin, keyUse: slot.use, der: der)
    }

    /// As many as the key history says.
    ///
    /// Yubico's tools fill retired slots and write no history, so a YubiKey without one is asked for all of them.
    private func retiredSlots(on channel: inout AnyCardChannel) throws(CardError) -> [PIVSlot] {
        let reading = try transported { () throws(TransportError) in
            try PIVObject.read(KeyHistory.tag, limit: 512, on: &channel)
        }
        switch reading {
        case .absent: return yubiKey == nil ? [] : PIVSlot.retired
        case .refused(let status): throw .unexpected(status, instruction: Instruction.getDataWithTags)
        case .malformed: return []
        case .object(let history):
            return Array(PIVSlot.retired.prefix(KeyHistory.certificatesOnCard(history)))
        }
    }

    /// The certificate of PIV authentication; those of the other keys are for other things.
    package mutating func readLoginCertificates(
        on channel: inout AnyCardChannel
    ) throws(CardError) -> [CardCertificate] {
        try readCertificate(.login, [], on: &channel).map { [$0] }?.filter(\.mayBeForLogin) ?? []
    }

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
