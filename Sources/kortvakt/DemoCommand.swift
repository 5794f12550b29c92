internal import ArgumentParser
internal import Dispatch
internal import Glibc
internal import Subprocess
internal import Texts
internal import VirtualReaders

/// `kortvakt demo`: the story of a blocked card, told by the real commands.
struct DemoCommand: AsyncParsableCommand {
    static var configuration: CommandConfiguration {
        CommandConfiguration(commandName: "demo", abstract: Program.texts.helpDemo)
    }

    @Flag(help: ArgumentHelp(Program.texts.helpInteractive)) var interactive = false
    @Option(help: ArgumentHelp(Program.texts.helpLang, valueName: "sv|nb|nn|en")) var lang: String?

    func run() async throws {
        guard let parts = DemoParts.find() else { throw Self.failure(Program.texts.demoUnavailable) }
        let interactive = interactive
        let story = Task { try await Self.tell(parts, interactive: interactive) }
        // Ctrl-C ends the story in order, so that nothing is left behind; in the shell it belongs to the shell.
        let signals = interactive ? [SIGTERM, SIGHUP] : [SIGINT, SIGTERM, SIGHUP]
        let sources = signals.map { number in
            _ = signal(number, SIG_IGN)
            let source = DispatchSource.makeSignalSource(signal: number)
            source.setEventHandler { story.cancel() }
            source.resume()
            return source
        }
        if interactive { _ = signal(SIGINT, SIG_IGN) }
        defer { for source in sources { source.cancel() } }
        do {
            try await story.value
        } catch {
            guard !story.isCancelled else { throw Self.failure(Program.texts.demoEnded, exitCode: 10) }
            throw Self.failure(Program.texts.demoFailed(Self.reason(error)))
        }
    }

    /// What the failing part said of itself.
    private static func reason(_ error: any Error) -> String {
        switch error {
        case PrivateServiceError.didNotStart(let said), PrivateServiceError.cardDidNotConnect(let said): said
        case let fault as DemoFault: "kortvakt " + fault.command.joined(separator: " ")
        default: "\(error)"
        }
    }

    private static func failure(_ sentence: Sentence, exitCode: Int32 = 1) -> Failure {
        Failure(exitCode: exitCode, code: "demo", happened: sentence.happened, next: sentence.next)
    }

    private static func tell(_ parts: DemoParts, interactive: Bool) async throws {
        let texts = Program.texts
        try await PrivateCardService.run(driver: parts.driver, name: "Demo Reader") { service in
            if !service.isIsolated { Output.line(texts.demoOpenPort) }
            let card = try await service.insertCard(parts.card) { address in
                ["siths", "--connect", address, "--auth-pin", DemoCode.auth, "--sign-pin", DemoCode.sign]
                    + ["--puk", DemoCode.puk]
            }
            let stage = DemoStage(program: parts.program, socket: service.socketPath)
            try await stage.waitForCard(present: true)
            guard !interactive else {
                Output.line(texts.demoInteractive(DemoCode.auth, DemoCode.sign, DemoCode.puk))
                Output.line(texts.demoInteractiveTrust("kortvakt cert verify --trust \(parts.trust)"))
                try await stage.shell(folder: parts.folder)
                return
            }
            Output.line(texts.demoIntroduction)
            try await stage.scene(texts.demoInsert, ["status"])
            try await stage.scene(
                texts.demoWrong(DemoCode.wrong),
                ["pin", "verify"],
                codes: [DemoCode.wrong],
                expected: 6
            )
            try await stage.scene(nil, ["pin", "verify"], codes: [DemoCode.wrong], expected: 6)
            try await stage.scene(nil, ["pin", "verify"], codes: [DemoCode.wrong], expected: 8)
            try await stage.scene(
                texts.demoLast(),
                ["pin", "verify", "--last-try"],
                codes: [DemoCode.wrong],
                expected: 7
            )
            try await stage.scene(
                texts.demoUnblock(DemoCode.puk, DemoCode.new),
                ["pin", "unblock"],
                codes: [DemoCode.puk, DemoCode.new]
            )
            try await stage.scene(texts.demoNewPIN, ["pin", "verify"], codes: [DemoCode.new])
            try await stage.scene(texts.demoTrust, ["cert", "verify", "45", "--trust", parts.trust])
            _ = await card.remove()
            try await stage.waitForCard(present: false)
            try await stage.scene(texts.demoPull, ["status"], expected: 4)
            Output.line("\n" + texts.demoEnd)
        }
    }
}

/// Codes of the demo's card, which exist nowhere else and open nothing.
private enum DemoCode {
    static let auth = "246810"
    static let sign = "135790"
    static let puk = "13572468"
    static let wrong = "864209"
    static let new = "975318"
}

/// The files that the demo needs.
private struct DemoParts {
    /// Where the programs are.
    let folder: String
    let program: String
    let card: String
    let driver: String
    /// The root and the issuer of the card's certificates, which no other card has.
    let trust: String

    /// The software card beside this program, and vpcd's driver in the build folder or where Debian would put it.
    static func find() -> DemoParts? {
        var buffer = [CChar](repeating: 0, count: Int(PATH_MAX))
        let count = unsafe readlink("/proc/self/exe", &buffer, buffer.count)
        let path = String(decoding: buffer.prefix(max(count, 0)).map { UInt8(bitPattern: $0) }, as: UTF8.self)
        guard let slash = path.lastIndex(of: "/") else { return nil }
        let folder = String(path[..<slash])
        let drivers = [
            "\(folder)/../../vpcd/usr/lib/pcsc/drivers/serial/libifdvpcd.so",
            "/usr/lib/pcsc/drivers/serial/libifdvpcd.so",
        ]
        let card = "\(folder)/kortvakt-card"
        guard let driver = drivers.first(where: { unsafe access($0, R_OK) == 0 }),
            unsafe access(card, X_OK) == 0
        else {
            return nil
        }
        let above = folder.lastIndex(of: "/").map { folder[..<$0] } ?? ""
        let trust = "\(above)/share/kortvakt/software-cards/trust"
        return DemoParts(folder: folder, program: path, card: card, driver: driver, trust: trust)
    }
}
