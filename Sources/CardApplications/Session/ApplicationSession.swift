package import CardCore

/// One application of a card, proven to be selected in this transaction, and the only way to present a code to it.
///
/// It takes over the transaction's channel: nothing else reaches the card while it exists. What has
/// been read, `application`, is a plain value that outlives it. Blocking; each function that takes a code sends it at most once.
package struct ApplicationSession: ~Copyable {
    /// What has been read so far.
    package private(set) var application: any CardApplication
    private var channel: CodeChannel

    private init(_ application: any CardApplication, _ channel: consuming ApplicationChannel) {
        self.application = application
        self.channel = CodeChannel(channel)
    }

    // MARK: Opening

    /// The application of `family`, looked for as `query` says; `nil` where it is not there, or not selected.
    ///
    /// Where it is found, the session takes `channel` over.
    static func find(
        _ family: any CardFamily.Type,
        _ query: ApplicationQuery,
        on channel: inout AnyCardChannel
    ) throws(CardError) -> ApplicationSession? {
        var found: (any CardApplication)?
        let opened = try ApplicationChannel(on: &channel) { (channel) throws(CardError) in
            let answer = try transported { () throws(TransportError) in
                try family.find(query, on: &channel)
            }
            switch answer {
            case .application(let application): found = application
            case .terminated: throw .terminated
            case .recognised, nil: break
            }
            return found != nil
        }
        guard let opened, let found else { return nil }
        return ApplicationSession(found, opened)
    }

    /// Opens `application` again in a later transaction, by selecting it or by an answer that shows that it still is selected.
    package static func reopen(
        _ application: any CardApplication,
        toPresent policy: PINPolicy,
        on channel: inout AnyCardChannel
    ) throws(CardError) -> ApplicationSession {
        var application = application
        application.forgetCounters()
        let opened = try ApplicationChannel(on: &channel) { (channel) throws(CardError) in
            try application.select(toPresent: policy, on: &channel)
        }
        guard let opened else { throw .notRecognised }
        return ApplicationSession(application, opened)
    }

    /// Opens `application` in the transaction in which its challenge is answered; `nil` where the challenge is void.
    ///
    /// Nothing is selected, because that would void the challenge, as would a reset of the card.
    package static func resumeChallenge(
        of application: any CardApplication,
        on channel: inout AnyCardChannel
    ) throws(CardError) -> ApplicationSession? {
        guard !channel.wasReset else { return nil }
        var application = application
        application.forgetCounters()
        let opened = try ApplicationChannel(on: &channel) { (channel) throws(CardError) in
            try application.confirmsChallenge(on: &channel)
        }
        guard let opened else { return nil }
        return ApplicationSession(application, opened)
    }

    /// Lends the application and its channel to `body`, which reads.
    mutating func read<R>(
        _ body: (inout any CardApplication, inout AnyCardChannel) throws(CardError) -> R
    ) throws(CardError) -> R {
        try body(&application, &channel.plain)
    }

    /// Gives the channel back; no code can be presented any more.
    package consuming func release() -> AnyCardChannel { channel.release() }

    // MARK: Codes

    /// Whether a command with a code has gone out.
    package var hasPresented: Bool { !channel.presented.isEmpty }

    /// The command with a code that went out last.
    package var lastPresented: PresentedCommand? { channel.presented.last }

    /// VERIFY.
    package mutating func verify(_ policy: PINPolicy, _ code: consuming SecretBytes) throws(PINError) {
        try prepare(policy)
        try application.verify(policy, code, on: &channel)
    }

    /// CHANGE REFERENCE DATA.
    package mutating func change(
        _ policy: PINPolicy,
        from old: consuming SecretBytes,
        to new: consuming SecretBytes
    ) throws(PINError) {
        try prepare(policy)
        try application.change(policy, from: old, to: new, on: &channel)
    }

    /// Gives `pin` a new value and a fresh counter, in the one form that `unblocking` names.
    ///
    /// `code` is `puk`'s code, or the response to the challenge that `requestChallenge` brought.
    package mutating func unblock(
        _ pin: PINPolicy,
        by unblocking: Unblocking,
        of puk: PINPolicy,
        _ code: consuming SecretBytes,
        to new: consuming SecretBytes
    ) throws(PINError) {
        try prepare(pin)
        try application.unblock(pin, by: unblocking, of: puk, code, to: new, on: &channel)
    }

    /// Sends `command` with data that was put together elsewhere; the card's answer, where it accepted the code.
    package mutating func present(
        _ command: PresentedCommand,
        encoded data: consuming SecretBytes
    ) throws(PINError) -> ResponseAPDU {
        try prepare(command.changed)
        let application = application
        return try channel.present(command, data) { application.error($0, of: command) }
    }

    private mutating func prepare(_ policy: PINPolicy) throws(PINError) {
        application.forgetCounters()
        do throws(CardError) {
            try application.selectDirectory(of: policy, on: &channel.plain)
            try application.checkCodesArePlain(on: &channel.plain)
        } catch {
            throw .card(error)
        }
    }

    /// Lets other applications be selected from now on; no code can be presented any more.
    package mutating func endPresenting() { channel.endPresenting() }

    /// What one exchange with the card can carry.
    package var limits: ChannelLimits { channel.limits }

    /// Sends a command without a code as it is; no GET RESPONSE, no repetition.
    package mutating func transmit(
        _ command: borrowing EncodedCommand
    ) throws(TransportError) -> ResponseAPDU {
        try channel.plain.transmit(command)
    }

    /// Asks for the challenge that the holder of the key `puk` answers; the last command of its transaction.
    package mutating func requestChallenge(of puk: PINPolicy) throws(CardError) -> [UInt8] {
        try application.requestChallenge(of: puk, on: &channel)
    }

    /// Has the key of `certificate` sign, after its PIN was verified in this session.
    ///
    /// An RSA signature is as long as the modulus, an ECDSA signature comes as ECDSA-Sig-Value in DER. A card that
    /// refuses is asked in no other form.
    package mutating func sign(
        _ request: SigningRequest,
        with certificate: CardCertificate
    ) throws(CardError) -> [UInt8] {
        try application.sign(request, with: certificate, on: &channel)
    }

    /// Makes the card forget what this session may have verified; `true` when nothing of it is verified any more.
    ///
    /// Where it is `false` the card is reset instead, if no other program is connected to it. Waits at most 5 s for each answer.
    package mutating func logOut() throws(TransportError) -> Bool {
        guard hasPresented else { return true }
        channel.plain.limitAnswerTime(to: .seconds(5))
        return try application.logOut(on: &channel)
    }
}

