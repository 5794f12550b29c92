package import CardCore
internal import X509

/// The cardholder certificates, `7F21`: one before version 3, and since then one for each key (4.4.1).
extension OpenPGPApplication {
    /// The key that an occurrence of `7F21` belongs to.
    enum Slot: UInt8, CaseIterable {
        case authentication = 0
        case decryption = 1
        case signature = 2

        /// The first has the name of the object, as on cards that have no other.
        var id: String { self == .authentication ? "7F21" : "7F21-\(rawValue)" }

        fileprivate var label: String {
            switch self {
            case .authentication: "Cardholder certificate"
            case .decryption: "Cardholder certificate (decryption)"
            case .signature: "Cardholder certificate (signature)"
            }
        }

        fileprivate var use: Certificate.Use {
            switch self {
            case .authentication: .login
            case .decryption: .other
            case .signature: .signature
            }
        }
    }

    /// The first occurrence is read last: what is current stays so for every program, and all take it to be the first.
    package mutating func readCertificates(
        _ scope: CertificateScope,
        on channel: inout AnyCardChannel
    ) throws(CardError) -> [CardCertificate] {
        var others: [CardCertificate?] = []
        if try makeCurrent(.decryption, on: &channel) {
            others.append(try readCertificate(of: .decryption, on: &channel))
            others.append(try readCertificate(of: .signature, on: &channel))
        } else {
            // What refuses to select one of them has not done so for another program either.
            currentSlot = .authentication
        }
        return try ([readCertificate(of: .authentication, on: &channel)] + others).compactMap { $0 }
    }

    package mutating func readCertificate(
        _ choice: CertificateChoice,
        _ scope: CertificateScope,
        on channel: inout AnyCardChannel
    ) throws(CardError) -> CardCertificate? {
        let slot = Slot.allCases.first { choice == .id($0.id) || choice == .login && $0 == .authentication }
        guard let slot else { return nil }
        let certificate = try readCertificate(of: slot, on: &channel)
        if slot != .authentication { try makeCurrent(.authentication, on: &channel) }
        return certificate
    }

    package mutating func readLoginCertificates(
        on channel: inout AnyCardChannel
    ) throws(CardError) -> [CardCertificate] {
        try [readCertificate(of: .authentication, on: &channel)].compactMap { $0 }.filter(\.mayBeForLogin)
    }

    /// The certificate of one key; `nil` where there is no X.509 certificate.
    private mutating func readCertificate(
        of slot: Slot,
        on channel: inout AnyCardChannel
    ) throws(CardError) -> CardCertificate? {
        guard try makeCurrent(slot, on: &channel) else { return nil }
        let response = try transported { () throws(TransportError) in
            try Self.getData(0x7F21, limit: 16_384, on: &channel)
        }
        // Where there is none, some cards answer with no data and some with 6A88.
        guard response.status.isSuccess else { return nil }
        let span = response.data.span
        // The YubiKey NEO sends the template with its tag. What is not X.509 DER may be there too, and is not ours.
        guard var object = try? BERTLV(parsing: span, in: 0..<span.count) else { return nil }
        if object.tag == 0x7F21, let inner = try? BERTLV(parsing: span, in: object.value) { object = inner }
        guard object.tag == 0x30 else { return nil }
        return CardCertificate(
            id: slot.id,
            label: slot.label,
            pin: OpenPGPCodes.pw1,
            keyUse: slot.use,
            der: Array(response.data[object.whole])
        )
    }

    /// Makes an occurrence of `7F21` current, unless it is; `false` where the card has no such occurrence.
    ///
    /// A card before version 3 has the first alone, and so has one that refuses to select any.
    @discardableResult
    private mutating func makeCurrent(
        _ slot: Slot,
        on channel: inout AnyCardChannel
    ) throws(CardError) -> Bool {
        guard slot != currentSlot else { return true }
        guard data.version.major >= 3 else { return slot == .authentication }
        let status = try select(slot, on: &channel)
        if status.isSuccess {
            currentSlot = slot
            return true
        }
        guard slot == .authentication else { return false }
        // Another key's certificate must not pass for this one's.
        guard currentSlot == nil else { throw .unexpected(status, instruction: Instruction.selectData) }
        return true
    }

    /// SELECT DATA (7.2.5).
    ///
    /// YubiKeys before 5.4.4 want the length of the data in front of it once more (ykman), and are asked in that form where
    /// they refuse the other.
    private func select(_ slot: Slot, on channel: inout AnyCardChannel) throws(CardError) -> StatusWord {
        let tagList: [UInt8] = [0x60, 0x04, 0x5C, 0x02, 0x7F, 0x21]
        var status = StatusWord.success
        for data in data.isYubiKey ? [tagList, [0x06] + tagList] : [tagList] {
            status = try transported { () throws(TransportError) in
                try channel.exchange(
                    CommandAPDU(ins: Instruction.selectData, p1: slot.rawValue, p2: 0x04, data: data),
                    limit: 256
                ).status
            }
            if status.isSuccess { break }
        }
        return status
    }
}
