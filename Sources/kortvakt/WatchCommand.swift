internal import ArgumentParser
internal import Glibc
internal import LoginSessions
internal import PCSC
internal import Texts

/// The command `kortvakt watch`.
struct WatchCommand: ParsableCommand {
    static var configuration: CommandConfiguration {
        CommandConfiguration(commandName: "watch", abstract: Program.texts.helpWatch)
    }

    @Option(help: ArgumentHelp(Program.texts.helpWatchReader, valueName: "NAME|NUMBER"))
    var reader: String?

    @OptionGroup var options: LockOptions

    func validate() throws {
        // It would be a part of every name.
        if reader == "" { throw ValidationError(Program.texts.helpWatchReader) }
    }

    func run() throws {
        WatchOutput.endOnSignals()
        let failure: Failure
        do throws(SystemError) {
            failure = try Watch(reader: reader, json: options.json).run()
        } catch {
            let sentence = Program.texts.unexpected("\(error.function): \(OutputFile.reason(error.errno))")
            failure = Failure(1, "unexpected", sentence, json: options.json)
        }
        Program.exit(with: failure)
    }
}
