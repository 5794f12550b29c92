internal import Subprocess
internal import Synchronization

/// A software card, as a process, in a virtual reader.
package final class RunningCard: Sendable {
    private let ended: Flag
    private let task: Task<String, Never>

    /// Whether its process has ended.
    package var hasEnded: Bool { ended.isSet }

    init(command: [String]) {
        let flag = Flag()
        ended = flag
        task = Task {
            var options = PlatformOptions()
            options.createSession = true
            options.teardownSequence = [.gracefulShutDown(allowedDurationToNextStep: .seconds(3))]
            defer { flag.set() }
            do {
                let outcome = try await Subprocess.run(
                    .name(command[0]),
                    arguments: Arguments(Array(command.dropFirst())),
                    platformOptions: options,
                    output: .discarded,
                    error: .string(limit: 65_536)
                )
                return outcome.standardError
            } catch {
                return error is CancellationError ? "" : "\(error)"
            }
        }
    }

    /// Pulls the card: `SIGTERM`, after 3 s `SIGKILL`; returns when the process has ended.
    ///
    /// The service notices it within half a second. Returns what the process said on standard error, where
    /// that is known.
    @discardableResult
    package func remove() async -> String {
        task.cancel()
        return await task.value
    }
}

private final class Flag: Sendable {
    private let value = Atomic(false)

    var isSet: Bool { value.load(ordering: .acquiring) }

    func set() { value.store(true, ordering: .releasing) }
}
