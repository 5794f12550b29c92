import Subprocess

/// One of the small programs beside the tests, which answers lines with lines.
struct HelperProgram {
    fileprivate let execution: Execution<CustomWriteInput, SequenceOutput, CombinedErrorOutput>
    fileprivate let lines: Lines

    static func path(_ name: String) -> String {
        "/" + #filePath.split(separator: "/").dropLast().joined(separator: "/") + "/Programs/" + name
    }

    /// Starts a program, waits until it says "ready", and ends it after `body` by closing its standard input.
    static func run<R: Sendable>(
        _ name: String,
        _ arguments: [String],
        _ body: (HelperProgram) async throws -> R
    ) async throws -> R {
        let outcome = try await Subprocess.run(
            .name("python3"),
            arguments: Arguments([path(name)] + arguments),
            input: .inputWriter,
            output: .sequence,
            error: .combinedWithOutput
        ) { execution in
            let program = HelperProgram(
                execution: execution,
                lines: Lines(execution.standardOutput.strings().makeAsyncIterator())
            )
            try await program.expect("ready")
            let result: Result<R, any Error>
            do { result = .success(try await body(program)) } catch { result = .failure(error) }
            try await execution.standardInputWriter.finish()
            return result
        }
        return try outcome.closureResult.get()
    }

    var pid: Int32 { execution.processIdentifier.value }

    /// Tells it to do something, and waits until it is done.
    func tell(_ line: String) async throws {
        _ = try await execution.standardInputWriter.write(line + "\n")
        try await expect("done")
    }

    private func expect(_ line: String) async throws {
        let said = try await lines.next()?.filter { !$0.isNewline }
        guard said == line else { throw Unexpected(said: said) }
    }

    struct Unexpected: Error { let said: String? }

    fileprivate final class Lines {
        private var iterator: SubprocessOutputSequence.StringSequence<UTF8>.AsyncIterator

        init(_ iterator: SubprocessOutputSequence.StringSequence<UTF8>.AsyncIterator) {
            self.iterator = iterator
        }

        func next() async throws -> String? { try await iterator.next() }
    }
}
