import CardTesting
import Subprocess
import SystemPackage

/// A system bus of its own and what has the daemon's name there (`Programs/daemon.py`), which is told what to do.
struct LockBus: Sendable {
    let address: String
    private let program: LineProgram

    var environment: [String: String] { ["DBUS_SYSTEM_BUS_ADDRESS": address] }

    /// `arguments` are those of the program: `denied` for a bus that lets nobody speak to the daemon.
    static func run(_ arguments: [String] = [], _ body: (LockBus) async throws -> Void) async throws {
        let path = BuildFolder.sources + "/Tests/kortvaktTests/Programs/daemon.py"
        // The one that Debian's packages are for.
        try await LineProgram.run(["/usr/bin/python3", "-I", "-u", path] + arguments) { program in
            let ready = try await program.next()
            guard ready.hasPrefix("ready ") else { throw BenchError(said: ready) }
            try await body(LockBus(address: String(ready.dropFirst(6)), program: program))
        }
    }

    /// Tells it to do something, waits until it is done, and returns what it answers.
    @discardableResult
    func tell(_ line: String) async throws -> String {
        try await program.type(line)
        let said = try await program.next()
        guard said.hasPrefix("done") else { throw BenchError(said: said) }
        return String(said.dropFirst(5))
    }

    /// Runs `kortvakt` on this bus to its end, with no card service.
    func kortvakt(_ arguments: String..., environment more: [String: String] = [:]) async throws -> Run {
        try await Run.run(
            [Bench.kortvakt] + arguments,
            environment: environment.merging(["PCSCLITE_CSOCK_NAME": "/nonexistent/pcscd.comm"]) { $1 }
                .merging(more) { $1 }
        )
    }
}

/// A program that runs beside a test and speaks in lines.
actor LineProgram {
    nonisolated let pid: Int32
    private let execution: Execution<CustomWriteInput, SequenceOutput, CombinedErrorOutput>
    private var lines: SubprocessOutputSequence.StringSequence<UTF8>.AsyncIterator

    private init(_ execution: Execution<CustomWriteInput, SequenceOutput, CombinedErrorOutput>) {
        pid = execution.processIdentifier.value
        self.execution = execution
        lines = execution.standardOutput.strings().makeAsyncIterator()
    }

    /// Lends a running program; afterwards its input ends, and `ending` is what makes it end where that does not.
    ///
    /// Its exit code, negative for a signal.
    @discardableResult
    static func run(
        _ command: [String],
        environment: [String: String] = [:],
        ending: (LineProgram) -> Void = { _ in },
        _ body: (LineProgram) async throws -> Void
    ) async throws -> Int32 {
        var variables: [Environment.Key: String] = [:]
        for (name, value) in Run.base.merging(environment, uniquingKeysWith: { _, new in new }) {
            variables[Environment.Key(stringLiteral: name)] = value
        }
        let outcome = try await Subprocess.run(
            .path(FilePath(command[0])),
            arguments: Arguments(Array(command.dropFirst())),
            environment: .custom(variables),
            input: .inputWriter,
            output: .sequence,
            error: .combinedWithOutput
        ) { execution -> Result<Void, any Error> in
            let program = LineProgram(execution)
            let result: Result<Void, any Error>
            do { result = .success(try await body(program)) } catch { result = .failure(error) }
            try await execution.standardInputWriter.finish()
            ending(program)
            return result
        }
        try outcome.closureResult.get()
        return switch outcome.terminationStatus {
        case .exited(let code): code
        case .signaled(let signal): -signal
        }
    }

    func type(_ line: String) async throws { _ = try await execution.standardInputWriter.write(line + "\n") }

    /// The next line, without its end; empty where there is none any more.
    func next() async throws -> String {
        var lines = lines
        let line = try await lines.next(isolation: self)
        self.lines = lines
        return line?.filter { !$0.isNewline } ?? ""
    }
}
