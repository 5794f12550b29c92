internal import CardCore

/// What a card answers, before the transmission protocol has had its say.
struct Answer {
    var data: [UInt8] = []
    var status: UInt16

    static let success = Answer(status: 0x9000)

    /// Data field and status word.
    var bytes: [UInt8] { data + [UInt8(status >> 8), UInt8(truncatingIfNeeded: status)] }
}

/// What the transmission protocol makes of commands and answers: lengths, chaining, GET RESPONSE.
///
/// No kinder than a real card: under T=0 a wrong length is refused, and nothing is sent that was not asked for.
struct TransmissionRules {
    let transmissionProtocol: TransmissionProtocol
    let extendedLength: Bool
    /// Whether long data may come in links, CLA bit 5 (ISO/IEC 7816-4, 5.3.3).
    let commandChaining: Bool
    /// What GET RESPONSE will fetch.
    private var pending: [UInt8] = []
    /// Links of a chain that has not ended.
    private var chain: CommandAPDU?

    /// A chain longer than this is refused.
    private static let maximumChainedData = 8_192

    init(_ transmissionProtocol: TransmissionProtocol, extendedLength: Bool, commandChaining: Bool = false) {
        self.transmissionProtocol = transmissionProtocol
        self.extendedLength = extendedLength && transmissionProtocol == .t1
        self.commandChaining = commandChaining
    }

    mutating func reset() {
        pending = []
        chain = nil
    }

    /// Answers the bytes of one command; `execute` sees whole commands without the chaining bit.
    mutating func respond(to bytes: [UInt8], _ execute: (CommandAPDU) -> Answer) -> Answer {
        guard bytes.count >= 4, extendedLength || !isExtended(bytes),
            let command = CommandAPDU(decoding: bytes)
        else {
            reset()
            return Answer(status: 0x6700)
        }
        if command.cla == 0x00, command.ins == Instruction.getResponse { return getResponse(command) }
        pending = []
        // Under T=0 a command has data or a length, never both (ISO/IEC 7816-3, 12.2).
        if transmissionProtocol == .t0, !command.data.isEmpty, command.expectedLength != nil {
            return Answer(status: 0x6700)
        }
        guard command.cla & 0x10 != 0 || chain != nil else { return deliver(execute(command), for: command) }
        return link(command, execute)
    }

    private func isExtended(_ bytes: [UInt8]) -> Bool { bytes.count > 5 && bytes[4] == 0 }

    /// Takes one link of a chain, the last of which is executed with the data of all.
    private mutating func link(_ command: CommandAPDU, _ execute: (CommandAPDU) -> Answer) -> Answer {
        guard commandChaining else { return Answer(status: 0x6884) }
        var whole = command
        whole.cla &= ~0x10
        if let before = chain {
            guard before.cla == whole.cla, before.ins == whole.ins, before.p1 == whole.p1,
                before.p2 == whole.p2,
                before.data.count + whole.data.count <= Self.maximumChainedData
            else {
                chain = nil
                return Answer(status: 0x6883)
            }
            whole.data = before.data + whole.data
        }
        guard command.cla & 0x10 == 0 else {
            chain = whole
            return .success
        }
        chain = nil
        return deliver(execute(whole), for: whole)
    }

    /// Puts an answer in the form that the protocol carries.
    private mutating func deliver(_ answer: Answer, for command: CommandAPDU) -> Answer {
        guard !answer.data.isEmpty else { return answer }
        guard let expected = command.expectedLength else {
            // T=1 without Le: no data was asked for. T=0 without Le: it waits for GET RESPONSE.
            guard transmissionProtocol == .t0 else { return Answer(status: answer.status) }
            pending = answer.data
            return Answer(status: announcement)
        }
        // More than one command of T=0 can bring comes in pieces.
        let isInPieces = expected == 256 && answer.data.count > 256
        if transmissionProtocol == .t0, !isInPieces {
            // The length byte of T=0 must be the exact one (ISO/IEC 7816-3, 12.2.2).
            guard answer.data.count == expected else {
                return Answer(status: 0x6C00 | UInt16(truncatingIfNeeded: answer.data.count & 0xFF))
            }
            return answer
        }
        guard answer.data.count > expected else { return answer }
        pending = Array(answer.data.dropFirst(expected))
        return Answer(data: Array(answer.data.prefix(expected)), status: announcement)
    }

    /// `61XX` for what is pending; `6100` for 256 bytes and more.
    private var announcement: UInt16 { 0x6100 | UInt16(pending.count >= 256 ? 0 : pending.count) }

    /// GET RESPONSE (ISO/IEC 7816-4, 11.7.1).
    private mutating func getResponse(_ command: CommandAPDU) -> Answer {
        guard command.p1 == 0, command.p2 == 0 else { return Answer(status: 0x6A86) }
        guard !pending.isEmpty else { return Answer(status: 0x6985) }
        guard command.data.isEmpty, let expected = command.expectedLength else {
            return Answer(status: 0x6700)
        }
        if transmissionProtocol == .t0, expected > pending.count {
            return Answer(status: 0x6C00 | UInt16(truncatingIfNeeded: pending.count & 0xFF))
        }
        let data = Array(pending.prefix(expected))
        pending.removeFirst(data.count)
        return Answer(data: data, status: pending.isEmpty ? 0x9000 : announcement)
    }
}
