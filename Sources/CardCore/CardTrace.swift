internal import Synchronization

/// A text record of what went between reader and card, with secrets already replaced.
///
/// One line for each command (`>`) and response (`<`, with the milliseconds it took); lines that start with `#` are
/// remarks. It prints `EncodedCommand.redacted` and has no way to see more.
package final class CardTrace: Sendable {
    private let write: @Sendable (String) -> Void
    private let started = Mutex<ContinuousClock.Instant?>(nil)

    /// Lines are handed to `write`, each with its newline, on the thread that talks to the card.
    package init(write: @escaping @Sendable (String) -> Void) { self.write = write }

    /// Writes a remark, on one line.
    package func remark(_ text: String) {
        write("# " + text.split(whereSeparator: \.isNewline).joined(separator: " ") + "\n")
    }

    package func record(_ command: borrowing EncodedCommand) {
        started.withLock { $0 = .now }
        write("> " + command.redacted + "\n")
    }

    /// Writes a response; of the one to a command with a secret only the status word, because a card may echo it.
    package func record(_ response: ResponseAPDU, toSecret isSecret: Bool) {
        let shown = isSecret ? ResponseAPDU(status: response.status) : response
        write("< \(Hex.string(of: shown.bytes)) \(milliseconds()) ms\n")
    }

    package func record(_ error: TransportError) {
        write("# no answer after \(milliseconds()) ms: \(error)\n")
    }

    private func milliseconds() -> Int64 {
        guard let begun = started.withLock({ $0 }) else { return 0 }
        return Int64((ContinuousClock.now - begun) / .milliseconds(1))
    }
}