/// The channel of a session, which knows the commands with a code that went out on it.
///
/// Families get it lent by the session alone.
package struct CodeChannel: ~Copyable {
    private var channel: ApplicationChannel
    /// The commands that carried a code, in their order.
    private(set) var presented: [PresentedCommand] = []

    fileprivate init(_ channel: consuming ApplicationChannel) { self.channel = channel }

    fileprivate consuming func release() -> AnyCardChannel { channel.release() }

    fileprivate mutating func endPresenting() { channel.endPresenting() }

    fileprivate var limits: ChannelLimits { channel.limits }

    /// For commands without a code.
    var plain: AnyCardChannel {
        _read { yield channel.plain }
        _modify { yield &channel.plain }
    }

    /// Whether the card answers a command that logs out with `9000`; `61XX` does not prove that a code was forgotten.
    mutating func isAccepted(_ command: CommandAPDU) throws(TransportError) -> Bool {
        try plain.transmit(EncodedCommand(plain: command.encoded(for: limits))).status.isSuccess
    }

    /// Sends one command with its code, once; throws what `judge` makes of the card's answer.
    @discardableResult
    mutating func present(
        _ command: PresentedCommand,
        _ data: consuming SecretBytes,
        judge: (StatusWord) -> PINError?
    ) throws(PINError) -> ResponseAPDU {
        let apdu = SecretCommandAPDU(
            ins: command.instruction,
            p1: command.p1,
            p2: command.reference.rawValue,
            data: data
        )
        let response: ResponseAPDU
        do throws(TransportError) {
            response = try channel.exchange(apdu)
        } catch {
            switch error {
            // Refused here.
            case .commandTooLong, .commandNotAllowed: break
            default: presented.append(command)
            }
            throw error.commandWasNotSent
                ? .card(.transport(error)) : .outcomeUnknown(id: command.judged.id, error)
        }
        presented.append(command)
        if let error = judge(response.status) { throw error }
        return response
    }
}
