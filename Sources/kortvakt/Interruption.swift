internal import Dispatch
internal import Glibc
internal import Synchronization
internal import Texts

/// Keeps Ctrl-C from ending the program between sending a code and making the card forget it.
///
/// The first signal is answered with a word; a second one ends the program, for a card that never answers. Once the card has
/// answered no signal ends it: what is left is bounded, and the result is still to be told.
struct Interruption {
    private static let signals = [SIGINT, SIGTERM, SIGHUP]
    private let sources: [any DispatchSourceSignal]
    private let presses = Presses()

    /// Signals are held up from now on.
    ///
    /// `failure` is what the program ends with at the second one.
    init(failure: Failure) {
        // A stopped program would keep the card from all others.
        _ = signal(SIGTSTP, SIG_IGN)
        let queue = DispatchQueue(label: "interruption")
        let presses = presses
        sources = Self.signals.map { number in
            _ = signal(number, SIG_IGN)
            return DispatchSource.makeSignalSource(signal: number, queue: queue)
        }
        for source in sources {
            source.setEventHandler {
                if presses.isRepeated() { Program.exit(with: failure) }
                Output.error(Program.texts.cardIsWorking)
            }
            source.resume()
        }
    }

    /// The card has answered.
    func outcomeIsKnown() { presses.disregard() }

    /// Signals end the program again.
    func end() {
        for source in sources { source.cancel() }
        for number in Self.signals + [SIGTSTP] { _ = signal(number, SIG_DFL) }
    }
}

/// How often a signal came.
private final class Presses: Sendable {
    private let count = Mutex(0)
    private let areDisregarded = Mutex(false)

    func isRepeated() -> Bool {
        let isSecond = count.withLock { count in
            count += 1
            return count > 1
        }
        return isSecond && !areDisregarded.withLock { $0 }
    }

    /// No signal counts as repeated any more.
    func disregard() { areDisregarded.withLock { $0 = true } }
}
