package import Subprocess
internal import SystemPackage

/// A small program beside the tests, which answers lines with lines.
package struct HelperProgram {
    private let execution: Execution<CustomWriteInput, SequenceOutput, CombinedErrorOutput>
    private let lines: Lines

    package static var folder: String {
        "/" + #filePath.split(separator: "/").dropLast().joined(separator: "/") + "/Programs/"
    }

    /// Starts the Python program at `path`, waits until it says `ready`, and ends it after `body` by closing its standard input.
    ///
    /// `/usr/bin/python3` is the one that Debian's packages are for.
    package static func run<R: Sendable>(
        _ path: String,
        _ arguments: [String] = [],
        environment: Environment = .inherit,
        _ body: (HelperProgram) async throws -> R
    ) async throws -> R {
        let outcome = try await Subprocess.run(
            .path("/usr/bin/python3"),
            arguments: Arguments(["-u", path] + arguments),
            environment: environment,
            input: .inputWriter,
            output: .sequence,
            error: .combinedWithOutput
        ) { execution -> Result<R, any Error> in
            let program = HelperProgram(
                execution: execution,
                lines: Lines(execution.standardOutput.strings().makeAsyncIterator())
            )
            let result: Result<R, any Error>
            do {
                guard try await program.line() == "ready" else { throw Unexpected(said: "not ready") }
                result = .success(try await body(program))
            } catch {
                result = .failure(error)
            }
            try await execution.standardInputWriter.finish()
            return result
        }
        return try outcome.closureResult.get()
    }

    package var pid: Int32 { execution.processIdentifier.value }

    /// Tells it to do something, waits until it is done, and returns what it answers.
    @discardableResult
    package func tell(_ line: String) async throws -> String {
        _ = try await execution.standardInputWriter.write(line + "\n")
        return try await next()
    }

    /// What it says next by itself.
    package func next() async throws -> String {
        let said = try await line()
        guard let said, said == "done" || said.hasPrefix("done ") else { throw Unexpected(said: said) }
        return String(said.dropFirst(5))
    }

    private func line() async throws -> String? { try await lines.next()?.filter { !$0.isNewline } }

    package struct Unexpected: Error { package let said: String? }

    private final class Lines {
        private var iterator: SubprocessOutputSequence.StringSequence<UTF8>.AsyncIterator

        init(_ iterator: SubprocessOutputSequence.StringSequence<UTF8>.AsyncIterator) {
            self.iterator = iterator
        }

        func next() async throws -> String? { try await iterator.next() }
    }
}
