internal import CLinux
internal import Glibc
internal import Synchronization
internal import Texts

/// What the whole process shares: the language, and the end.
enum Program {
    /// Every sentence, in the language of `--lang` or of the locale.
    static let texts = Texts(language: languageArgument())

    /// Makes the process fit to hold secrets: not readable by others of the same user, no core dump.
    static func start() {
        openStandardStreams()
        _ = kv_prctl_set_dumpable(0)
        var limit = rlimit(rlim_cur: 0, rlim_max: 0)
        unsafe _ = setrlimit(__rlimit_resource_t(RLIMIT_CORE.rawValue), &limit)
        _ = signal(SIGPIPE, SIG_IGN)
        // A crash ends the process and prints nothing: Swift's own handler shows memory, where a code may be.
        for number in [SIGSEGV, SIGBUS, SIGILL, SIGTRAP, SIGABRT, SIGFPE] { _ = signal(number, SIG_DFL) }
        _ = texts
    }

    /// Lets no file of ours take the number of a stream that is closed: what is meant for a person would go into it.
    private static func openStandardStreams() {
        for number in STDIN_FILENO...STDERR_FILENO where fcntl(number, F_GETFD) < 0 {
            // The lowest free number is this one. What is written there fails, as it should.
            _ = unsafe open("/dev/null", number == STDIN_FILENO ? O_WRONLY : O_RDONLY)
        }
    }

    /// Ends the process as one that failed where results could not be written, for example to a full disk.
    static func exitIfOutputIsLost() {
        guard let number = Output.failure else { return }
        let sentence = texts.resultLost(OutputFile.reason(number))
        exit(with: Failure(1, "output", sentence))
    }

    /// Says what happened and ends the process with the failure's code.
    static func exit(with failure: Failure) -> Never {
        failure.show()
        Glibc.exit(failure.exitCode)
    }

    /// `--lang` is needed before arguments are parsed, because help texts depend on it.
    private static func languageArgument() -> String? {
        let arguments = CommandLine.arguments
        for (index, argument) in arguments.enumerated() {
            if argument == "--lang" { return arguments.dropFirst(index + 1).first }
            if argument.hasPrefix("--lang=") { return String(argument.dropFirst("--lang=".count)) }
        }
        return nil
    }
}

/// Text to a descriptor, without buffering, so that prompts and results keep their order.
enum Output {
    static func line(_ text: String) { write(text + "\n", to: STDOUT_FILENO) }
    static func error(_ text: String) { write(text + "\n", to: STDERR_FILENO) }
    static func prompt(_ text: String) { write(text, to: STDERR_FILENO) }

    /// Why results did not reach standard output; `nil` where they did, or where nobody wanted to read on (EPIPE).
    static var failure: Int32? { lost.withLock { $0 } }

    private static let lost = Mutex<Int32?>(nil)

    static func write(_ text: String, to descriptor: Int32) { write(Array(text.utf8), to: descriptor) }

    static func write(_ bytes: [UInt8], to descriptor: Int32) {
        let number = OutputFile.write(bytes, to: descriptor)
        if let number, descriptor == STDOUT_FILENO, number != EPIPE { lost.withLock { $0 = number } }
    }
}
