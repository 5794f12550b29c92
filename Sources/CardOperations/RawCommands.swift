internal import CardApplications
package import CardCore

/// One command as an administrator writes it: hexadecimal, with codes as `{pin}`, `{puk}` or `{new}`.
package struct RawCommand: Hashable, Sendable {
    /// A placeholder for a code.
    package enum Code: String, Hashable, Sendable, CaseIterable {
        case pin
        case puk
        case new
    }

    /// Why a text is not a command that may be sent.
    package enum ParseError: Error, Equatable, Sendable {
        case notHexadecimal
        case incomplete
        /// A command that carries a code must have it written as a placeholder.
        case codeInTheClear
        /// A placeholder stands directly behind the four octets of the header of VERIFY, CHANGE or RESET RETRY COUNTER.
        case misplacedCode
        /// The application is selected before codes are sent; another SELECT would send them to somebody else.
        case selectBeforeCode
    }

    /// Octets of a command without codes, or the four of the header.
    package let bytes: [UInt8]
    package let codes: [Code]

    package init(parsing text: String) throws(ParseError) {
        let pieces = text.split(separator: "{", omittingEmptySubsequences: false)
        guard let bytes = Hex.bytes(of: String(pieces.first ?? "")) else { throw .notHexadecimal }
        guard bytes.count >= 4 else { throw .incomplete }
        var codes: [Code] = []
        for piece in pieces.dropFirst() {
            let name = piece.split(separator: "}", omittingEmptySubsequences: false)
            guard name.count == 2, name[1].allSatisfy(\.isWhitespace),
                let code = Code(rawValue: String(name[0]))
            else {
                throw .misplacedCode
            }
            codes.append(code)
        }
        let carriesCode = Instruction.carryingSecrets.contains(bytes[1])
        if codes.isEmpty {
            // A single octet behind the header is Le: a question without data.
            guard !carriesCode || bytes.count <= 5 else { throw .codeInTheClear }
            guard CommandAPDU(decoding: bytes) != nil else { throw .incomplete }
        } else {
            guard carriesCode, bytes.count == 4, Self.takes(codes, instruction: bytes[1]) else {
                throw .misplacedCode
            }
        }
        self.bytes = bytes
        self.codes = codes
    }

    /// Whether these codes, in this order, are what the instruction carries.
    ///
    /// Anything else could spend a try of one code under the budget of another.
    private static func takes(_ codes: [Code], instruction: UInt8) -> Bool {
        switch instruction {
        case Instruction.verify, Instruction.verifyWithData: [[.pin], [.puk]].contains(codes)
        case Instruction.changeReferenceData, Instruction.changeReferenceDataWithData:
            [[.pin, .new], [.puk, .new], [.new]].contains(codes)
        default: [[.puk, .new], [.puk], [.new]].contains(codes)
        }
    }

    /// Parses all commands of one run.
    package static func parse(_ texts: [String]) throws(ParseError) -> [RawCommand] {
        var commands: [RawCommand] = []
        for text in texts { commands.append(try RawCommand(parsing: text)) }
        let codeIndex = commands.lastIndex { !$0.codes.isEmpty } ?? 0
        guard !commands[..<codeIndex].contains(where: { $0.bytes[1] == Instruction.select }) else {
            throw .selectBeforeCode
        }
        return commands
    }
}

extension PINOperations {
    /// Sends commands as they are, in one transaction, and hands each response to `received`.
    ///
    /// Nothing is added: no GET RESPONSE, no repetition. Commands with codes go out under the same rules as everywhere: the
    /// reference must be one that the card names, its counter is read, and each code is sent once. A code
    /// that is not accepted ends the run.
    package static func send<C: CardConnection & ~Copyable, D: Dialog>(
        _ commands: [RawCommand],
        on connection: consuming C,
        budget: TryBudget,
        dialog: inout D,
        received: (ResponseAPDU) -> Void
    ) throws(OperationError) {
        try finishing(connection, dialog: &dialog) { (connection, dialog, presented) throws(OperationError) in
            guard commands.contains(where: { !$0.codes.isEmpty }) else {
                try connection.withTransaction { (channel) throws(OperationError) in
                    for command in commands { received(try transmit(command, on: &channel)) }
                }
                return
            }
            let (atr, likely) = (connection.atr, connection.likelyFamilies)
            var survey = try connection.withTransaction { (channel) throws(OperationError) in
                var survey = try CardSurvey(atr: atr, likely: likely, on: &channel)
                for command in commands {
                    for code in try codes(of: command, in: survey) where code.purpose != .new {
                        try budget.check(
                            survey.readStatus(of: code.policy, on: &channel),
                            of: code.policy
                        )
                    }
                }
                return survey
            }
            var secrets = SecretQueue()
            for command in commands where !command.codes.isEmpty {
                secrets.append(try data(for: command, survey: survey, budget: budget, dialog: &dialog))
            }
            try connection.withTransaction { (channel) throws(OperationError) in
                if let first = commands.first(where: { !$0.codes.isEmpty }),
                    let code = try codes(of: first, in: survey).first
                {
                    try survey.select(for: code.policy, on: &channel)
                }
                var accepted: PINPolicy?
                for command in commands {
                    guard !command.codes.isEmpty else {
                        do throws(OperationError) {
                            received(try transmit(command, on: &channel))
                        } catch .card(.transport(let error)) where accepted != nil {
                            guard let accepted else { throw .card(.transport(error)) }
                            throw .code(.outcomeUnknown(id: accepted.id, error), accepted)
                        }
                        continue
                    }
                    let codes = try codes(of: command, in: survey)
                    for code in codes where code.purpose != .new {
                        try budget.check(survey.readStatus(of: code.policy, on: &channel), of: code.policy)
                    }
                    guard let judged = codes.first?.policy, let secret = secrets.next() else {
                        throw .cancelled
                    }
                    try survey.prepare(codes.last?.policy ?? judged, on: &channel)
                    presented = true
                    let apdu = SecretCommandAPDU(
                        cla: command.bytes[0],
                        ins: command.bytes[1],
                        p1: command.bytes[2],
                        p2: command.bytes[3],
                        data: secret
                    )
                    received(
                        try present(
                            apdu,
                            judged: judged,
                            changed: codes.last?.policy ?? judged,
                            &survey,
                            on: &channel
                        )
                    )
                    accepted = judged
                }
            }
        }
    }

