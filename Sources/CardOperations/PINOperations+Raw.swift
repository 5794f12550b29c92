internal import CardApplications
package import CardCore

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
        try finishing(connection, dialog: &dialog) {
            (connection, dialog, presentation) throws(OperationError) in
            let hints = connection.hints
            let coded = commands.filter { !$0.codes.isEmpty }
            var survey: CardSurvey?
            var secrets = SecretQueue()
            if !coded.isEmpty {
                dialog.cardWork(isGoingOn: true)
                defer { dialog.cardWork(isGoingOn: false) }
                survey = try connection.withTransaction { (channel) throws(OperationError) in
                    var survey = try CardSurvey(hints, on: &channel)
                    try survey.check(coded, budget: budget, on: &channel)
                    return survey
                }
            }
            if let survey {
                for command in coded {
                    secrets.append(try data(for: command, survey: survey, budget: budget, dialog: &dialog))
                }
            }
            dialog.cardWork(isGoingOn: true)
            defer { dialog.cardWork(isGoingOn: false) }
            try connection.withTransaction { (channel) throws(OperationError) in
                if let first = coded.first {
                    try survey?.resume(with: first, of: coded, budget: budget, on: &channel)
                }
                var accepted: PINPolicy?
                // Behind a SELECT somebody else would be told to forget.
                let mayForget = !commands.contains { $0.bytes[1] == Instruction.select }
                var hasAnswered = true
                defer {
                    if mayForget, hasAnswered, presentation == .presented {
                        survey?.endSecurityStatus(&presentation, on: &channel)
                    }
                }
                do throws(OperationError) {
                    for command in commands {
                        guard !command.codes.isEmpty else {
                            received(try transmit(command, on: &channel))
                            continue
                        }
                        // Without its code the header alone would be a question that some cards count.
                        guard let secret = secrets.next() else { throw .cancelled }
                        presentation = .presented
                        let (response, judged) = try present(command, secret, &survey, on: &channel)
                        accepted = judged
                        received(response)
                    }
                } catch .code(.outcomeUnknown(let id, let error), let policy) {
                    hasAnswered = false
                    throw .code(.outcomeUnknown(id: id, error), policy)
                } catch .card(let error) {
                    if case .transport = error { hasAnswered = false }
                    // After one code was accepted it is not true that none was sent.
                    guard let accepted else { throw .card(error) }
                    guard case .transport(let reason) = error else { throw .afterCode(accepted) }
                    throw .code(.outcomeUnknown(id: accepted.id, reason), accepted)
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

    /// Sends one command with its code; returns what the card said and the code that it was about.
    private static func present(
        _ command: RawCommand,
        _ secret: consuming SecretBytes,
        _ survey: inout CardSurvey?,
        on channel: inout AnyCardChannel
    ) throws(OperationError) -> (ResponseAPDU, PINPolicy) {
        let codes = try survey?.codes(of: command) ?? []
        guard let judged = codes.first?.policy, let changed = codes.last?.policy else { throw .cancelled }
        try survey?.prepare(changed, on: &channel)
        let apdu = SecretCommandAPDU(
            cla: command.bytes[0],
            ins: command.bytes[1],
            p1: command.bytes[2],
            p2: command.bytes[3],
            data: secret
        )
        let response: ResponseAPDU
        do throws(TransportError) {
            response = try channel.exchange(apdu)
        } catch {
            guard !error.commandWasNotSent else { throw .card(.transport(error)) }
            throw .code(.outcomeUnknown(id: judged.id, error), judged)
        }
        let presented = PresentedCommand(
            command.bytes[1],
            p1: command.bytes[2],
            reference: PINReference(rawValue: command.bytes[3]),
            judged: judged,
            changed: changed
        )
        if let error = survey?.application.error(response.status, of: presented) {
            throw survey?.explain(error, on: &channel) ?? .code(error, judged)
        }
        return (response, judged)
    }

    /// Asks for the codes of one command and puts them together as the card stores them.
    private static func data<D: Dialog>(
        for command: RawCommand,
        survey: CardSurvey,
        budget: TryBudget,
        dialog: inout D
    ) throws(OperationError) -> SecretBytes {
        var secrets = SecretQueue()
        let codes = try survey.codes(of: command)
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
