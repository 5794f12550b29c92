internal import Glibc
internal import PCSC
internal import Subprocess
internal import SystemPackage
internal import Texts

/// Runs the real commands against the demo's own card service and shows them as a person would type them.
struct DemoStage: Sendable {
    let program: String
    let socket: String

    /// One command with its introduction.
    ///
    /// What it prints goes straight to this terminal; `codes` go to its standard input.
    ///
    /// Throws `DemoFault` when it ends with another code than `expected`.
    func scene(
        _ introduction: String?,
        _ arguments: [String],
        codes: [String] = [],
        expected: Int32 = 0
    ) async throws {
        try Task.checkCancellation()
        if let introduction { Output.line("\n" + introduction) }
        Output.line("$ kortvakt " + arguments.joined(separator: " "))
        // A pipe of our own, because a command that refuses ends without reading its input, which Subprocess's own
        // writing does not forgive.
        let pipe = try FileDescriptor.pipe()
        try pipe.writeEnd.closeAfter { _ = try pipe.writeEnd.writeAll(codes.map { $0 + "\n" }.joined().utf8) }
        let outcome = try await run(
            // env(1) starts a program by its path.
            .name("env"),
            arguments: Arguments(
                [program] + arguments + (codes.isEmpty ? [] : ["--stdin"]) + [
                    "--lang", Program.texts.language.rawValue,
                ]
            ),
            environment: environment,
            input: .fileDescriptor(pipe.readEnd, closeAfterSpawningProcess: true),
            output: .currentStandardOutput,
            error: .currentStandardError
        )
        try Task.checkCancellation()
        guard outcome.terminationStatus == .exited(expected) else { throw DemoFault(command: arguments) }
    }

    /// A shell in which `kortvakt` talks to the demo's card.
    func shell(folder: String) async throws {
        let shell = unsafe getenv("SHELL").map { unsafe String(cString: $0) } ?? "/bin/sh"
        let path = unsafe getenv("PATH").map { unsafe String(cString: $0) } ?? "/usr/bin:/bin"
        _ = try await run(
            .name("env"),
            arguments: [shell],
            environment: environment.updating(["PATH": "\(folder):\(path)"]),
            input: .currentStandardInput,
            output: .currentStandardOutput,
            error: .currentStandardError
        )
    }

    /// Waits until the service has noticed the card, which takes it up to half a second.
    func waitForCard(present: Bool) async throws {
        unsafe _ = setenv("PCSCLITE_CSOCK_NAME", socket, 1)
        let context = try Context()
        let deadline = ContinuousClock.now + .seconds(10)
        while try context.statuses().contains(where: { $0.presence == .present }) != present {
            guard ContinuousClock.now < deadline else { throw PCSCError.cardUnresponsive }
            try await Task.sleep(for: .milliseconds(50))
        }
    }

    private var environment: Environment {
        .inherit.updating(["PCSCLITE_CSOCK_NAME": socket])
    }
}

/// A command of the demo did not end as the story has it.
struct DemoFault: Error {
    let command: [String]
}
