import Subprocess
import Testing
import VirtualReaders

extension Bench {
    /// Runs `body` while another program (`Programs/other.py`) holds the card in the way that `what` says.
    func whileAnother(
        _ what: String,
        slot: Int = 0,
        _ body: (_ pid: Int32, _ reset: () async throws -> Void) async throws -> Void
    ) async throws {
        var variables: [Environment.Key: String] = [:]
        for (name, value) in Run.base.merging(environment, uniquingKeysWith: { _, new in new }) {
            variables[Environment.Key(stringLiteral: name)] = value
        }
        let outcome = try await Subprocess.run(
            .name("python3"),
            arguments: ["-I", Self.other, service.readerName(slot: slot), what],
            environment: .custom(variables),
            input: .inputWriter,
            output: .sequence,
            error: .combinedWithOutput
        ) { execution -> Result<Void, any Error> in
            var lines = execution.standardOutput.strings().makeAsyncIterator()
            let said = try await lines.next()
            guard said?.hasPrefix("ready") == true else { return .failure(BenchError(said: said ?? "")) }
            let result: Result<Void, any Error>
            do {
                try await body(execution.processIdentifier.value) {
                    _ = try await execution.standardInputWriter.write("reset\n")
                    _ = try await lines.next()
                }
                result = .success(())
            } catch {
                result = .failure(error)
            }
            try await execution.standardInputWriter.finish()
            return result
        }
        try outcome.closureResult.get()
    }
}