    private static func transmit(
        _ command: RawCommand,
        on channel: inout AnyCardChannel
    ) throws(OperationError) -> ResponseAPDU {
        do throws(TransportError) {
            guard let apdu = CommandAPDU(decoding: command.bytes) else {
                throw TransportError.commandTooLong(length: command.bytes.count)
            }
            // The form is that of the protocol: under T=0 never an extended length, and no Le behind data.
            return try channel.transmit(EncodedCommand(plain: apdu.encoded(for: channel.limits)))
        } catch {
            throw .card(.transport(error))
        }
    }

    private static func present(
        _ apdu: consuming SecretCommandAPDU,
        judged: PINPolicy,
        changed: PINPolicy,
        _ survey: inout CardSurvey,
        on channel: inout AnyCardChannel
    ) throws(OperationError) -> ResponseAPDU {
        let instruction = apdu.ins
        let response: ResponseAPDU
        do throws(TransportError) {
            response = try channel.exchange(apdu)
        } catch {
            guard !error.commandWasNotSent else { throw .card(.transport(error)) }
            throw .code(.outcomeUnknown(id: judged.id, error), judged)
        }
        let error = ReferenceDataCommands.error(
            response.status,
            judged: judged,
            changed: changed,
            instruction
        )
        if let error { throw survey.explain(error, on: &channel) }
        return response
    }

    /// What a placeholder of `command` stands for on this card.
    private static func codes(
        of command: RawCommand,
        in survey: CardSurvey
    ) throws(OperationError) -> [(policy: PINPolicy, purpose: CodeRequest.Purpose)] {
        guard !command.codes.isEmpty else { return [] }
        let reference = PINReference(rawValue: command.bytes[3])
        let matches = survey.policies.filter { $0.reference == reference }
        guard matches.count <= 1 else { throw .whichPIN(matches) }
        guard let named = matches.first else {
            throw .noSuchPIN(Hex.string(of: [reference.rawValue]), known: survey.policies)
        }
        var found: [(policy: PINPolicy, purpose: CodeRequest.Purpose)] = []
        for code in command.codes {
            switch code {
            case .pin: found.append((named, .current))
            case .new: found.append((named, .new))
            case .puk:
                guard named.kind != .puk else {
                    found.append((named, .unblocking))
                    continue
                }
                // VERIFY and CHANGE present the code of their own reference; only RESET RETRY COUNTER takes another's.
                let isReset = [Instruction.resetRetryCounter, Instruction.resetRetryCounterWithData]
                guard isReset.contains(command.bytes[1]), let puk = survey.unblockingCode(for: named) else {
                    throw .refused(.noUnblockingCode, named)
                }
                found.append((puk, .unblocking))
            }
        }
        return found
    }

    /// Asks for the codes of one command and puts them together as the card stores them.
    private static func data<D: Dialog>(
        for command: RawCommand,
        survey: CardSurvey,
        budget: TryBudget,
        dialog: inout D
    ) throws(OperationError) -> SecretBytes {
        var secrets = SecretQueue()
        let codes = try codes(of: command, in: survey)
        for code in codes {
            let status = survey.report(code.policy).status
            guard code.purpose != .new else {
                secrets.append(try newCode(for: code.policy, status: status, budget: budget, dialog: &dialog))
                continue
            }
            let secret = try dialog.code(CodeRequest(purpose: code.purpose, pin: code.policy, status: status))
            try check(secret, for: code.policy)
            secrets.append(secret)
        }
        return SecretBytes(capacity: 510) { output in
            for code in codes {
                guard let secret = secrets.next() else { return }
                code.policy.encode(secret, into: &output)
            }
        }
    }
}

/// A few secrets waiting for their turn, each handed out once.
///
/// (`Array` cannot hold noncopyable values.)
private struct SecretQueue: ~Copyable {
    private final class Box {
        var secret: SecretBytes?
        init(_ secret: consuming SecretBytes) { self.secret = consume secret }
    }
    private var boxes: [Box] = []

    mutating func append(_ secret: consuming SecretBytes) { boxes.append(Box(secret)) }

    mutating func next() -> SecretBytes? {
        guard !boxes.isEmpty else { return nil }
        return boxes.removeFirst().secret.take()
    }
}
