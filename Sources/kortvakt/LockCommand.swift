internal import ArgumentParser
internal import LoginSessions
internal import Texts

/// The commands below `kortvakt lock`.
struct LockCommand: ParsableCommand {
    static var configuration: CommandConfiguration {
        CommandConfiguration(
            commandName: "lock",
            abstract: Program.texts.helpLock,
            subcommands: [Status.self, LockNowCommand.self]
        )
    }

    struct Status: ParsableCommand {
        static var configuration: CommandConfiguration {
            .init(commandName: "status", abstract: Program.texts.helpLockStatus)
        }
        @OptionGroup var options: LockOptions

        func run() throws {
            let status: DaemonClient.Status
            do throws(DaemonError) {
                status = try DaemonClient().status()
            } catch {
                let wording = LockFailureWording(texts: Program.texts, wish: .status, json: options.json)
                throw wording.failure(error)
            }
            if options.json { return JSON.print(LockStatusJSON(status)) }
            for line in LockStatusLines(texts: Program.texts).lines(status) { Output.line(line) }
        }
    }
}

/// Options of the commands that talk to the daemon and to no card.
struct LockOptions: ParsableArguments {
    @Flag(help: ArgumentHelp(Program.texts.helpJSON))
    var json = false

    @Option(help: ArgumentHelp(Program.texts.helpLang, valueName: "sv|nb|nn|en"))
    var lang: String?

    func validate() throws {
        guard let lang, Language(rawValue: lang) == nil else { return }
        throw ValidationError(Program.texts.helpLang)
    }
}
