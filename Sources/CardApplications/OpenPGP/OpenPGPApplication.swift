package import CardCore

/// The OpenPGP application of a card, with what its related data said last.
package struct OpenPGPApplication: CardApplication {
    private(set) var data: OpenPGPRelatedData
    /// What `C4` said first, whose lengths do not change.
    private var passwords: OpenPGPPasswordStatus?
    /// What `C4` said since the last code was presented in this transaction; `nil` where it has to be read again.
    private var counters: OpenPGPPasswordStatus?

    /// The occurrence of `7F21` that is current: the first after SELECT; `nil` where another program may have chosen one.
    var currentSlot: Slot?

    init(_ data: OpenPGPRelatedData, currentSlot: Slot?) {
        self.data = data
        self.currentSlot = currentSlot
        (passwords, counters) = (data.passwords, data.passwords)
    }

    package var family: String { OpenPGPFamily.name }

    package mutating func readPINs(
        roles: Bool,
        on channel: inout AnyCardChannel
    ) throws(CardError) -> [PINPolicy] {
        // Not every card has it in the related data, and each has it alone (4.4.1).
        if passwords == nil { passwords = try readCounters(on: &channel) }
        guard let passwords else { throw .malformed(file: "C4") }
        return OpenPGPCodes.policies(passwords)
    }

    /// Reads `C4`, unless that has been done since the last code in this transaction.
    package mutating func status(
        of policy: PINPolicy,
        on channel: inout AnyCardChannel
    ) throws(CardError) -> PINStatus {
        guard let counters = try readCounters(on: &channel),
            let tries = OpenPGPCodes.password(of: policy, in: counters)?.remainingTries
        else { return .unknown }
        // A resetting code that was never set has a counter of zero (4.3.4), and nothing tells the two apart.
        guard policy.role != .resettingCode || tries > 0 else { return .blockedOrNeverSet }
        return PINStatus(remainingTries: tries)
    }

    /// `C4` alone; `nil` where the card does not tell.
    private mutating func readCounters(
        on channel: inout AnyCardChannel
    ) throws(CardError) -> OpenPGPPasswordStatus? {
        if let counters { return counters }
        let response = try transported { () throws(TransportError) in
            try Self.getData(0xC4, limit: 256, on: &channel)
        }
        guard response.status.isSuccess else { return nil }
        counters = OpenPGPPasswordStatus(parsing: response.data)
        return counters
    }

    /// Reads the related data again, which proves that it is still this card's application that is selected.
    ///
    /// Only where another program has selected something else is it selected again: that logs everybody out.
    package mutating func select(
        toPresent policy: PINPolicy,
        on channel: inout AnyCardChannel
    ) throws(CardError) -> Bool {
        let known = data.aid
        currentSlot = nil
        var current = try transported { () throws(TransportError) in try Self.readRelatedData(on: &channel) }
        if current?.aid != known {
            let status = try transported { () throws(TransportError) in
                try Self.select(known, on: &channel)
            }
            guard status != .terminated else { throw .terminated }
            guard status.isSuccess else { return false }
            current = try transported { () throws(TransportError) in
                try Self.readRelatedData(on: &channel)
            }
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
    ) throws(TransportError) -> StatusWord {
        // P2 = 00 and no Le: cards are known that take nothing else (7.2.1; gpg's scdaemon sends the same).
        let command = CommandAPDU(ins: Instruction.select, p1: 0x04, data: aid)
        return try channel.exchange(command, limit: 1_024).status
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
