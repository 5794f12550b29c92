internal import ArgumentParser
internal import CLinux
internal import Texts

@main
struct Kortvakt: AsyncParsableCommand {
    static var configuration: CommandConfiguration {
        CommandConfiguration(
            commandName: "kortvakt",
            abstract: Program.texts.helpRoot,
            subcommands: [
                StatusCommand.self, PINCommand.self, CertCommand.self, WatchCommand.self, APDUCommand.self,
                LockCommand.self, DemoCommand.self,
            ]
        )
    }

    static func main() async {
        Program.start()
        do {
            var command = try parseAsRoot()
            if var command = command as? any AsyncParsableCommand {
                try await command.run()
            } else {
                try command.run()
            }
            Program.exitIfOutputIsLost()
        } catch let failure as Failure {
            Program.exit(with: failure)
        } catch {
            if exitCode(for: error) == .validationFailure, CommandLine.arguments.contains("--json") {
                JSON.print(ErrorJSON(usage: fullMessage(for: error)))
            }
            exit(withError: error)
        }
    }
}
