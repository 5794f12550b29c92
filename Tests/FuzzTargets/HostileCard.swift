internal import CardApplications
internal import CardCore

/// A card that does what a `HostileInput` says, and keeps a record of what it was sent.
///
/// Used from one thread. When the input has no more steps it answers `6D00`.
final class HostileCard {
    /// One command as it was handed over.
    struct Command {
        let header: [UInt8]
        /// Upper-case hexadecimal of the data field.
        let data: String
        let carriesSecret: Bool
        /// What the card had last said of its counters, by reference.
        let counters: [UInt8: PINStatus]
        /// Which transaction it was sent in, from 1.
        let transaction: Int
        /// Whether it can have reached the card.
        var wasSent = true
        /// The status word of the whole exchange, GET RESPONSE included; `nil` while there is none.
        var finalStatus: StatusWord?
    }

    let atr: ATR?
    private(set) var limits: ChannelLimits
    private let operation: HostileInput.Operation
    private var steps: ArraySlice<HostileInput.Step>
    /// Further commands that get this response.
    private var repeated: (response: [UInt8], count: Int)?
    private var cardIsGone = false
    private var serviceHasEnded = false
    private var wasResetInTransaction = false

    private(set) var commands: [Command] = []
    private(set) var commandBytes = 0
    private(set) var responseBytes = 0
    /// Set while a transaction is lent.
    private(set) var isInTransaction = false
    private(set) var transactions = 0
    private(set) var drops = 0
    /// Before which transaction, from 1 on, somebody else resets the card; 0 for none.
    private let resetTransaction: Int
    /// Whether it was reset before the transaction that is lent.
    private(set) var wasReset = false
    /// How many commands it had been sent by then; `nil` when it never was.
    private(set) var commandsBeforeReset: Int?
    /// A command with a code got no answer: nothing may be sent any more.
    private var codeWentUnanswered = false
    var counters = CounterWatch()
    /// Asked for an answer when the input has no more steps; what it says becomes one.
    var answer: (([UInt8]) -> [UInt8])?
    private(set) var answered: [HostileInput.Step] = []
    private(set) var broken = BrokenRules()

    /// 400 exchanges of files, each of at most ten commands and SELECT of 22, and what counters cost.
    static let maximumCommands = 6_000
    /// As many responses of the usual length.
    static let maximumResponseBytes = 4_000_000

    init(_ input: HostileInput) {
        atr = try? ATR(parsing: input.atr)
        let used: TransmissionProtocol = input.options[0] & 1 == 0 ? .t0 : .t1
        limits =
            input.options[0] & 2 == 0
            ? ChannelLimits(transmissionProtocol: used, atr: atr)
            : ChannelLimits(transmissionProtocol: used, extendedLength: true)
        operation = input.operation
        resetTransaction = Int(input.options[5] >> 3 & 7)
        steps = input.steps[...]
    }

    func disableExtendedLength() { limits.extendedLength = false }

    func beginTransaction() {
        broken.expect(!isInTransaction, "a transaction inside a transaction")
        transactions += 1
        isInTransaction = true
        wasResetInTransaction = false
        wasReset = transactions == resetTransaction
        if wasReset { commandsBeforeReset = commands.count }
    }

    /// A challenge is made outside of a transaction, and only for a key that is asked for a signature that binds nobody.
    func makesRequest(for certificate: CardCertificate, _ forms: [SigningForm]) {
        broken.expect(!isInTransaction, "a challenge made inside a transaction")
        broken.expect(certificate.isForLogin, "a signature wanted of a key that binds its holder")
        broken.expect(!forms.isEmpty, "a challenge for a key that can be asked nothing")
    }

    func endTransaction() { isInTransaction = false }

    func dropSecurityStatus() {
        broken.expect(!isInTransaction, "the security status dropped inside a transaction")
        drops += 1
    }

