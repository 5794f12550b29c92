package import CardCore

/// A card that answers a fixed script, in strict order, and refuses every other command.
///
/// It counts the commands that carry a code, so that a test can say how many tries it may spend. Codes in scripts are
/// made up.
package struct ScriptedCard: CardChannel, ~Copyable {
    /// One command and what comes back.
    package struct Step: Sendable {
        let command: [UInt8]?
        let outcome: Outcome

        /// Expects the `command` in hexadecimal, or any command where it is `nil`, and answers `response`.
        package static func answer(_ command: String?, with response: String) -> Step {
            Step(command: command.map(bytes), outcome: .bytes(bytes(response)))
        }

        /// Expects any command and answers raw bytes, of whatever length.
        package static func answer(withBytes response: [UInt8]) -> Step {
            Step(command: nil, outcome: .bytes(response))
        }

        /// Expects any command and fails on the reader's side.
        package static func failure(_ error: TransportError) -> Step {
            Step(command: nil, outcome: .failure(error))
        }

        private static func bytes(_ text: String) -> [UInt8] {
            guard let bytes = Hex.bytes(of: text) else { preconditionFailure("not hexadecimal: \(text)") }
            return bytes
        }
    }

    /// What follows a command.
    enum Outcome: Sendable {
        case bytes([UInt8])
        case failure(TransportError)
    }

    /// Thrown for a command that the script does not have.
    package static let unexpectedCommand = TransportError.reader(code: 0xFFFF_FFFF)

    package private(set) var limits: ChannelLimits
    private var script: ArraySlice<Step>
    /// Every command received, in order.
    package private(set) var log: [[UInt8]] = []
    /// How many of them carried a code.
    package private(set) var codeCommands = 0
    /// The commands that the script did not have, in hexadecimal.
    package private(set) var unexpected: [String] = []

    /// Whether the whole script was played and nothing else was asked.
    package var isFinished: Bool { script.isEmpty && unexpected.isEmpty }

    package init(
        limits: ChannelLimits = ChannelLimits(transmissionProtocol: .t0),
        _ script: [Step]
    ) {
        self.limits = limits
        self.script = script[...]
    }

    package mutating func disableExtendedLength() { limits.extendedLength = false }

    package mutating func transmit(
        _ command: borrowing EncodedCommand
    ) throws(TransportError) -> ResponseAPDU {
        let sent = command.withBytes { span in span.indices.map { span[$0] } }
        log.append(sent)
        if command.carriesSecret || (Instruction.carryingSecrets.contains(command.ins) && sent.count > 5) {
            codeCommands += 1
        }
        guard let step = script.first, step.command == nil || step.command == sent else {
            unexpected.append(Hex.string(of: sent))
            throw Self.unexpectedCommand
        }
        script.removeFirst()
        switch step.outcome {
        case .bytes(let response): return try ResponseAPDU(parsing: response.span)
        case .failure(let error): throw error
        }
    }
}
