internal import CLinux
internal import Glibc
internal import Texts

/// What the whole process shares: the language, and the end.
enum Program {
    /// Every sentence, in the language of `--lang` or of the locale.
    static let texts = Texts(language: languageArgument())

    /// Makes the process fit to hold secrets: not readable by others of the same user, no core dump.
    static func start() {
        _ = kv_prctl_set_dumpable(0)
        var limit = rlimit(rlim_cur: 0, rlim_max: 0)
        unsafe _ = setrlimit(__rlimit_resource_t(RLIMIT_CORE.rawValue), &limit)
        _ = signal(SIGPIPE, SIG_IGN)
        // A crash ends the process and prints nothing: Swift's own handler shows memory, where a code may be.
        for number in [SIGSEGV, SIGBUS, SIGILL, SIGTRAP, SIGABRT, SIGFPE] { _ = signal(number, SIG_DFL) }
        _ = texts
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

    static func write(_ text: String, to descriptor: Int32) {
        var bytes = Array(text.utf8)[...]
        while !bytes.isEmpty {
            let count = unsafe bytes.withUnsafeBytes {
                unsafe Glibc.write(descriptor, $0.baseAddress, $0.count)
            }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { return }
            bytes = bytes.dropFirst(count)
        }
    }
}