    func transmit(_ bytes: [UInt8], carriesSecret: Bool) throws(TransportError) -> ResponseAPDU {
        broken.expect(isInTransaction, "a command outside of a transaction")
        broken.expect(!codeWentUnanswered, "a command after a code that got no answer")
        broken.expect(bytes.count >= 4, "a command shorter than its header")
        let command = Command(
            header: Array(bytes.prefix(4)),
            data: Hex.string(of: bytes.dropFirst(5)),
            carriesSecret: carriesSecret,
            counters: counters.statuses,
            transaction: transactions
        )
        checkForm(bytes)
        counters.willSend(bytes, carriesSecret: carriesSecret)
        commands.append(command)
        commandBytes += bytes.count
        broken.expect(commands.count <= Self.maximumCommands, "more than \(Self.maximumCommands) commands")
        do throws(TransportError) {
            let response = try nextResponse(to: bytes)
            responseBytes += response.bytes.count
            broken.expect(responseBytes <= Self.maximumResponseBytes, "too many bytes taken")
            counters.received(response)
            note(response.status)
            return response
        } catch {
            counters.failed()
            if error.commandWasNotSent {
                commands[commands.count - 1].wasSent = false
            } else if carriesSecret || isFetchingForCode {
                codeWentUnanswered = true
            }
            throw error
        }
    }

    /// Lengths and classes that a real reader or card would fail on.
    private func checkForm(_ bytes: [UInt8]) {
        let isExtended = bytes.count > 5 && bytes[4] == 0
        broken.expect(limits.extendedLength || !isExtended, "an extended length that is not allowed")
        broken.expect(bytes.count <= 261 || limits.extendedLength, "a command too long")
        // What somebody typed goes out as it was typed.
        if limits.transmissionProtocol == .t0, bytes.count > 5, operation != .raw {
            broken.expect(bytes.count == 5 + Int(bytes[4]), "data and Le under T=0")
        }
    }

    /// Whether the last command before this one is, but for GET RESPONSE, one with a code.
    private var isFetchingForCode: Bool {
        guard commands.last?.header[1] == Instruction.getResponse else { return false }
        return commands.last { $0.header[1] != Instruction.getResponse }?.carriesSecret ?? false
    }

    private func note(_ status: StatusWord) {
        let isFetching = commands.last?.header[1] == Instruction.getResponse
        let index =
            isFetching
            ? commands.lastIndex { $0.header[1] != Instruction.getResponse } : commands.indices.last
        if let index { commands[index].finalStatus = status }
    }

    private func nextResponse(to command: [UInt8]) throws(TransportError) -> ResponseAPDU {
        guard !serviceHasEnded else { throw .serviceLost }
        guard !cardIsGone else { throw .cardRemoved }
        guard !wasResetInTransaction else { throw .cardReset }
        if let (response, count) = repeated {
            repeated = count > 1 ? (response, count - 1) : nil
            return try ResponseAPDU(parsing: response.span)
        }
        guard let step = steps.popFirst() else {
            guard let response = answer?(command) else {
                return ResponseAPDU(status: .instructionNotSupported)
            }
            answered.append(HostileInput.Step(.answer, response))
            return try ResponseAPDU(parsing: response.span)
        }
        switch step.kind {
        case .answer: return try ResponseAPDU(parsing: step.bytes.span)
        case .removeBefore:
            cardIsGone = true
            throw .cardRemoved
        case .resetBefore:
            wasResetInTransaction = true
            throw .cardReset
        case .mute: throw .noAnswer(cardRemoved: false)
        case .removeAfter:
            cardIsGone = true
            throw .noAnswer(cardRemoved: true)
        case .readerError:
            throw .reader(code: step.bytes.prefix(4).reversed().reduce(0) { $0 << 8 | UInt32($1) })
        case .serviceEnds:
            serviceHasEnded = true
            throw .serviceLost
        case .sameAnswer:
            let response = Array(step.bytes.dropFirst())
            if let count = step.bytes.first, count > 0 { repeated = (response, Int(count)) }
            return try ResponseAPDU(parsing: response.span)
        }
    }
}
