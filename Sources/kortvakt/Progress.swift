internal import Dispatch
internal import Glibc
internal import Synchronization
internal import Texts

/// Says on a terminal what is going on when that takes longer than half a second.
final class Progress: Sendable {
    private struct State {
        var round = 0
        var isShown = false
    }
    private let state = Mutex(State())
    private let text: String

    init(_ text: String = Program.texts.reading) { self.text = text }

    /// Runs `body`, which takes its time with other things than the card.
    func during<R>(_ body: () -> R) -> R {
        cardWork(isGoingOn: true)
        defer { cardWork(isGoingOn: false) }
        return body()
    }

    /// `true` when work begins, `false` when it ends or pauses for a question.
    func cardWork(isGoingOn: Bool) {
        guard isatty(STDERR_FILENO) == 1 else { return }
        let round = state.withLock { state in
            state.round += 1
            if state.isShown { Output.prompt("\r\u{1B}[K") }
            state.isShown = false
            return state.round
        }
        guard isGoingOn else { return }
        DispatchQueue.global().asyncAfter(deadline: .now() + 0.5) { [self] in
            state.withLock { state in
                guard state.round == round else { return }
                state.isShown = true
                Output.prompt(text)
            }
        }
    }
}
