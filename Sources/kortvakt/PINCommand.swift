internal import ArgumentParser
internal import CardApplications
internal import CardCore
internal import CardOperations
internal import Configuration
internal import Texts

/// The commands below `kortvakt pin`.
struct PINCommand: ParsableCommand {
    static var configuration: CommandConfiguration {
        CommandConfiguration(
            commandName: "pin",
            abstract: Program.texts.helpPIN,
            subcommands: [List.self, Verify.self, Change.self, Unblock.self]
        )
    }

    struct Verify: ParsableCommand {
        static var configuration: CommandConfiguration {
            .init(commandName: "verify", abstract: Program.texts.helpVerify)
        }
        @OptionGroup var common: CommonOptions
        @OptionGroup var option: PINOption
        @OptionGroup var codes: CodeOptions
        @OptionGroup var puk: PUKOptions

        func run() throws {
            let card = try CardAtHand.open(common)
            let budget = codes.budget(card.site, puk)
            try card.run(codes) { (card, dialog, wording) throws(OperationError) in
                let pin = try PINOperations.verify(
                    option.choice,
                    on: card,
                    budget: budget,
                    dialog: &dialog
                )
                return Done(
                    operation: "verify",
                    pins: [pin],
                    lines: [Program.texts.verified(wording.name(pin.policy))]
                )
            }
        }
    }

    struct Change: ParsableCommand {
        static var configuration: CommandConfiguration {
            .init(commandName: "change", abstract: Program.texts.helpChange)
        }
        @OptionGroup var common: CommonOptions
        @OptionGroup var option: PINOption
        @OptionGroup var codes: CodeOptions
        @OptionGroup var puk: PUKOptions

        func run() throws {
            let card = try CardAtHand.open(common)
            let budget = codes.budget(card.site, puk)
            try card.run(codes) { (card, dialog, wording) throws(OperationError) in
                let pin = try PINOperations.change(
                    option.choice,
                    on: card,
                    budget: budget,
                    dialog: &dialog
                )
                return Done(
                    operation: "change",
                    pins: [pin],
                    lines: [Program.texts.changed(wording.name(pin.policy))]
                )
            }
        }
    }

    struct Unblock: ParsableCommand {
        static var configuration: CommandConfiguration {
            .init(commandName: "unblock", abstract: Program.texts.helpUnblock)
        }
        @OptionGroup var common: CommonOptions
        @OptionGroup var option: PINOption
        @OptionGroup var codes: CodeOptions
        @OptionGroup var puk: PUKOptions
        @Option(help: ArgumentHelp(Program.texts.helpWith, valueName: "resetting-code|admin"))
        var with: String?

        func run() throws {
            let trace = try TraceFile.open(common.trace, json: common.json)
            var choice = option.choice
            while let other = try unblock(choice, trace: trace) { choice = .name(other.id) }
        }

        /// Unblocks one PIN; returns another one that the person wants unblocked too.
        private func unblock(_ choice: PINChoice, trace: CardTrace?) throws -> PINPolicy? {
            let card = try CardAtHand.open(common, trace: trace)
            let budget = codes.budget(card.site, puk)
            var other: PINPolicy?
            let wording = card.wording
            try card.run(codes) { (connection, dialog, wording) throws(OperationError) in
                let done = try PINOperations.unblock(
                    choice,
                    with: with,
                    on: connection,
                    budget: budget,
                    dialog: &dialog
                )
                other = done.alsoBlocked
                return Done(
                    operation: "unblock",
                    pins: [done.pin, done.puk],
                    lines: [
                        Program.texts.unblocked(wording.name(done.pin.policy), dialog.state(done.pin.status)),
                        Program.texts.pukAfterwards(
                            wording.name(done.puk.policy),
                            dialog.state(done.puk.status)
                        ),
                    ]
                )
            }
            guard let other else { return nil }
            Output.error(Program.texts.otherBlocked(wording.name(other)))
            let dialog = CodeDialog(stdin: codes.stdin, wording: wording)
            guard dialog.isInteractive, (try? dialog.confirm(Program.texts.askOther)) == true else {
                return nil
            }
            return other
        }
    }

    struct List: ParsableCommand {
        static var configuration: CommandConfiguration {
            .init(commandName: "list", abstract: Program.texts.helpList)
        }
        @OptionGroup var common: CommonOptions

        func run() throws {
            let card = try CardAtHand.open(common)
            let wording = card.wording
            let progress = Progress()
            progress.cardWork(isGoingOn: true)
            let report: CardReport
            var connection = card.takeConnection()
            do throws(OperationError) {
                report = try CardReport.read([], from: &connection)
            } catch {
                progress.cardWork(isGoingOn: false)
                throw wording.failure(error)
            }
            progress.cardWork(isGoingOn: false)
            guard report.family != nil else {
                let unknown = common.application.map { CardError.applicationNotFound(family: $0) }
                throw wording.failure(.card(unknown ?? .notRecognised))
            }
            if let note = StatusText(wording: wording).note(on: report) { Output.error(note) }
            if common.json {
                JSON.print(PINListJSON(pins: report.pins.map(PINJSON.init)))
            } else {
                for line in StatusText(wording: wording).pins(report.pins) { Output.line(line) }
            }
        }
    }
}

/// What a finished operation says.
struct Done {
    let operation: String
    let pins: [PINReport]
    let lines: [String]
}

extension CardAtHand {
    consuming func takeConnection() -> ReaderConnection { connection }

    /// Runs an operation with a dialog and prints its result, or throws its failure.
    consuming func run(
        _ codes: CodeOptions,
        _ operation: (consuming ReaderConnection, inout CodeDialog, FailureWording)
            throws(OperationError) -> Done
    ) throws(Failure) {
        let wording = wording
        let json = json
        var dialog = CodeDialog(stdin: codes.stdin, wording: wording)
        try dialog.requireSource()
        do throws(OperationError) {
            let done = try operation(takeConnection(), &dialog, wording)
            if json {
                JSON.print(DoneJSON(done))
            } else {
                for line in done.lines { Output.line(line) }
            }
            dialog.showEnding()
        } catch {
            dialog.showEnding()
            throw wording.failure(error)
        }
    }
}
