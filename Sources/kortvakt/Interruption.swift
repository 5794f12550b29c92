internal import Dispatch
internal import Glibc
internal import Synchronization
internal import Texts

/// Keeps Ctrl-C from ending the program between sending a code and making the card forget it.
///
/// The first signal prints a message, a second one ends the program. Once the card has answered none does: the rest is bounded,
/// and the result must still be printed.
struct Interruption {
    private static let signals = [SIGINT, SIGTERM, SIGHUP]
    private let sources: [any DispatchSourceSignal]
    private let count = SignalCount()

    /// Signals are held up from now on.
    ///
    /// `failure` is what the program ends with at the second one.
    init(failure: Failure) {
        // A stopped program would keep the card from all others.
        _ = signal(SIGTSTP, SIG_IGN)
        let queue = DispatchQueue(label: "interruption")
        let count = count
        sources = Self.signals.map { number in
            _ = signal(number, SIG_IGN)
            return DispatchSource.makeSignalSource(signal: number, queue: queue)
        }
        for source in sources {
            source.setEventHandler {
                switch count.received() {
                case .first: Output.error(Program.texts.cardIsWorking)
                case .repeated: Program.exit(with: failure)
                case .ignored: Output.error(Program.texts.cardHasAnswered)
                }
            }
            source.resume()
        }
    }

    /// The card has answered.
    func outcomeIsKnown() { count.ignoreFurther() }

    /// Signals end the program again.
    func end() {
        for source in sources { source.cancel() }
        for number in Self.signals + [SIGTSTP] { _ = signal(number, SIG_DFL) }
    }
}

/// How often a signal came.
private final class SignalCount: Sendable {
    enum Meaning { case first, repeated, ignored }

    private let state = Mutex((count: 0, isIgnored: false))

    func received() -> Meaning {
        state.withLock { state in
            state.count += 1
            return state.isIgnored ? .ignored : state.count > 1 ? .repeated : .first
        }
    }

    func ignoreFurther() { state.withLock { $0.isIgnored = true } }
}
