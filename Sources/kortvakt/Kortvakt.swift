internal import ArgumentParser
internal import CLinux
internal import Texts

@main
struct Kortvakt: ParsableCommand {
    static var configuration: CommandConfiguration {
        CommandConfiguration(
            commandName: "kortvakt",
            abstract: Program.texts.helpRoot,
            subcommands: [StatusCommand.self, PINCommand.self, APDUCommand.self, DemoCommand.self]
        )
    }

    static func main() {
        Program.start()
        do {
            var command = try parseAsRoot()
            try command.run()
        } catch let failure as Failure {
            Program.exit(with: failure)
        } catch {
            exit(withError: error)
        }
    }
}
