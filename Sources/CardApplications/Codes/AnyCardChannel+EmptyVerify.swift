internal import CardCore

extension AnyCardChannel {
    /// VERIFY without data, which asks whether the code of `reference` is verified, and else for its tries (ISO/IEC 7816-4,
    /// 11.6.6).
    ///
    /// Some cards count it as a wrong code: it is only for references of which the card, or a document of its family, says
    /// that they do not.
    mutating func emptyVerify(_ reference: PINReference) throws(TransportError) -> StatusWord {
        try exchange(CommandAPDU(ins: Instruction.verify, p2: reference.rawValue), limit: 256).status
    }
}
