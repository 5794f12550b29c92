internal import ArgumentParser
internal import CLinux
internal import Configuration
internal import Glibc
internal import LoginSessions
internal import Texts

/// The daemon: the session locks when the card leaves.
@main
struct Kortvaktd: ParsableCommand {
    static let texts = Texts(language: nil)

    static var configuration: CommandConfiguration {
        CommandConfiguration(
            commandName: "kortvaktd",
            abstract: texts.helpDaemon,
            version: Version.current
        )
    }

    @Flag(name: .customLong("check-config"), help: ArgumentHelp(Kortvaktd.texts.helpCheckConfig))
    var checksSettings = false

    @Option(name: .customLong("config"), help: ArgumentHelp(Kortvaktd.texts.helpConfigFolder))
    var folder = Configuration.defaultFolder

    static func main() {
        protect()
        _ = texts
        main(nil)
    }

    func run() throws {
        if checksSettings { throw ExitCode(SettingsCheck(folder: folder, texts: Self.texts).run()) }
        let code: Int32
        do throws(SystemError) {
            code = try Daemon(folder: folder).run()
        } catch {
            Journal().write(.notStarted, [.system(error)])
            code = 1
        }
        throw ExitCode(code)
    }

    /// No program of the same user may look into it, and nothing of it is ever written to a disk.
    private static func protect() {
        _ = kv_prctl_set_dumpable(0)
        var limit = rlimit(rlim_cur: 0, rlim_max: 0)
        unsafe _ = setrlimit(__rlimit_resource_t(RLIMIT_CORE.rawValue), &limit)
        _ = signal(SIGPIPE, SIG_IGN)
        // A crash prints nothing: Swift's own handler would show memory in the journal.
        for number in [SIGSEGV, SIGBUS, SIGILL, SIGTRAP, SIGABRT, SIGFPE] { _ = signal(number, SIG_DFL) }
    }
}

enum Version {
    static let current = "1.0"
}
