package import CardCore

/// The OpenPGP application of a card, with what its related data said last.
package struct OpenPGPApplication: CardApplication {
    private(set) var data: OpenPGPRelatedData
    /// What `C4` said since the last code was presented in this transaction; `nil` where it has to be read again.
    private var counters: OpenPGPPasswordStatus?

    init(_ data: OpenPGPRelatedData) {
        self.data = data
        counters = data.passwords
    }

    package var family: String { OpenPGPFamily.name }

    package mutating func readPINs(
        roles: Bool,
        on channel: inout AnyCardChannel
    ) throws(CardError) -> [PINPolicy] {
        guard let passwords = data.passwords else { throw .malformed(file: "C4") }
        return OpenPGPCodes.policies(passwords)
    }

    package mutating func readIdentity(on channel: inout AnyCardChannel) throws(CardError) -> CardIdentity {
        let (major, minor) = data.version
        return CardIdentity(serialNumber: data.serialNumber, product: "OpenPGP card \(major).\(minor)")
    }

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

    /// Reads `C4`, unless that has been done since the last code in this transaction.
    package mutating func status(
        of policy: PINPolicy,
        on channel: inout AnyCardChannel
    ) throws(CardError) -> PINStatus {
        if counters == nil {
            let response = try transported { () throws(TransportError) in
                try Self.getData(0xC4, limit: 256, on: &channel)
            }
            guard response.status.isSuccess else { return .unknown }
            counters = OpenPGPPasswordStatus(parsing: response.data)
        }
        guard let tries = counters.flatMap({ OpenPGPCodes.password(of: policy, in: $0) })?.remainingTries
        else {
            return .unknown
        }
        // A resetting code that had none from the start may never have been set.
        guard policy.isInitialized else { return PINStatus(remainingTries: tries, isBlocked: nil) }
        return PINStatus(remainingTries: tries)
    }

    /// Reads the related data again, which proves that it is still this card's application that is selected.
    ///
    /// Only where another program has selected something else is it selected again: that logs everybody out.
    package mutating func select(
        toPresent policy: PINPolicy,
        on channel: inout AnyCardChannel
    ) throws(CardError) -> Bool {
        let known = data.aid
        let current = try transported { () throws(TransportError) -> OpenPGPRelatedData? in
            if let current = try Self.readRelatedData(on: &channel), current.aid == known { return current }
            guard try Self.select(known, on: &channel) else { return nil }
            return try Self.readRelatedData(on: &channel)
        }
        guard let current, current.aid == known else { return false }
        data = current
        counters = current.passwords
        return true
    }

    package mutating func forgetCounters() { counters = nil }

    /// Asks whether the card wants derived codes, where it says that it may: a plain one would be counted as wrong.
    package mutating func checkCodesArePlain(on channel: inout AnyCardChannel) throws(CardError) {
        guard data.mayDeriveCodes else { return }
        let response = try transported { () throws(TransportError) in
            try Self.getData(0xF9, limit: 1_024, on: &channel)
        }
        switch response.status {
        case .success: guard Self.isPlain(response.data) else { throw .derivedCodes }
        case .referencedDataNotFound, .fileOrApplicationNotFound: return
        default: throw .unexpected(response.status, instruction: Instruction.getData)
        }
    }

    /// Whether the KDF-DO `F9` says that codes are presented as they are: empty, or algorithm `81` = 00 (4.3.2).
    package static func isPlain(_ bytes: [UInt8]) -> Bool {
        guard !bytes.isEmpty else { return true }
        let span = bytes.span
        guard var object = try? BERTLV(parsing: span, in: 0..<span.count) else { return false }
        if object.tag == 0xF9 {
            guard !object.value.isEmpty else { return true }
            guard let inner = try? BERTLV(parsing: span, in: object.value) else { return false }
            object = inner
        }
        return object.tag == 0x81 && bytes[object.value] == [0x00]
    }
}

extension OpenPGPApplication {
    static func select(
        _ aid: [UInt8],
        on channel: inout AnyCardChannel
    ) throws(TransportError) -> Bool {
        // P2 = 00 and no Le: cards are known that take nothing else (7.2.1; gpg's scdaemon sends the same).
        let command = CommandAPDU(ins: Instruction.select, p1: 0x04, data: aid)
        return try channel.exchange(command, limit: 1_024).status.isSuccess
    }

    /// `nil` when what is selected has none, or is not of this family.
    static func readRelatedData(
        on channel: inout AnyCardChannel
    ) throws(TransportError) -> OpenPGPRelatedData? {
        let response: ResponseAPDU
        do throws(TransportError) {
            response = try getData(0x6E, limit: 4_096, on: &channel)
        } catch .responseTooLong {
            return nil
        }
        guard response.status.isSuccess else { return nil }
        return OpenPGPRelatedData(parsing: response.data)
    }

    /// GET DATA (7.2.6).
    static func getData(
        _ tag: UInt16,
        limit: Int,
        on channel: inout AnyCardChannel
    ) throws(TransportError) -> ResponseAPDU {
        let command = CommandAPDU(
            ins: Instruction.getData,
            p1: UInt8(tag >> 8),
            p2: UInt8(truncatingIfNeeded: tag),
            expectedLength: channel.limits.maximumExpectedLength
        )
        return try channel.exchange(command, limit: limit)
    }
}
