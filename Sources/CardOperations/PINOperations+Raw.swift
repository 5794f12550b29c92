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
        let lastCode = commands.lastIndex { !$0.codes.isEmpty }
        guard let lastCode else {
            dialog.cardWork(isGoingOn: true)
            defer { dialog.cardWork(isGoingOn: false) }
            var connection = connection
            return try connection.withTransaction { (channel) throws(OperationError) in
                for command in commands {
                    received(
                        try transmitted(command, channel.limits) { (encoded) throws(TransportError) in
                            try channel.transmit(encoded)
                        }
                    )
                }
            }
        }
        let coded = commands.filter { !$0.codes.isEmpty }
        try CardOperation.run(on: connection, budget: budget, dialog: &dialog) {
            (operation) throws(OperationError) in
            var (survey, counted) = try operation.survey { (survey, session) throws(OperationError) in
                let counted = try survey.countedCodes(of: coded)
                for policy in counted { try survey.check(policy, budget, in: &session) }
                return counted
            }
            for policy in counted { try operation.confirmForm(of: policy) }
            var secrets = SecretQueue()
            for command in coded { secrets.append(try data(for: command, survey, &operation)) }
            let selectsAfterwards = commands[(lastCode + 1)...].contains { $0.bytes[1] == Instruction.select }
            try operation.present(counting: counted, &survey, selectsAfterwards: selectsAfterwards) {
                (survey, session) throws(OperationError) in
                var accepted: PINPolicy?
                // The first code goes out right behind the counters.
                var countersAreFresh = true
                do throws(OperationError) {
                    for command in commands[...lastCode] {
                        guard !command.codes.isEmpty else {
                            received(try transmit(command, in: &session))
                            countersAreFresh = false
                            continue
                        }
                        guard let secret = secrets.next() else { throw .cancelled }
                        let presented = try survey.presentedCommand(command)
                        // What went out since may have spent tries: some cards count VERIFY without data.
                        if !countersAreFresh { try survey.recheck(presented.judged, budget, in: &session) }
                        countersAreFresh = false
                        var code = OneCode(secret)
                        let response = try survey.attempt(in: &session) { (session) throws(PINError) in
                            try session.present(presented, encoded: code.take())
                        }
                        accepted = presented.judged
                        received(response)
                    }
                    session.endPresenting()
                    for command in commands[(lastCode + 1)...] {
                        received(try transmit(command, in: &session))
                    }
                } catch .code(.newCodeNotSet(let id, let status), let pin) where accepted == nil {
                    // No unblocking code was accepted in this run.
                    throw .code(.notAllowed(id: id, status), pin)
                } catch .refused(_, _) where accepted != nil {
                    guard let accepted else { return }
                    throw .afterCode(accepted)
                } catch .card(let error) {
                    // A code was accepted: that none was sent would be false.
                    guard let accepted else { throw .card(error) }
                    switch error {
                    case .transport(.commandTooLong), .transport(.commandNotAllowed):
                        throw .afterCode(accepted)
                    case .transport(let reason):
                        throw .code(.outcomeUnknown(id: accepted.id, reason), accepted)
                    default: throw .afterCode(accepted)
                    }
                }
            }
        }
    }

    private static func transmit(
        _ command: RawCommand,
        in session: inout ApplicationSession
    ) throws(OperationError) -> ResponseAPDU {
        try transmitted(command, session.limits) { (encoded) throws(TransportError) in
            try session.transmit(encoded)
        }
    }

    private static func transmitted(
        _ command: RawCommand,
        _ limits: ChannelLimits,
        _ transmit: (borrowing EncodedCommand) throws(TransportError) -> ResponseAPDU
    ) throws(OperationError) -> ResponseAPDU {
        do throws(TransportError) {
            guard let apdu = CommandAPDU(decoding: command.bytes) else {
                throw TransportError.commandTooLong(length: command.bytes.count)
            }
            // The form is that of the protocol: under T=0 never an extended length, and no Le behind data.
            return try transmit(EncodedCommand(plain: apdu.encoded(for: limits)))
        } catch {
            throw .card(.transport(error))
        }
    }

    /// Asks for the codes of one command and puts them together as the card stores them.
    private static func data<C: CardConnection & ~Copyable, D: Dialog>(
        for command: RawCommand,
        _ survey: CardSurvey,
        _ operation: inout CardOperation<C, D>
    ) throws(OperationError) -> SecretBytes {
        var secrets = SecretQueue()
        let codes = try survey.codes(of: command)
        for code in codes {
            secrets.append(
                code.purpose == .new
                    ? try operation.askForNewCode(of: code.policy, survey)
                    : try operation.askForCode(code.purpose, of: code.policy, survey)
            )
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
