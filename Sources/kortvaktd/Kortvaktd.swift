internal import CLinux
internal import Configuration
internal import Glibc
internal import LoginSessions
internal import Texts

/// The daemon: the session locks when the card leaves.
///
/// Its few options are read here: the library that reads those of `kortvakt` would stay in memory for good.
@main
enum Kortvaktd {
    static let version = "1.0"

    static func main() {
        protect()
        var checksSettings = false
        var folder = Configuration.defaultFolder
        for argument in CommandLine.arguments.dropFirst() {
            switch argument {
            case "--check-config": checksSettings = true
            case "--help", "-h": end(usage, 0)
            case "--version": end("kortvaktd \(version)\n", 0)
            case let argument where argument.hasPrefix("--config=/"):
                folder = String(argument.dropFirst("--config=".count))
            default: end(usage, 64)
            }
        }
        if checksSettings { exit(SettingsCheck(folder: folder).run()) }
        // At once: libpcsclite's own tidying would take its tables from under the threads that look at cards.
        _exit(run(folder))
    }

    private static func run(_ folder: String) -> Int32 {
        do throws(SystemError) {
            return try Daemon(folder: folder).run()
        } catch {
            Journal().write(.notStarted, [.system(error)])
            return 1
        }
    }

    private static var usage: String {
        let texts = Texts(language: nil)
        return """
            \(texts.helpDaemon)

            kortvaktd [--config=FOLDER] [--check-config]
              --check-config   \(texts.helpCheckConfig)
              --config=FOLDER  \(texts.helpConfigFolder)
              --version, --help

            """
    }

    private static func end(_ text: String, _ code: Int32) -> Never {
        Standard.write(text, to: code == 0 ? STDOUT_FILENO : STDERR_FILENO)
        exit(code)
    }

    /// No program of the same user may look into it, and nothing of it is ever written to a disk.
    private static func protect() {
        _ = kv_prctl_set_dumpable(0)
        var limit = rlimit(rlim_cur: 0, rlim_max: 0)
        unsafe _ = setrlimit(__rlimit_resource_t(RLIMIT_CORE.rawValue), &limit)
        _ = signal(SIGPIPE, SIG_IGN)
        // A heap of each thread's own (mallopt(3)) would hold on to the memory of looks at cards that are over.
        _ = kv_share_heap()
        // A crash prints nothing: Swift's own handler would show memory in the journal.
        for number in [SIGSEGV, SIGBUS, SIGILL, SIGTRAP, SIGABRT, SIGFPE] { _ = signal(number, SIG_DFL) }
    }
}
