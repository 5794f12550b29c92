internal import ArgumentParser
internal import Texts

/// `kortvakt demo`
struct DemoCommand: ParsableCommand {
    static var configuration: CommandConfiguration {
        CommandConfiguration(commandName: "demo", abstract: Program.texts.helpDemo)
    }

    @Flag(help: ArgumentHelp(Program.texts.helpInteractive)) var interactive = false

    func run() throws {
    }
}
