internal import ArgumentParser
internal import CardCore
internal import CardOperations
internal import FoundationEssentials
internal import Texts

/// The command `kortvakt apdu`.
struct APDUCommand: ParsableCommand {
    static var configuration: CommandConfiguration {
        CommandConfiguration(commandName: "apdu", abstract: Program.texts.helpAPDU)
    }

    @OptionGroup var common: CommonOptions
    @OptionGroup var codes: CodeOptions
    @OptionGroup var puk: PUKOptions
    @Argument(help: ArgumentHelp(Program.texts.helpHex, valueName: "HEX")) var commands: [String]

    func run() throws {
        let parsed: [RawCommand]
        do throws(RawCommand.ParseError) {
            parsed = try RawCommand.parse(commands)
        } catch {
            throw failure(error)
        }
        let hasCode = parsed.contains { !$0.codes.isEmpty }
        if common.application != nil, !hasCode {
            throw Failure(64, "usage", Program.texts.applicationWithoutCode, json: common.json)
        }
        let card = try CardAtHand.open(common)
        let wording = card.wording
        let budget = codes.budget(card.site, puk)
        var dialog = CodeDialog(stdin: codes.stdin, wording: wording)
        if hasCode { try dialog.requireSource() }
        var responses: [String] = []
        let json = common.json
        do throws(OperationError) {
            try PINOperations.send(
                parsed,
                on: card.takeConnection(),
                budget: budget,
                dialog: &dialog
            ) { response in
                responses.append(Hex.string(of: response.bytes))
                if !json { Output.line(Hex.string(of: response.bytes)) }
            }
        } catch {
            dialog.showEnding()
            throw wording.failure(error)
        }
        if json { JSON.print(["responses": responses]) }
        dialog.showEnding()
    }

    private func failure(_ error: RawCommand.ParseError) -> Failure {
        let sentence =
            switch error {
            case .notHexadecimal, .incomplete: Program.texts.notACommand
            case .codeInTheClear, .misplacedCode: Program.texts.codeInTheClear
            case .selectBeforeCode: Program.texts.selectBeforeCode
            }
        return Failure(64, "usage", sentence, json: common.json)
    }
}
