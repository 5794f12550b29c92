/// The channel to one application that is proven to be selected, and the only way to send a code.
///
/// It takes over a transaction's channel: while it exists nothing else reaches the card. Blocking; not thread-safe.
package struct ApplicationChannel: ~Copyable {
    /// For commands without a code; a SELECT by name of any other application is not sent (`commandNotAllowed`).
    package var plain: AnyCardChannel
    private let selection: ProvenSelection

    /// Takes `channel` over if `proof` returns `true`; else leaves it as it is, and there is no channel to an application.
    ///
    /// `proof` selects the application, or asks what is selected a question that no other application could have answered so.
    /// It counts only where the card has answered a command of its own with success.
    package init?<Failure: Error>(
        on channel: inout AnyCardChannel,
        proof: (inout AnyCardChannel) throws(Failure) -> Bool
    ) throws(Failure) {
        let selection = ProvenSelection()
        var guarded = AnyCardChannel(GuardedChannel(channel.take(), selection))
        let isProven: Bool
        do throws(Failure) {
            isProven = try proof(&guarded)
        } catch {
            channel = guarded
            throw error
        }
        guard isProven, selection.hasAnswer else {
            channel = guarded
            return nil
        }
        selection.isProven = true
        plain = guarded
        self.selection = selection
    }

    /// What one exchange with the card can carry.
    package var limits: ChannelLimits { plain.limits }

    /// Lets other applications be selected from now on; no code can go out any more.
    package mutating func endPresenting() { selection.isProven = false }

    /// The channel without the application.
    package consuming func release() -> AnyCardChannel {
        selection.isProven = false
        return plain
    }

    /// Sends a command that carries a secret, once, and returns the card's status word.
    package mutating func exchange(
        _ command: consuming SecretCommandAPDU
    ) throws(TransportError) -> ResponseAPDU {
        guard selection.isProven else { throw .commandNotAllowed }
        return try plain.exchange(command)
    }
}

extension CardChannel where Self: ~Copyable {
    /// Sends a command that carries a secret, once, and returns the card's status word.
    ///
    /// Such a command has no response data. What a card still sends is dropped, because it may be the secret, and data that it
    /// announces (`61XX`) is not fetched: only `9000` is success. It always goes out in short form, and is never repeated.
    mutating func exchange(
        _ command: consuming SecretCommandAPDU
    ) throws(TransportError) -> ResponseAPDU {
        ResponseAPDU(status: try transmit(EncodedCommand(command)).status)
    }
}

/// Which application a channel leads to.
private final class ProvenSelection {
    /// The name by which it was selected, where it was selected by name.
    var name: [UInt8]?
    /// Whether the card has answered any command with success.
    var hasAnswer = false
    /// Whether another application must not be selected any more.
    var isProven = false
}

/// A channel that keeps the application selected that codes are meant for.
private struct GuardedChannel: CardChannel, ~Copyable {
    private var channel: AnyCardChannel
    private let selection: ProvenSelection

    init(_ channel: consuming AnyCardChannel, _ selection: ProvenSelection) {
        self.channel = channel
        self.selection = selection
    }

    var limits: ChannelLimits { channel.limits }
    var wasReset: Bool { channel.wasReset }
    mutating func disableExtendedLength() { channel.disableExtendedLength() }
    mutating func limitAnswerTime(to limit: Duration) { channel.limitAnswerTime(to: limit) }

    mutating func transmit(_ command: borrowing EncodedCommand) throws(TransportError) -> ResponseAPDU {
        let name = command.carriesSecret ? nil : command.selectedName
        guard !selection.isProven || name == nil || name == selection.name else { throw .commandNotAllowed }
        let response = try channel.transmit(command)
        let isAccepted = response.status.isSuccess || (0x61...0x62).contains(response.status.sw1)
        if isAccepted {
            selection.hasAnswer = true
            if let name { selection.name = name }
        }
        return response
    }
}

extension EncodedCommand {
    /// The name in a SELECT by DF name (P1 = 04; ISO/IEC 7816-4, 11.2.2); `nil` for any other command.
    fileprivate var selectedName: [UInt8]? {
        withBytes { bytes in
            guard bytes[1] == Instruction.select, bytes[2] == 0x04 else { return nil }
            let command = CommandAPDU(decoding: (0..<bytes.count).map { bytes[$0] })
            // Lengths that do not add up are no name that could be compared.
            return command?.data ?? []
        }
    }
}
