internal import CardCore

/// Counters of Thales (Gemalto) cards by GET DATA, which spends no try.
///
/// `00 CB 00 FF 05 A0 03 83 01 REF 00` is answered by `A0 { 83: REF, DF21: tries usage unblocks method, … }`, where `FF`
/// is unlimited. The form is the one in OpenSC's IDPrime driver; FINEID's specimen cards answer it too.
package enum ThalesCounters {
    /// Asks by the one command that costs less: under T=0 GET DATA takes two, and an empty VERIFY one.
    ///
    /// `verifyIsFree` says that this card is known to count no empty VERIFY; its `9000` means that the code is already
    /// verified, and nothing about the counter. `nil` where the card does not tell.
    static func status(
        of reference: PINReference,
        verifyIsFree: Bool,
        on channel: inout AnyCardChannel
    ) throws(TransportError) -> PINStatus? {
        if verifyIsFree, channel.limits.transmissionProtocol == .t0 {
            let status = try channel.emptyVerify(reference)
            if let tries = status.remainingTries { return PINStatus(remainingTries: tries) }
            if status == .authenticationMethodBlocked { return PINStatus(remainingTries: 0) }
        }
        return try status(of: reference, on: &channel)
    }

    private static func status(
        of reference: PINReference,
        on channel: inout AnyCardChannel
    ) throws(TransportError) -> PINStatus? {
        let command = CommandAPDU(
            ins: Instruction.getDataWithTags,
            p1: 0x00,
            p2: 0xFF,
            data: [0xA0, 0x03, 0x83, 0x01, reference.rawValue],
            expectedLength: 256
        )
        let response = try channel.exchange(command, limit: 256)
        guard response.status.isSuccess else { return nil }
        return status(of: reference, in: response.data)
    }

    /// Reads the answer; `nil` when it is not one, or about another reference.
    package static func status(of reference: PINReference, in data: [UInt8]) -> PINStatus? {
        let whole = 0..<data.count
        guard
            let template = try? BERTLV.value(of: [0xA0], in: data.span, range: whole),
            let named = try? BERTLV.value(of: [0x83], in: data.span, range: template),
            Array(data[named]) == [reference.rawValue],
            let counters = try? BERTLV.value(of: [0xDF21], in: data.span, range: template),
            counters.count == 4
        else { return nil }
        let tries = data[counters.lowerBound]
        return tries == 0xFF
            ? PINStatus(remainingTries: nil, isBlocked: false) : PINStatus(remainingTries: Int(tries))
    }
}
